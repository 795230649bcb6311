package db

import (
	"time"

	"gatehouse/internal/id"
)

// CountRecentSCIMRequests is how many of a directory's last requests, at most
// limit, came after an instant; with an outcome (empty: any). It walks an index
// from its end, so that what is older costs nothing.
func CountRecentSCIMRequests(tx OwnedScope, directory id.Directory, outcome string, since time.Time, limit int) (n int64, err error) {
	where, args := mine(tx, "r")
	if outcome != "" {
		where, args = where+" AND r.outcome = ?", append(args, outcome)
	}
	err = tx.base().session().Raw(`SELECT count(*) FROM (SELECT r.created_at FROM scim_requests r
		WHERE r.directory_id = ? AND `+where+` ORDER BY r.id DESC LIMIT ?) AS last WHERE last.created_at > ?`,
		append(append([]any{directory}, args...), limit, since.UTC())...).Scan(&n).Error
	return n, translate(err)
}
