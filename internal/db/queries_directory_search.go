package db

import (
	"gorm.io/gorm/clause"

	"gatehouse/internal/id"
)

// IsInDirectoryGroup is the condition that a person of a directory is in a
// group. Whose people they are is left to the conditions beside it.
func IsInDirectoryGroup(_ OwnedScope, group id.DirectoryGroup) Cond {
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT directory_user_id FROM directory_group_members WHERE group_id = ?)",
		Vars: []any{column("id"), group},
	}}
}

// GivesRole is the condition that a group gives a role, or that it gives none.
// Whose groups they are is left to the conditions beside it.
func GivesRole(_ OwnedScope, gives bool) Cond {
	exists := "EXISTS"
	if !gives {
		exists = "NOT EXISTS"
	}
	return Cond{clause.Expr{
		SQL:  exists + " (SELECT 1 FROM directory_role_mappings r WHERE r.group_id = ?)",
		Vars: []any{clause.Column{Table: "directory_groups", Name: "id"}},
	}}
}

// CountDirectoryMembers is how many people are in each of these groups; those
// without anybody are not in it.
func CountDirectoryMembers(tx OwnedScope, groups []id.DirectoryGroup) (map[id.DirectoryGroup]int64, error) {
	sizes := make(map[id.DirectoryGroup]int64, len(groups))
	if len(groups) == 0 {
		return sizes, nil
	}
	var rows []struct {
		GroupID id.DirectoryGroup
		Size    int64
	}
	where, args := mine(tx, "m")
	err := tx.base().session().Raw("SELECT m.group_id, count(*) AS size FROM directory_group_members m WHERE m.group_id IN ? AND "+where+
		" GROUP BY m.group_id", append([]any{groups}, args...)...).Scan(&rows).Error
	for _, r := range rows {
		sizes[r.GroupID] = r.Size
	}
	return sizes, translate(err)
}

// CountDirectories is CountDirectory for several; those that nothing came into
// are not in it.
func CountDirectories(tx OwnedScope, directories []id.Directory) (map[id.Directory]DirectoryCounts, error) {
	all := make(map[id.Directory]DirectoryCounts, len(directories))
	if len(directories) == 0 {
		return all, nil
	}
	var rows []struct {
		DirectoryID id.Directory
		DirectoryCounts
	}
	where, args := mine(tx, "c")
	err := tx.base().session().Raw(`SELECT c.directory_id, CAST(sum(c.users_active) AS bigint) AS users_active,
		CAST(sum(c.users_inactive) AS bigint) AS users_inactive, CAST(sum(c.groups_total) AS bigint) AS groups_total
		FROM directory_counts c WHERE c.directory_id IN ? AND `+where+` GROUP BY c.directory_id`, append([]any{directories}, args...)...).Scan(&rows).Error
	for _, r := range rows {
		all[r.DirectoryID] = r.DirectoryCounts
	}
	return all, translate(err)
}
