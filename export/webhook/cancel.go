package webhook

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// MaxCancel bounds what one request takes back: a transaction over millions of
// rows keeps everybody waiting.
const MaxCancel = MaxReplay

// CancelWaiting takes back what waits for an endpoint, what waits longest
// first, and says how much that was: MaxCancel at most. What is being sent at
// this moment may still arrive. A disabled endpoint's can be taken back too;
// each can be sent after all, by Retry or a replay.
func CancelWaiting(tx db.OwnedScope, endpoint id.Endpoint) (count int64, err error) {
	e, err := Get(tx, endpoint)
	if err != nil {
		return 0, err
	}
	return count, within(tx, e.OrganizationID, func(tx db.OwnedScope) error {
		// The endpoint's row comes first, as where answers are written down.
		if n, err := endpoints.Update(tx, e.ID, db.Set{"failures": db.Add("failures", 0)}, alive()...); err != nil || n == 0 {
			return notThere(err)
		}
		if count, err = db.CancelDeliveries(tx, e.ID, MaxCancel); err != nil || count == 0 {
			return err
		}
		return record(tx, audit.WebhookCancelled{WebhookEndpoint: e.told(tx.Now()), Count: count})
	})
}

func notThere(err error) error {
	if err == nil {
		return db.ErrNotFound
	}
	return err
}
