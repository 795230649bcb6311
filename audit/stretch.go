package audit

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Stretch is entries of one chain in the order of their numbers: those behind
// after, up to and with until, at most so many. Of the deployment's own chain
// where org is nil.
func Stretch(tx db.OwnedScope, org *id.Organization, after, until int64, limit int) ([]Numbered, error) {
	q := db.NumberedQuery{After: after, Until: until, Sequences: true, Deployment: org == nil, Limit: limit}
	if org != nil {
		q.Organization = *org
	}
	return numbered(db.ListNumbered(tx, q))
}
