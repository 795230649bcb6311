package db

import (
	"slices"
	"time"

	"gatehouse/internal/id"
)

// DirectoryMember is a member of a group as it is listed.
type DirectoryMember struct {
	GroupID id.DirectoryGroup // where members of several are listed
	ID      string
	Display string
	IsGroup bool
}

// membersPage is a page of the members of a group, which stands in SQL as group
// says and has a placeholder of its own or none. They are in the order of the
// primary keys, groups before people, as their ids sort. Names are looked up
// one by one, for those on the page alone.
func membersPage(tx OwnedScope, group string, placeholder []any, after string, limit int) (string, []any) {
	own, org := mine(tx, "m")
	part := append(append(append([]any{}, placeholder...), after), append(org, limit)...)
	return `SELECT id, display, is_group FROM (
			SELECT m.child_id AS id, (SELECT g.display_name FROM directory_groups g WHERE g.organization_id = m.organization_id AND g.id = m.child_id) AS display, TRUE AS is_group
			FROM directory_group_groups m WHERE m.group_id = ` + group + ` AND m.child_id > ? AND ` + own + ` ORDER BY m.child_id LIMIT ?) AS groups
		UNION ALL SELECT id, display, is_group FROM (
			SELECT m.directory_user_id AS id, (SELECT ` + displayOfPerson + `
				FROM directory_users u WHERE u.organization_id = m.organization_id AND u.id = m.directory_user_id) AS display, FALSE AS is_group
			FROM directory_group_members m WHERE m.group_id = ` + group + ` AND m.directory_user_id > ? AND ` + own + ` ORDER BY m.directory_user_id LIMIT ?) AS people
		ORDER BY id LIMIT ?`, append(append(part, part...), limit)
}

// ListDirectoryMembers lists a group's members after one (empty: from the start).
func ListDirectoryMembers(tx OwnedScope, group id.DirectoryGroup, after string, limit int) ([]DirectoryMember, error) {
	members := []DirectoryMember{}
	statement, args := membersPage(tx, "?", []any{group}, after, limit)
	err := tx.base().session().Raw(statement, args...).Scan(&members).Error
	return members, translate(err)
}

// ListFirstDirectoryMembers lists the first members of each of these groups, at
// most limit of each: in one round trip on Postgres. SQLite has no LATERAL, and
// no round trips.
func ListFirstDirectoryMembers(tx OwnedScope, groups []id.DirectoryGroup, limit int) (members []DirectoryMember, err error) {
	if tx.base().db.Dialect == Postgres {
		page, args := membersPage(tx, "l.value", nil, "", limit)
		err = tx.base().session().Raw("SELECT l.value AS group_id, m.* FROM "+listed[Postgres]+" CROSS JOIN LATERAL ("+page+") m ORDER BY l.value, m.id",
			append([]any{listOf(tx.base(), groups)}, args...)...).Scan(&members).Error
		return members, translate(err)
	}
	for _, g := range groups {
		page, err := ListDirectoryMembers(tx, g, "", limit)
		if err != nil {
			return nil, err
		}
		for i := range page {
			page[i].GroupID = g
		}
		members = append(members, page...)
	}
	return members, nil
}

// DirectoryMembersCalled are the ids of a group's members whose display name,
// folded (schema.Fold), is one of names.
func DirectoryMembersCalled(tx OwnedScope, group id.DirectoryGroup, names []string) (ids []string, err error) {
	own, org := mine(tx, "m")
	base := tx.base()
	called := func(display string) string { return "gatehouse_fold(" + display + ") " + among[base.db.Dialect] }
	args := append(append([]any{group}, org...), listOf(base, names))
	err = base.session().Raw(`SELECT m.child_id FROM directory_group_groups m JOIN directory_groups g ON g.organization_id = m.organization_id AND g.id = m.child_id
			WHERE m.group_id = ? AND `+own+" AND "+called("g.display_name")+`
		UNION ALL SELECT m.directory_user_id FROM directory_group_members m JOIN directory_users u ON u.organization_id = m.organization_id AND u.id = m.directory_user_id
			WHERE m.group_id = ? AND `+own+" AND "+called(displayOfPerson), append(args, args...)...).Scan(&ids).Error
	return ids, translate(err)
}

// displayOfPerson is what members and groups call a person.
const displayOfPerson = "coalesce(nullif(u.resource->>'displayName', ''), u.user_name)"

var among = map[Dialect]string{Postgres: "= ANY (CAST(? AS text[]))", SQLite: "IN (SELECT value FROM json_each(?))"}

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
	return listMemberships(tx, people, "m.group_id", "")
}

// ListFirstDirectoryMemberships lists the first groups of each, so many at most.
func ListFirstDirectoryMemberships(tx OwnedScope, people []id.DirectoryUser, most int) ([]DirectoryMembership, error) {
	place := "row_number() OVER (PARTITION BY m.directory_user_id ORDER BY m.group_id)"
	return listMemberships(tx, people, "m.group_id, "+place+" AS place", "WHERE m.place <= ?", most)
}

// listMemberships reads columns of memberships, and the groups of those that
// meet of.
func listMemberships(tx OwnedScope, people []id.DirectoryUser, columns, of string, args ...any) ([]DirectoryMembership, error) {
	where, own := mine(tx, "m")
	list := []DirectoryMembership{}
	err := tx.base().session().Raw(`SELECT m.directory_user_id, g.organization_id, g.directory_id, g.id, g.display_name, g.external_id, g.version, g.created_at, g.updated_at
		FROM (SELECT m.organization_id, m.directory_user_id, `+columns+` FROM directory_group_members m WHERE m.directory_user_id `+among[tx.base().db.Dialect]+" AND "+where+`) m
		JOIN directory_groups g ON g.organization_id = m.organization_id AND g.id = m.group_id `+of+" ORDER BY m.directory_user_id, g.id",
		slices.Concat([]any{listOf(tx.base(), people)}, own, args)...).Scan(&list).Error
	return list, translate(err)
}
