package webhook

import (
	"cmp"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// MaxReplay bounds what is sent again at one request.
const MaxReplay = 50_000

// maxWaiting is how many deliveries may wait for an endpoint for a replay to
// add to them: asked for again and again, it would fill the database.
var maxWaiting int64 = 4 * MaxReplay

// chunk is how many deliveries one statement writes.
const chunk = 500

// ReplayQuery says what an endpoint is sent again.
type ReplayQuery struct {
	Since, Before time.Time
	Events        []string // of these types; empty: of all that the endpoint asks for
	OnlyFailed    bool     // what was tried in vain alone, and not sent again since
}

// CountReplay is how many events Replay would send.
func CountReplay(tx db.OwnedScope, endpoint id.Endpoint, q ReplayQuery) (int64, error) {
	e, err := Get(tx, endpoint)
	if err != nil {
		return 0, err
	}
	again, err := e.again(tx, q)
	return int64(len(again)), err
}

// Replay sends events of a range of time again, in their order, and says how
// many. They have the ids that they had: receivers know them.
func Replay(tx db.OwnedScope, endpoint id.Endpoint, q ReplayQuery) (count int64, err error) {
	e, err := enabled(tx, endpoint)
	if err != nil {
		return 0, err
	}
	again, err := e.again(tx, q)
	if err != nil || len(again) == 0 {
		return 0, err
	}
	count = int64(len(again))
	if waits, err := Waits(tx, e.ID); err != nil || waits+count > maxWaiting {
		return 0, cmp.Or(err, error(ErrBacklog))
	}
	return count, within(tx, e.OrganizationID, func(tx db.OwnedScope) error {
		if err := enqueue(tx, again); err != nil {
			return err
		}
		if err := e.letThrough(tx); err != nil {
			return err
		}
		return record(tx, audit.WebhookReplayed{WebhookEndpoint: e.told(tx.Now()), Count: count})
	})
}

// again is the deliveries that a replay makes.
func (e *Endpoint) again(tx db.OwnedScope, q ReplayQuery) ([]Delivery, error) {
	if q.Before.IsZero() {
		q.Before = tx.Now()
	}
	if q.OnlyFailed {
		return e.failed(tx, q)
	}
	var out []Delivery
	return out, e.eachEvent(tx, q, func(d Delivery) error {
		if len(out) >= MaxReplay {
			return ErrTooMuch
		}
		out = append(out, d)
		return nil
	})
}

// failed is the events that were given up, each once: not what was sent again
// since and arrived, or waits for that.
func (e *Endpoint) failed(tx db.OwnedScope, q ReplayQuery) ([]Delivery, error) {
	rows, err := db.ListGivenUp(tx, e.ID, db.GivenUpQuery{Since: q.Since, Before: q.Before, Events: q.Events, Limit: MaxReplay + 1})
	if err != nil {
		return nil, err
	}
	if len(rows) > MaxReplay {
		return nil, ErrTooMuch
	}
	out := make([]Delivery, len(rows))
	for i, d := range rows {
		out[i] = e.delivery(d.EventID, d.EventType, d.Position, Replayed, tx.Now())
	}
	return out, nil
}

func (e *Endpoint) delivery(event id.Event, eventType string, position int64, cause Cause, now time.Time) Delivery {
	d := Delivery{ID: id.New[id.Delivery](), EndpointID: e.ID, EventID: event, EventType: eventType, Position: position, Cause: cause, State: Waiting, NextAt: &now, CreatedAt: now, UpdatedAt: now}
	d.OrganizationID = e.OrganizationID
	return d
}

// enqueue writes deliveries, some hundred with each statement.
func enqueue(tx db.OwnedScope, rows []Delivery) error {
	for len(rows) > 0 {
		n := min(len(rows), chunk)
		if err := insertAll(tx, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// eachEvent runs fn with a delivery of each event of a range that the endpoint
// may hear of, in their order.
func (e *Endpoint) eachEvent(tx db.OwnedScope, q ReplayQuery, fn func(Delivery) error) error {
	types := e.types(q.Events)
	if len(types) == 0 {
		return nil
	}
	f := audit.FeedQuery{Types: types, Since: q.Since, Before: q.Before, Limit: chunk}
	if e.OrganizationID != nil {
		f.Organization = *e.OrganizationID
	}
	hidden, err := hiddenFrom(tx)
	if err != nil {
		return err
	}
	for {
		rows, err := audit.Feed(tx, f)
		if err != nil {
			return err
		}
		for i := range rows {
			n := &rows[i]
			f.After = n.Position
			if !n.Heard() || hidden(&n.Event) {
				continue
			}
			if err := fn(e.delivery(n.ID, n.Type, n.Position, Replayed, tx.Now())); err != nil {
				return err
			}
		}
		if len(rows) < chunk {
			return nil
		}
	}
}

// types are those of asked, or all, that the endpoint wants and that happen here.
func (e *Endpoint) types(asked []string) []string {
	var out []string
	if len(asked) == 0 {
		asked = audit.PublishedTypes()
	}
	for _, name := range asked {
		if audit.Published(name) && e.wants(name) {
			out = append(out, name)
		}
	}
	return out
}
