package portal

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// kept is how long links and visits that are over can still be read.
const kept = 30 * 24 * time.Hour

// sweepAtOnce bounds how many rows one run looks at of each kind.
const sweepAtOnce = 1000

// Sweep removes links and visits that were over long ago. It may run twice:
// what is gone is gone. The log keeps what happened.
func Sweep(tx *db.Tx) (removed int64, err error) {
	old := tx.Now().Add(-kept)
	orgs, err := locateOld(tx, old)
	for _, org := range orgs {
		if err != nil {
			break
		}
		err = tx.In(org, func(tx *db.OrgTx) error {
			a, err := links.DeleteWhere(tx, db.Lt("expires_at", old))
			if err != nil {
				return err
			}
			b, err := portalSessions.DeleteWhere(tx, db.Lt("expires_at", old))
			removed += a + b
			return err
		})
	}
	return removed, err
}

// locateOld are the organizations that have something to remove.
func locateOld(tx *db.Tx, old time.Time) (orgs []id.Organization, err error) {
	seen := map[id.Organization]bool{}
	note := func(org id.Organization) {
		if !seen[org] {
			seen[org] = true
			orgs = append(orgs, org)
		}
	}
	q := db.Query{Where: []db.Cond{db.Lt("expires_at", old)}, Order: []string{"expires_at"}, Limit: sweepAtOnce}
	err = tx.Locate(func(tx *db.AllTx) error {
		oldLinks, err := links.List(tx, q)
		if err != nil {
			return err
		}
		for _, l := range oldLinks {
			note(l.OrganizationID)
		}
		oldSessions, err := portalSessions.List(tx, q)
		for _, s := range oldSessions {
			note(s.OrganizationID)
		}
		return err
	})
	return orgs, err
}
