package db

import "gorm.io/gorm/clause"

// WithDomain is the condition that an organization has one of these domains.
// It reads domains across organizations; who has them is left to the
// conditions beside it.
func WithDomain(_ OwnedScope, domains []string) Cond {
	list := make([]any, len(domains))
	for i, d := range domains {
		list[i] = d
	}
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT organization_id FROM organization_domains WHERE domain IN ?)",
		Vars: []any{column("id"), list},
	}}
}

// NamesDomain is the condition that a connection names this domain. Whose
// connections they are is left to the conditions beside it.
func NamesDomain(_ OwnedScope, domain string) Cond {
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT connection_id FROM connection_domains WHERE domain = ?)",
		Vars: []any{column("id"), domain},
	}}
}
