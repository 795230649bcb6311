package db

import "gorm.io/gorm/clause"

// OwnsDomain is the condition that a row's organization has this domain. Whose
// rows they are is left to the conditions beside it.
func OwnsDomain(_ OwnedScope, domain string) Cond {
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT organization_id FROM organization_domains WHERE domain = ?)",
		Vars: []any{column("organization_id"), domain},
	}}
}
