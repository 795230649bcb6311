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

// HoldActiveMember is the person's active membership, which nobody ends until
// the transaction has; db.ErrNotFound where there is none.
func HoldActiveMember(tx *db.OrgTx, user id.User) (*Membership, error) {
	m, err := MembershipOf(tx, user)
	if err != nil {
		return nil, err
	}
	m, err = memberships.GetForUpdate(tx, m.ID)
	if err == nil && m.Status != Active {
		return nil, db.ErrNotFound
	}
	return m, err
}
