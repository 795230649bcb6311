package db

import "gorm.io/gorm/clause"

// WithDomain is the condition that an organization has one of these domains.
// It reads across organizations, so it takes a transaction that may.
func WithDomain(_ *AllTx, domains []string) Cond {
	list := make([]any, len(domains))
	for i, d := range domains {
		list[i] = d
	}
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT organization_id FROM organization_domains WHERE domain IN ?)",
		Vars: []any{column("id"), list},
	}}
}
