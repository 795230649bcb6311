package db

import "gorm.io/gorm/clause"

// WithoutFactor is the condition that the person in the column has neither a
// verified factor of these types nor, where keys is set, a passkey. Factors
// and passkeys belong to people, so nothing of an organization is read.
func WithoutFactor(person string, types []string, keys bool) Cond {
	without := []clause.Expression{clause.Expr{
		SQL:  "? NOT IN (SELECT user_id FROM authentication_factors WHERE user_id IS NOT NULL AND verified_at IS NOT NULL AND type IN ?)",
		Vars: []any{column(person), append([]string{""}, types...)}, // no type has that name, and SQL wants one in the list
	}}
	if keys {
		without = append(without, clause.Expr{SQL: "? NOT IN (SELECT user_id FROM passkeys)", Vars: []any{column(person)}})
	}
	return Cond{clause.And(without...)}
}
