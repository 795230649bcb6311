package db

import (
	"strings"

	"gatehouse/internal/id"
)

// GroupRole is a role that a group gives to whose account that is.
type GroupRole struct {
	UserID      id.User
	DirectoryID id.Directory
	GroupID     id.DirectoryGroup
	RoleSlug    *string // nil: the group gives none
}

const groupRoles = `SELECT DISTINCT u.user_id, m.directory_id, m.group_id, r.role_slug FROM directory_users u
	JOIN directory_group_members m ON m.organization_id = u.organization_id AND m.directory_user_id = u.id
	%JOIN directory_role_mappings r ON r.organization_id = m.organization_id AND r.group_id = m.group_id
	WHERE u.active AND `

// ListGroupRoles is what the groups of people give, in whichever of the
// organization's directories they are active: one query for all.
func ListGroupRoles(tx *OrgTx, people []id.User) ([]GroupRole, error) {
	return tx.groupRoles(people, "")
}

// ListGroupsOfPeople is ListGroupRoles with the groups that give nothing.
func ListGroupsOfPeople(tx *OrgTx, people []id.User) ([]GroupRole, error) {
	return tx.groupRoles(people, "LEFT ")
}

func (tx *OrgTx) groupRoles(people []id.User, join string) ([]GroupRole, error) {
	rows := []GroupRole{}
	statement := strings.Replace(groupRoles, "%", join, 1) + tx.among("u.user_id") + " AND u.organization_id = ? ORDER BY u.user_id, m.group_id"
	err := tx.session().Raw(statement, listOf(tx.Tx, people), tx.scope.org).Scan(&rows).Error
	return rows, translate(err)
}

// ListSoleAccounts is whose accounts the people of a directory are, or were
// when it took them away, in whom no other directory of the organization has a
// part: after of those, by id, and at most limit.
func ListSoleAccounts(tx *OrgTx, directory id.Directory, after id.User, limit int) ([]id.User, error) {
	people := []id.User{}
	err := tx.session().Raw(`SELECT user_id FROM (
		SELECT user_id FROM directory_users WHERE organization_id = ? AND directory_id = ? AND user_id > ?
		UNION SELECT user_id FROM directory_departures WHERE organization_id = ? AND directory_id = ? AND user_id > ?) AS mine
		WHERE NOT EXISTS (SELECT 1 FROM directory_users o WHERE o.user_id = mine.user_id AND o.organization_id = ? AND o.directory_id <> ?)
		ORDER BY user_id LIMIT ?`,
		tx.scope.org, directory, after, tx.scope.org, directory, after, tx.scope.org, directory, limit).Scan(&people).Error
	return people, translate(err)
}
