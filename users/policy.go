package users

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// SetPolicy replaces the policy of the transaction's organization, whose
// break-glass people are active members of it.
func SetPolicy(tx *db.OrgTx, p tenants.Policy) (tenants.Policy, error) {
	if _, err := tenants.Lock(tx); err != nil { // nobody leaves in between
		return p, err
	}
	members, err := activeAmong(tx, p.BreakGlassUsers)
	if err != nil {
		return p, err
	}
	return tenants.SetPolicy(tx, p, members)
}

// activeAmong are those who are active members. A list longer than a policy
// may have is refused there for its length.
func activeAmong(tx *db.OrgTx, people []id.User) ([]id.User, error) {
	if len(people) == 0 || len(people) > db.MaxLimit {
		return nil, nil
	}
	rows, err := memberships.List(tx, db.Query{Where: []db.Cond{db.In("user_id", people), db.Eq("status", Active)}})
	active := make([]id.User, len(rows))
	for i, m := range rows {
		active[i] = m.UserID
	}
	return active, err
}
