package db

import (
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"gatehouse/internal/id"
)

// DirectoryCounts is how many a directory has, or how many more. Those who are
// gone are counted for ever: until there are more of them, everybody keeps
// their place in the order of the ids.
type DirectoryCounts struct{ UsersActive, UsersInactive, GroupsTotal, UsersGone, GroupsGone int64 }

// countShards is over how many rows a directory's counts are spread: whoever
// adds somebody locks one of them.
const countShards = 16

const addCounts = `INSERT INTO directory_counts (id, organization_id, directory_id, users_active, users_inactive, groups_total, users_gone, groups_gone)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET users_active = directory_counts.users_active + excluded.users_active,
	users_inactive = directory_counts.users_inactive + excluded.users_inactive, groups_total = directory_counts.groups_total + excluded.groups_total,
	users_gone = directory_counts.users_gone + excluded.users_gone, groups_gone = directory_counts.groups_gone + excluded.groups_gone
	WHERE directory_counts.organization_id = excluded.organization_id`

var addCountsPostgres = strings.Replace(addCounts, "?, ?, ?, ?, ?, ?, ?, ?", "$1, $2, $3, $4, $5, $6, $7, $8", 1)

// CountLater adds to a directory's counts, with the commit: the row is locked
// for the length of that alone, and nothing that is locked after it can wait
// for somebody who waits for it. The transaction's instant chooses the row, so
// that one transaction locks one and two rarely the same.
func CountLater(tx *OrgTx, directory id.Directory, more DirectoryCounts) error {
	if more == (DirectoryCounts{}) {
		return nil
	}
	shard := string(directory) + "_" + strconv.FormatInt(tx.now.UnixMicro()%countShards, 10)
	if d, ok := tx.direct(); ok {
		d.later(later{add: addMore, last: true}, addCountsPostgres, shard, string(tx.scope.org), string(directory), more.UsersActive, more.UsersInactive, more.GroupsTotal, more.UsersGone, more.GroupsGone)
		return nil
	}
	return tx.postpone(func(g *gorm.DB) *gorm.DB {
		return g.Exec(addCounts, shard, tx.scope.org, directory, more.UsersActive, more.UsersInactive, more.GroupsTotal, more.UsersGone, more.GroupsGone)
	})
}

// addMore is the arguments of addCounts for what two of them add to the same
// directory; the shard is the first one's.
func addMore(one, other []any) []any {
	if one[2] != other[2] {
		return nil
	}
	both := slices.Clone(one)
	for i := 3; i < len(both); i++ {
		both[i] = one[i].(int64) + other[i].(int64)
	}
	return both
}

// CountDirectory is how many a directory has, less what this transaction counts.
func CountDirectory(tx OwnedScope, directory id.Directory) (DirectoryCounts, error) {
	where, args := mine(tx, "c")
	var sum DirectoryCounts
	err := tx.base().session().Raw(`SELECT CAST(coalesce(sum(c.users_active), 0) AS bigint) AS users_active,
		CAST(coalesce(sum(c.users_inactive), 0) AS bigint) AS users_inactive, CAST(coalesce(sum(c.groups_total), 0) AS bigint) AS groups_total,
		CAST(coalesce(sum(c.users_gone), 0) AS bigint) AS users_gone, CAST(coalesce(sum(c.groups_gone), 0) AS bigint) AS groups_gone
		FROM directory_counts c WHERE c.directory_id = ? AND `+where, append([]any{directory}, args...)...).Scan(&sum).Error
	return sum, translate(err)
}
