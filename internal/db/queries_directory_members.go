package db

import (
	"time"

	"gatehouse/internal/id"
)

// Who is in a group is changed by statements on the table between: none reads
// the members that it does not change, so that one of 50,000 costs what one of
// five does. A person and a group in a group stand in tables of their own.

// between is a table of members.
type between struct{ table, column, members string }

var (
	peopleIn = between{"directory_group_members", "directory_user_id", "directory_users"}
	groupsIn = between{"directory_group_groups", "child_id", "directory_groups"}
)

// DirectoryMembers are the people or, as the type of the ids says, the groups
// in one group.
type DirectoryMembers[K id.DirectoryUser | id.DirectoryGroup] struct{ Group id.DirectoryGroup }

func (m DirectoryMembers[K]) between() between {
	var k K
	if _, people := any(k).(id.DirectoryUser); people {
		return peopleIn
	}
	return groupsIn
}

// Add puts those of ids into the group that its directory has and that are not
// in it, and returns them.
//
// On Postgres each is held by FOR KEY SHARE, in the order of the ids: one who
// is deleted at this moment is waited for and then passed over, where the
// foreign key alone would break the transaction.
func (m DirectoryMembers[K]) Add(tx *OrgTx, ids []K) ([]K, error) {
	b := m.between()
	now, held := "?", ""
	if tx.db.Dialect == Postgres {
		now, held = "CAST(? AS timestamptz)", " FOR KEY SHARE OF u"
	}
	added := []K{}
	err := tx.session().Raw("INSERT INTO "+b.table+" (organization_id, directory_id, group_id, "+b.column+", created_at)"+
		" SELECT g.organization_id, g.directory_id, g.id, u.id, "+now+" FROM directory_groups g"+
		" JOIN "+b.members+" u ON u.organization_id = g.organization_id AND u.directory_id = g.directory_id"+
		" WHERE g.organization_id = ? AND g.id = ? AND "+tx.among("u.id")+
		" AND (SELECT 1 FROM "+b.table+" m WHERE m.group_id = g.id AND m."+b.column+" = u.id) IS NULL"+
		" ORDER BY u.id"+held+" ON CONFLICT DO NOTHING RETURNING "+b.column,
		tx.now, tx.scope.org, m.Group, listOf(tx.Tx, ids)).Scan(&added).Error
	return added, translate(err)
}

// Remove takes those of ids out of the group that are in it, and returns them.
func (m DirectoryMembers[K]) Remove(tx *OrgTx, ids []K) ([]K, error) {
	return m.delete(tx, tx.among, ids)
}

// Keep takes everybody out of the group but ids, and returns who went.
func (m DirectoryMembers[K]) Keep(tx *OrgTx, ids []K) ([]K, error) {
	return m.delete(tx, tx.notAmong, ids)
}

func (m DirectoryMembers[K]) delete(tx *OrgTx, which func(string) string, ids []K) ([]K, error) {
	b := m.between()
	removed := []K{}
	err := tx.session().Raw("DELETE FROM "+b.table+" WHERE organization_id = ? AND group_id = ? AND "+which(b.column)+" RETURNING "+b.column,
		tx.scope.org, m.Group, listOf(tx.Tx, ids)).Scan(&removed).Error
	return removed, translate(err)
}

// Missing is those of ids that are not in the group.
func (m DirectoryMembers[K]) Missing(tx OwnedScope, ids []K) ([]K, error) {
	b := m.between()
	where, args := mine(tx, "m")
	missing := []K{}
	// A scalar subquery is looked up in the primary key row by row; an anti-join
	// would be the planner's to choose, by what it guesses of the group's size.
	err := tx.base().session().Raw("SELECT l.value FROM "+tx.base().listed()+" WHERE (SELECT 1 FROM "+b.table+" m WHERE m.group_id = ? AND m."+b.column+" = l.value AND "+where+") IS NULL",
		append([]any{listOf(tx.base(), ids), m.Group}, args...)...).Scan(&missing).Error
	return missing, translate(err)
}

// DirectoryMember is a member of a group as it is listed.
type DirectoryMember struct {
	ID      string
	Display string
	IsGroup bool
}

// ListDirectoryMembers lists a group's members in the order of the primary
// keys, groups before people, as their ids sort.
func ListDirectoryMembers(tx OwnedScope, group id.DirectoryGroup, after string, limit int) ([]DirectoryMember, error) {
	members := []DirectoryMember{}
	groups, own := mine(tx, "m")
	args := append(append([]any{group, after}, own...), limit, group, after)
	args = append(append(args, own...), limit, limit)
	err := tx.base().session().Raw(`SELECT id, display, is_group FROM (SELECT m.child_id AS id, g.display_name AS display, TRUE AS is_group
		FROM directory_group_groups m JOIN directory_groups g ON g.organization_id = m.organization_id AND g.id = m.child_id
		WHERE m.group_id = ? AND m.child_id > ? AND `+groups+` ORDER BY m.child_id LIMIT ?) AS groups
		UNION ALL SELECT id, display, is_group FROM (SELECT m.directory_user_id AS id, coalesce(nullif(u.resource->>'displayName', ''), u.user_name) AS display, FALSE AS is_group
		FROM directory_group_members m JOIN directory_users u ON u.organization_id = m.organization_id AND u.id = m.directory_user_id
		WHERE m.group_id = ? AND m.directory_user_id > ? AND `+groups+` ORDER BY m.directory_user_id LIMIT ?) AS people
		ORDER BY id LIMIT ?`, args...).Scan(&members).Error
	return members, translate(err)
}

// DirectoryMembership says that a person is in a group.
type DirectoryMembership struct {
	DirectoryUserID id.DirectoryUser
	OrganizationID  id.Organization
	DirectoryID     id.Directory
	ID              id.DirectoryGroup
	DisplayName     string
	ExternalID      *string
	Version         int64
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// ListDirectoryMemberships lists the groups of people, each person's together.
func ListDirectoryMemberships(tx OwnedScope, people []id.DirectoryUser) ([]DirectoryMembership, error) {
	where, args := mine(tx, "m")
	list := []DirectoryMembership{}
	err := tx.base().session().Raw(`SELECT m.directory_user_id, g.organization_id, g.directory_id, g.id, g.display_name, g.external_id, g.version, g.created_at, g.updated_at
		FROM directory_group_members m JOIN directory_groups g ON g.organization_id = m.organization_id AND g.id = m.group_id
		WHERE `+tx.base().among("m.directory_user_id")+" AND "+where+" ORDER BY m.directory_user_id, g.id",
		append([]any{listOf(tx.base(), people)}, args...)...).Scan(&list).Error
	return list, translate(err)
}

// BumpDirectoryGroupsOf makes the next version of each group that has the
// member, as of now. They are held first, in the order of their ids: two
// people who leave together may be in the same groups.
func BumpDirectoryGroupsOf[K id.DirectoryUser | id.DirectoryGroup](tx *OrgTx, member K) error {
	b := DirectoryMembers[K]{}.between()
	in := " WHERE organization_id = ? AND id IN (SELECT group_id FROM " + b.table + " WHERE " + b.column + " = ?)"
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
