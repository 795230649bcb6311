package db

import (
	"context"
	"slices"

	"gorm.io/gorm/clause"

	"gatehouse/internal/id"
)

// What a search asks of the tables beside people and groups. Each question has
// two forms: a condition on a row that is found already, and a list of ids that
// begins at the other table's index.

// DirectoryList is a list of ids that another table's index finds.
type DirectoryList struct{ ids clause.Expr }

// Within is the condition that a row's id is in the list. A list of more than
// most is not gone through: nothing is in it then, and Longer tells.
func (l DirectoryList) Within(tx OwnedScope, most int) Cond {
	short := Cond{clause.Expr{SQL: "(SELECT count(*) FROM (? LIMIT ?) AS l) <= ?", Vars: []any{l.ids, most + 1, most}}}
	return AllOf(idAmong(tx, clause.Expr{SQL: "? LIMIT ?", Vars: []any{l.ids, most}}), short)
}

// And is both lists in one: neither planner would use two indexes for a
// condition with or in it, where one of them is another table's.
func (l DirectoryList) And(other DirectoryList) DirectoryList {
	return DirectoryList{clause.Expr{SQL: "? UNION ALL ?", Vars: []any{l.ids, other.ids}}}
}

// Longer reports whether the list has more than most.
func (l DirectoryList) Longer(tx OwnedScope, most int) (bool, error) {
	var n int
	err := bounded(tx, func(ctx context.Context) error {
		return tx.base().session().WithContext(ctx).Raw("SELECT count(*) FROM (? LIMIT ?) AS l", l.ids, most+1).Scan(&n).Error
	})
	return n > most, err
}

// idAmong is the condition that a row's id is one of those that a query finds.
// On Postgres that is run first and its answer looked up, whatever the planner
// knows of the tables: a directory that was filled a second ago is one of which
// it knows nothing.
func idAmong(tx OwnedScope, ids clause.Expr) Cond {
	if tx.base().db.Dialect == Postgres {
		return Cond{clause.Expr{SQL: "? = ANY (ARRAY(?))", Vars: []any{column("id"), ids}}}
	}
	return Cond{clause.Expr{SQL: "? IN (?)", Vars: []any{column("id"), ids}}}
}

// AnyAddress is the condition that one of the person's addresses meets of, on
// the columns of directory_user_emails.
func AnyAddress(_ OwnedScope, of Cond) Cond {
	return Cond{clause.Expr{
		SQL:  "EXISTS (SELECT 1 FROM directory_user_emails m WHERE m.organization_id = directory_users.organization_id AND m.directory_user_id = directory_users.id AND ?)",
		Vars: []any{of.expr},
	}}
}

// PeopleWithAddress are the people of whose addresses one meets of.
func PeopleWithAddress(tx OwnedScope, directory id.Directory, of Cond) DirectoryList {
	where, vars := mine(tx, "directory_user_emails")
	return DirectoryList{clause.Expr{
		SQL:  "SELECT directory_user_id FROM directory_user_emails WHERE " + where + " AND directory_id = ? AND ?",
		Vars: slices.Concat(vars, []any{directory, of.expr}),
	}}
}

// GroupOfPerson is a text of the group that AnyGroup asks about.
func GroupOfPerson(tx OwnedScope, sub string) (DirectoryText, bool) {
	t := DirectoryText{dialect: tx.base().db.Dialect}
	switch sub {
	case "value":
		t.sql = "m.group_id"
	case "display":
		t.sql, t.folded = "g.display_name_key", true
	case "type":
		t.sql, t.folded = "CAST('direct' AS text)", true
	default:
		return t, false
	}
	return t, true
}

// AnyGroup is the condition that one group of the person meets of.
func AnyGroup(_ OwnedScope, of Cond) Cond {
	return Cond{clause.Expr{
		SQL: "EXISTS (SELECT 1 FROM directory_group_members m JOIN directory_groups g ON g.organization_id = m.organization_id AND g.id = m.group_id" +
			" WHERE m.organization_id = directory_users.organization_id AND m.directory_user_id = directory_users.id AND ?)",
		Vars: []any{of.expr},
	}}
}

// PeopleInGroup are the people in the group.
func PeopleInGroup(tx OwnedScope, group string) DirectoryList {
	where, vars := mine(tx, "directory_group_members")
	return DirectoryList{clause.Expr{
		SQL:  "SELECT directory_user_id FROM directory_group_members WHERE " + where + " AND group_id = ?",
		Vars: append(vars, group),
	}}
}

// MemberOfGroup is a text of the member that AnyMember asks about, who is a
// person or a group.
func MemberOfGroup(tx OwnedScope, sub string, group bool) (DirectoryText, bool) {
	t := DirectoryText{dialect: tx.base().db.Dialect}
	switch {
	case sub == "value" && group:
		t.sql = "m.child_id"
	case sub == "value":
		t.sql = "m.directory_user_id"
	case sub == "type" && group:
		t.sql, t.folded = "CAST('group' AS text)", true
	case sub == "type":
		t.sql, t.folded = "CAST('user' AS text)", true
	default:
		return t, false
	}
	return t, true
}

// AnyMember is the condition that one of the people, or of the groups, in the
// group meets of.
func AnyMember(_ OwnedScope, group bool, of Cond) Cond {
	from := "directory_group_members"
	if group {
		from = "directory_group_groups"
	}
	return Cond{clause.Expr{
		SQL:  "EXISTS (SELECT 1 FROM " + from + " m WHERE m.organization_id = directory_groups.organization_id AND m.group_id = directory_groups.id AND ?)",
		Vars: []any{of.expr},
	}}
}

// GroupsWithMember are the groups that the person or group is in.
func GroupsWithMember(tx OwnedScope, member string) DirectoryList {
	people, vars := mine(tx, "directory_group_members")
	groups, _ := mine(tx, "directory_group_groups")
	return DirectoryList{clause.Expr{
		SQL: "SELECT group_id FROM directory_group_members WHERE " + people + " AND directory_user_id = ?" +
			" UNION ALL SELECT group_id FROM directory_group_groups WHERE " + groups + " AND child_id = ?",
		Vars: slices.Concat(vars, []any{member}, vars, []any{member}),
	}}
}
