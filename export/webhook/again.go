package webhook

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Backlog is what has not reached an endpoint.
type Backlog struct {
	Waiting int64
	Since   time.Time // when the oldest of it was to be sent; the zero time: none waits
	Tried   int64     // of what waits: it was sent in vain, and is not due yet
	GivenUp int64     // every try was in vain, and nobody sent it again since
}

// Failed is how much RetryFailed sends.
func (b Backlog) Failed() int64 { return b.Tried + b.GivenUp }

// BacklogOf counts it. Of what was given up it counts MaxReplay and one more.
func BacklogOf(tx db.OwnedScope, endpoint id.Endpoint) (b Backlog, err error) {
	w, err := db.WaitingDeliveries(tx, endpoint)
	if err != nil {
		return b, err
	}
	b = Backlog{Waiting: w.Deliveries, Tried: w.Tried, Since: id.Time(w.Oldest)}
	lost, err := db.ListGivenUp(tx, endpoint, db.GivenUpQuery{Before: tx.Now().Add(time.Minute), Limit: MaxReplay + 1})
	b.GivenUp = int64(len(lost))
	return b, err
}

// RetryFailed sends at once all that an endpoint was sent in vain: what waits
// for its next try, and what was given up. Asked for twice it sends nothing
// twice: what goes out is waiting then, and due.
func RetryFailed(tx db.OwnedScope, endpoint id.Endpoint) (count int64, err error) {
	e, err := enabled(tx, endpoint)
	if err != nil {
		return 0, err
	}
	again, err := e.again(tx, ReplayQuery{OnlyFailed: true, Before: tx.Now().Add(time.Minute)})
	if err != nil {
		return 0, err
	}
	if waits, err := Waits(tx, e.ID); err != nil {
		return 0, err
	} else if len(again) > 0 && waits+int64(len(again)) > maxWaiting {
		return 0, ErrBacklog
	}
	return count, within(tx, e.OrganizationID, func(tx db.OwnedScope) error {
		if count, err = db.HurryDeliveries(tx, e.ID, MaxReplay); err != nil {
			return err
		}
		if err := enqueue(tx, again); err != nil {
			return err
		}
		if count += int64(len(again)); count == 0 {
			return nil
		}
		if err := e.letThrough(tx); err != nil {
			return err
		}
		return record(tx, audit.WebhookReplayed{WebhookEndpoint: e.told(tx.Now()), Count: count})
	})
}
