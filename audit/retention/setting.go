package retention

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/problem"
)

// The bounds of a retention, in days. GET /events promises 30 days.
const (
	Shortest = 30
	Longest  = 3653 // ten years
)

// ErrOutside says that a retention is none that there can be.
var ErrOutside = problem.New(problem.Invalid, "invalid_retention", "Entries are kept for at least 30 days, and at most ten years.")

// SetRetention sets for how many days entries of the transaction's organization
// are kept that are written from now on; nil: as long as the deployment's. Those
// that are there keep theirs. The partitions follow in a moment: until then
// entries lie in one that takes all, and are moved.
func SetRetention(tx *db.OrgTx, days *int64) error {
	if days != nil && (*days < Shortest || *days > Longest) {
		return ErrOutside
	}
	before, own, err := db.AuditRetention(tx, tx.Organization())
	if err != nil {
		return err
	}
	if days == nil && !own || days != nil && own && *days == before {
		return nil
	}
	if err := db.SetAuditRetention(tx, days); err != nil {
		return err
	}
	after, _, err := db.AuditRetention(tx, tx.Organization())
	if err != nil {
		return err
	}
	if err := jobs.Enqueue(tx.Tx, keepArgs{}); err != nil {
		return err
	}
	return audit.Record(tx, audit.LogRetentionChanged{Organization: tx.Organization(), Days: after, Before: before})
}

// Of is for how many days an organization's entries are kept; own says that it
// is its own setting and not the deployment's.
func Of(tx db.AnyScope, organization id.Organization) (days int64, own bool, err error) {
	return db.AuditRetention(tx, organization)
}

// Check says, for doctor, whether the partitions of this month and the next are
// there.
func Check(ctx context.Context, d *db.DB) (string, error) {
	if d.Dialect == db.SQLite {
		return "entries go one by one when their time is up", nil
	}
	missing, err := d.MissingAuditLeaves(ctx, d.Clock().AddDate(0, 1, 0))
	if err != nil {
		return "", err
	}
	if len(missing) > 0 {
		l := missing[0]
		return "", fmt.Errorf("%d partitions are missing, the first of %s for %d days: a server or a worker makes them within the hour; is one running?", len(missing), l.Month.Format("January 2006"), l.Days)
	}
	expired, err := d.ExpiredAuditLeaves(ctx)
	if err != nil {
		return "", err
	}
	for _, l := range expired {
		if over := l.Month.AddDate(0, 1, int(l.Days)); d.Clock().Sub(over) > 3*24*time.Hour {
			return "", fmt.Errorf("entries of %s that were to be kept for %d days are still there: is a worker running? Its log says why", l.Month.Format("January 2006"), l.Days)
		}
	}
	return "partitions are there for this month and the next", nil
}
