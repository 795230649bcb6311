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

// groupRoles looks each account up on Postgres, whatever the planner guesses of
// how many the list has (queries_directory_members.go).
var groupRoles = map[Dialect]string{
	Postgres: `SELECT DISTINCT p.value AS user_id, m.directory_id, m.group_id, m.role_slug FROM unnest(CAST(? AS text[])) AS p(value) CROSS JOIN LATERAL (
		SELECT u.id FROM directory_users u WHERE u.user_id = p.value AND u.organization_id = ? AND u.active OFFSET 0) u CROSS JOIN LATERAL (
		SELECT m.directory_id, m.group_id, r.role_slug FROM directory_group_members m
			{kept} JOIN directory_role_mappings r ON r.group_id = m.group_id AND r.organization_id = m.organization_id
			WHERE m.directory_user_id = u.id AND m.organization_id = ? OFFSET 0) m
		ORDER BY user_id, m.group_id`,
	SQLite: `SELECT DISTINCT u.user_id, m.directory_id, m.group_id, r.role_slug FROM directory_users u
		CROSS JOIN directory_group_members m ON m.directory_user_id = u.id
		{kept} JOIN directory_role_mappings r ON r.group_id = m.group_id AND r.organization_id = m.organization_id
		WHERE u.user_id IN (SELECT value FROM json_each(?)) AND u.organization_id = ? AND u.active AND m.organization_id = ?
		ORDER BY u.user_id, m.group_id`,
}

// ListGroupRoles is what the groups of people give, in whichever of the
// organization's directories they are active: one query for all.
func ListGroupRoles(tx *OrgTx, people []id.User) ([]GroupRole, error) {
	return tx.groupRoles(people, "INNER")
}

// ListGroupsOfPeople is ListGroupRoles with the groups that give nothing.
func ListGroupsOfPeople(tx *OrgTx, people []id.User) ([]GroupRole, error) {
	return tx.groupRoles(people, "LEFT")
}

func (tx *OrgTx) groupRoles(people []id.User, kept string) ([]GroupRole, error) {
	rows := []GroupRole{}
	statement := strings.Replace(groupRoles[tx.db.Dialect], "{kept}", kept, 1)
	err := tx.byIndex(len(people), func() error {
		return tx.session().Raw(statement, listOf(tx.Tx, people), tx.scope.org, tx.scope.org).Scan(&rows).Error
	})
	return rows, translate(err)
}

// ListSoleAccounts is which of these accounts no other directory of the
// organization has a part in.
func ListSoleAccounts(tx *OrgTx, directory id.Directory, accounts []id.User) ([]id.User, error) {
	sole := []id.User{}
	statement := "SELECT l.value FROM " + listed[tx.db.Dialect] + ` WHERE NOT EXISTS (SELECT 1 FROM directory_users o
		WHERE o.user_id = l.value AND o.organization_id = ? AND o.directory_id <> ?)`
	err := tx.byIndex(len(accounts), func() error {
		return tx.session().Raw(statement, listOf(tx.Tx, accounts), tx.scope.org, directory).Scan(&sole).Error
	})
	return sole, translate(err)
}
