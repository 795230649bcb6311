package users

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// RolesOf are the roles of these people in the transaction's organization: of
// those who are active members.
func RolesOf(tx *db.OrgTx, people []id.User) (map[id.User]string, error) {
	roles := make(map[id.User]string, len(people))
	if len(people) == 0 {
		return roles, nil
	}
	rows, err := memberships.List(tx, db.Query{Where: []db.Cond{db.In("user_id", people), db.Eq("status", Active)}})
	for _, m := range rows {
		roles[m.UserID] = m.RoleSlug
	}
	return roles, err
}
