package db

import "gorm.io/gorm/clause"

// What a search asks of the tables beside people and groups. Each comes in two
// forms: a correlated one, a look-up for a row that is found already; and, in
// the Within of a search, one that begins at the other table's index.

// Addressed is the condition that one of the person's addresses meets conds, on
// the columns of directory_user_emails; it begins at their index.
func Addressed(tx OwnedScope, directory string, conds ...Cond) Cond {
	where, vars := mine(tx, "directory_user_emails")
	all := AllOf(conds...)
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT directory_user_id FROM directory_user_emails WHERE " + where + " AND directory_id = ? AND ?)",
		Vars: append(append([]any{column("id")}, vars...), directory, all.expr),
	}}
}

// GroupOfPerson is a text of the group that AnyGroup asks about.
func GroupOfPerson(tx OwnedScope, sub string) (DirectoryText, bool) {
	t := DirectoryText{dialect: tx.base().db.Dialect, vars: []any{}}
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

// InGroup is the condition that the person is in the group; it begins there.
func InGroup(tx OwnedScope, group string) Cond {
	where, vars := mine(tx, "directory_group_members")
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT directory_user_id FROM directory_group_members WHERE " + where + " AND group_id = ?)",
		Vars: append(append([]any{column("id")}, vars...), group),
	}}
}

// MemberOfGroup is a text of the member that AnyMember asks about, who is a
// person or a group.
func MemberOfGroup(tx OwnedScope, sub string, group bool) (DirectoryText, bool) {
	t := DirectoryText{dialect: tx.base().db.Dialect, vars: []any{}}
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

// HasMember is the condition that the person or group is in the group; it
// begins at the member.
func HasMember(tx OwnedScope, member string) Cond {
	people, vars := mine(tx, "directory_group_members")
	groups, _ := mine(tx, "directory_group_groups")
	all := append([]any{column("id")}, append(vars, member)...)
	return Cond{clause.Expr{
		SQL: "? IN (SELECT group_id FROM directory_group_members WHERE " + people + " AND directory_user_id = ?" +
			" UNION ALL SELECT group_id FROM directory_group_groups WHERE " + groups + " AND child_id = ?)",
		Vars: append(all, append(vars, member)...),
	}}
}
