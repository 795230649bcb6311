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
