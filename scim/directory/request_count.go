package directory

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// CountRequests is how many requests that the query asks for came after since;
// its page does not count.
func CountRequests(tx db.OwnedScope, d id.Directory, q RequestQuery, since time.Time) (int64, error) {
	conds := q.conds(tx, d)
	if !since.IsZero() {
		conds = append(conds, db.Gt("created_at", since))
	}
	return requests.Count(tx, conds...)
}
