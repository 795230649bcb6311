package sso

import (
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// IsOnlyWay reports whether an active connection is the only one of an
// organization that asks for single sign-on: without it, nobody gets in but
// those whom the policy excepts.
func IsOnlyWay(tx *db.OrgTx, c id.Connection) (bool, error) {
	row, err := Get(tx, c)
	if err != nil || row.State != Active {
		return false, err
	}
	policy, err := tenants.GetPolicy(tx, tx.Organization())
	if err != nil || !policy.SSORequired && !slices.Equal(policy.AllowedMethods, []string{"sso"}) {
		return false, err
	}
	others, err := connections.Count(tx, db.Eq("state", Active), db.Not("id", c))
	return others == 0, err
}
