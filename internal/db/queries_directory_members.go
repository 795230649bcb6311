package db

import (
	"strings"

	"gatehouse/internal/id"
)

// Who is in a group is changed by statements on the table between: none reads
// the members that it does not change, so that one of 50,000 costs what one of
// five does. A person and a group in a group stand in tables of their own.
//
// On Postgres the statements over lists look up each id of a list in the
// primary key, by LATERAL with OFFSET 0. Written as = ANY or as a join, the
// choice would be the planner's, by what it guesses of the group's size: a
// directory is filled faster than it is analyzed, and the wrong guess reads all
// of a group for each of 500 ids.

var peopleIn = strings.NewReplacer("{between}", "directory_group_members", "{member}", "directory_user_id", "{members}", "directory_users")
var groupsIn = strings.NewReplacer("{between}", "directory_group_groups", "{member}", "child_id", "{members}", "directory_groups")

// DirectoryMembers are the people or, as the type of the ids says, the groups
// in one group.
type DirectoryMembers[K id.DirectoryUser | id.DirectoryGroup] struct{ Group id.DirectoryGroup }

// in writes the tables' names into a statement.
func (DirectoryMembers[K]) in(statement string) string {
	var k K
	if _, people := any(k).(id.DirectoryUser); people {
		return peopleIn.Replace(statement)
	}
	return groupsIn.Replace(statement)
}

// FOR KEY SHARE waits for somebody who is being deleted and then passes over
// them, where the foreign key alone would break the transaction. The list is
// in the order of the ids, and so is what is locked.
var addMembers = map[Dialect]string{
	Postgres: `INSERT INTO {between} (organization_id, directory_id, group_id, {member}, created_at)
		SELECT g.organization_id, g.directory_id, g.id, u.id, CAST(? AS timestamptz)
		FROM directory_groups g CROSS JOIN unnest(CAST(? AS text[])) AS l(value) CROSS JOIN LATERAL (
			SELECT u.organization_id, u.directory_id, u.id FROM {members} u WHERE u.id = l.value
			AND (SELECT 1 FROM {between} m WHERE m.group_id = g.id AND m.{member} = u.id) IS NULL OFFSET 0 FOR KEY SHARE) u
		WHERE g.organization_id = ? AND g.id = ? AND u.organization_id = g.organization_id AND u.directory_id = g.directory_id
		ON CONFLICT DO NOTHING RETURNING {member}`,
	SQLite: `INSERT INTO {between} (organization_id, directory_id, group_id, {member}, created_at)
		SELECT g.organization_id, g.directory_id, g.id, u.id, ?
		FROM directory_groups g JOIN {members} u ON u.organization_id = g.organization_id AND u.directory_id = g.directory_id
		WHERE u.id IN (SELECT value FROM json_each(?)) AND g.organization_id = ? AND g.id = ?
		ON CONFLICT DO NOTHING RETURNING {member}`,
}

// Add puts those of ids into the group that its directory has and that are not
// in it, and returns them. The ids are sorted.
func (m DirectoryMembers[K]) Add(tx *OrgTx, ids []K) (added []K, err error) {
	return m.change(tx, addMembers, len(ids), tx.now, listOf(tx.Tx, ids), tx.scope.org, m.Group)
}

var removeMembers = map[Dialect]string{
	Postgres: `DELETE FROM {between} WHERE ctid = ANY (ARRAY(
		SELECT m.place FROM unnest(CAST(? AS text[])) AS l(value) CROSS JOIN LATERAL (
			SELECT m.ctid AS place FROM {between} m WHERE m.organization_id = ? AND m.group_id = ? AND m.{member} = l.value OFFSET 0) m))
		RETURNING {member}`,
	SQLite: `DELETE FROM {between} WHERE {member} IN (SELECT value FROM json_each(?)) AND organization_id = ? AND group_id = ? RETURNING {member}`,
}

// Remove takes those of ids out of the group that are in it, and returns them.
func (m DirectoryMembers[K]) Remove(tx *OrgTx, ids []K) ([]K, error) {
	return m.change(tx, removeMembers, len(ids), listOf(tx.Tx, ids), tx.scope.org, m.Group)
}

// NOT IN is hashed where the list is thought to be short; within a SELECT of
// its own nobody knows how long it is.
var keepMembers = map[Dialect]string{
	Postgres: `DELETE FROM {between} WHERE organization_id = ? AND group_id = ?
		AND {member} NOT IN (SELECT l.value FROM unnest((SELECT CAST(? AS text[]))) AS l(value)) RETURNING {member}`,
	SQLite: `DELETE FROM {between} WHERE organization_id = ? AND group_id = ? AND {member} NOT IN (SELECT value FROM json_each(?)) RETURNING {member}`,
}

// Keep takes everybody out of the group but ids, and returns who went.
func (m DirectoryMembers[K]) Keep(tx *OrgTx, ids []K) ([]K, error) {
	return m.change(tx, keepMembers, 0, tx.scope.org, m.Group, listOf(tx.Tx, ids))
}

// change runs a statement that returns the members whom it touched.
func (m DirectoryMembers[K]) change(tx *OrgTx, statement map[Dialect]string, ids int, args ...any) (touched []K, err error) {
	err = tx.byIndex(ids, func() error { return tx.session().Raw(m.in(statement[tx.db.Dialect]), args...).Scan(&touched).Error })
	return touched, translate(err)
}

var listed = map[Dialect]string{Postgres: "unnest(CAST(? AS text[])) AS l(value)", SQLite: "json_each(?) AS l"}

// Missing is those of ids that are not in the group.
func (m DirectoryMembers[K]) Missing(tx OwnedScope, ids []K) (missing []K, err error) {
	where, args := mine(tx, "m")
	base := tx.base()
	statement := m.in("SELECT l.value FROM " + listed[base.db.Dialect] + " WHERE (SELECT 1 FROM {between} m WHERE m.group_id = ? AND m.{member} = l.value AND " + where + ") IS NULL")
	args = append([]any{listOf(base, ids), m.Group}, args...)
	err = base.byIndex(len(ids), func() error { return base.session().Raw(statement, args...).Scan(&missing).Error })
	return missing, translate(err)
}

// Page lists the members after one by their ids alone.
func (m DirectoryMembers[K]) Page(tx OwnedScope, after K, limit int) ([]K, error) {
	where, args := mine(tx, "m")
	page := []K{}
	err := tx.base().session().Raw(m.in("SELECT m.{member} FROM {between} m WHERE m.group_id = ? AND m.{member} > ? AND "+where+" ORDER BY m.{member} LIMIT ?"),
		append(append([]any{m.Group, after}, args...), limit)...).Scan(&page).Error
	return page, translate(err)
}

// BumpDirectoryGroupsOf makes the next version of each group that has the
// member, as of now. They are held first, in the order of their ids: two
// people who leave together may be in the same groups.
func BumpDirectoryGroupsOf[K id.DirectoryUser | id.DirectoryGroup](tx *OrgTx, member K) error {
	in := DirectoryMembers[K]{}.in(" WHERE organization_id = ? AND id IN (SELECT group_id FROM {between} WHERE {member} = ?)")
	if tx.db.Dialect == Postgres {
		var held []string
		if err := tx.session().Raw("SELECT id FROM directory_groups"+in+" ORDER BY id FOR NO KEY UPDATE", tx.scope.org, member).Scan(&held).Error; err != nil {
			return translate(err)
		}
		if len(held) == 0 {
			return nil
		}
	}
	return translate(tx.session().Exec("UPDATE directory_groups SET version = version + 1, updated_at = ?"+in, tx.now, tx.scope.org, member).Error)
}
