package webhook

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// DeliveryFilter says which deliveries of an endpoint to list; the zero value is all.
type DeliveryFilter struct {
	State State
	Event string // of that type
}

// Deliveries is a page of an endpoint's deliveries.
func Deliveries(tx db.OwnedScope, endpoint id.Endpoint, f DeliveryFilter, page db.Page) ([]Delivery, db.Paging, error) {
	if _, err := Get(tx, endpoint); err != nil {
		return nil, db.Paging{}, err
	}
	conds := []db.Cond{db.Eq("endpoint_id", endpoint)}
	if f.State != "" {
		conds = append(conds, db.Eq("state", f.State))
	}
	if f.Event != "" {
		conds = append(conds, db.Eq("event_type", f.Event))
	}
	list := func(q db.Query) ([]Delivery, error) { return deliveries.List(tx, q) }
	return db.ListPage(list, page, "id", func(d Delivery) string { return string(d.ID) }, conds...)
}

// GetDelivery is one delivery to an endpoint, or db.ErrNotFound.
func GetDelivery(tx db.OwnedScope, endpoint id.Endpoint, delivery id.Delivery) (*Delivery, error) {
	if _, err := Get(tx, endpoint); err != nil {
		return nil, err
	}
	return deliveries.First(tx, db.Eq("id", delivery), db.Eq("endpoint_id", endpoint))
}

// AttemptsOf is what was sent and answered for one delivery, the first first.
func AttemptsOf(tx db.OwnedScope, delivery id.Delivery) ([]Attempt, error) {
	return attempts.List(tx, db.Query{Where: []db.Cond{db.Eq("delivery_id", delivery)}, Order: []string{"id"}})
}

// Waits is how many deliveries to an endpoint wait.
func Waits(tx db.OwnedScope, endpoint id.Endpoint) (int64, error) {
	return deliveries.Count(tx, db.Eq("endpoint_id", endpoint), db.Eq("state", Waiting))
}

// Body is what is sent for a delivery, byte for byte.
func Body(tx db.OwnedScope, d *Delivery) ([]byte, error) {
	if d.Cause == Tested {
		return wire.Encode(audit.ExampleEvent(d.EventType, d.EventID, d.CreatedAt))
	}
	e, err := audit.Get(tx, d.EventID)
	if err != nil {
		return nil, err
	}
	return wire.Encode(e.Wire())
}

// Retry sends a delivery once more at once, whatever became of it, and goes on
// as long as its three days last.
func Retry(tx db.OwnedScope, endpoint id.Endpoint, delivery id.Delivery) (*Delivery, error) {
	e, err := enabled(tx, endpoint)
	if err != nil {
		return nil, err
	}
	d, err := GetDelivery(tx, endpoint, delivery)
	if err != nil {
		return nil, err
	}
	return d, within(tx, e.OrganizationID, func(tx db.OwnedScope) error {
		now := tx.Now()
		n, err := deliveries.Update(tx, d.ID, db.Set{"state": Waiting, "next_at": now, "finished_at": nil, "updated_at": now},
			db.Or(db.Null("leased_until"), db.Lte("leased_until", now)))
		if err != nil || n == 0 { // it is being sent at this moment
			return err
		}
		d.State, d.NextAt, d.FinishedAt, d.UpdatedAt = Waiting, &now, nil, now
		if err := e.letThrough(tx); err != nil {
			return err
		}
		return record(tx, audit.WebhookRetried{WebhookEndpoint: e.told(now), Delivery: d.ID, EventID: d.EventID})
	})
}

// SendTest sends an example of an event; where none is named, of the first
// that the endpoint asks for.
func SendTest(tx db.OwnedScope, endpoint id.Endpoint, eventType string) (*Delivery, error) {
	e, err := enabled(tx, endpoint)
	if err != nil {
		return nil, err
	}
	if eventType == "" {
		eventType = e.anExample()
	}
	if !audit.Published(eventType) {
		return nil, badEvents("There is no event of that name to send an example of.")
	}
	now := tx.Now()
	d := &Delivery{ID: id.New[id.Delivery](), EndpointID: e.ID, EventID: id.New[id.Event](), EventType: eventType, Cause: Tested, State: Waiting, NextAt: &now, CreatedAt: now, UpdatedAt: now}
	return d, within(tx, e.OrganizationID, func(tx db.OwnedScope) error {
		if err := insert(deliveries, tx, d); err != nil {
			return err
		}
		if err := e.letThrough(tx); err != nil {
			return err
		}
		return record(tx, audit.WebhookTested{WebhookEndpoint: e.told(now), Delivery: d.ID})
	})
}

func (e *Endpoint) anExample() string {
	for _, name := range e.Events {
		if audit.Published(name) {
			return name
		}
	}
	return "user.created"
}

func enabled(tx db.OwnedScope, endpoint id.Endpoint) (*Endpoint, error) {
	e, err := Get(tx, endpoint)
	if err == nil && e.Status != Enabled {
		return nil, ErrDisabled
	}
	return e, err
}

// letThrough lets one event through to an endpoint that is spared: whoever
// asks for one has often just mended it.
func (e *Endpoint) letThrough(tx db.OwnedScope) error {
	if e.OpenUntil == nil {
		return nil
	}
	_, err := endpoints.Update(tx, e.ID, db.Set{"open_until": tx.Now()}, db.Gt("open_until", tx.Now()))
	return err
}

// Wire is the delivery as the API shows it.
func (d *Delivery) Wire() wire.WebhookDelivery {
	return wire.WebhookDelivery{
		ID: d.ID, EndpointID: d.EndpointID, EventID: d.EventID, Event: d.EventType, Cause: string(d.Cause), State: string(d.State), Attempts: d.Attempts,
		NextAttemptAt: wire.MaybeAt(d.NextAt), LastStatus: d.LastStatus, LastError: d.LastError, FinishedAt: wire.MaybeAt(d.FinishedAt),
		CreatedAt: wire.At(d.CreatedAt), UpdatedAt: wire.At(d.UpdatedAt),
	}
}

// Wire is the attempt as the API shows it.
func (a *Attempt) Wire() wire.WebhookAttempt {
	return wire.WebhookAttempt{
		Number: a.Number, Status: a.Status, Milliseconds: a.Milliseconds, RequestHeaders: a.RequestHeaders, AnswerHeaders: a.AnswerHeaders,
		AnswerBody: a.AnswerBody, Error: a.Error, CreatedAt: wire.At(a.CreatedAt),
	}
}

// told is the endpoint as entries of the log tell of it: what stands behind
// the path of its address is often a key.
func (e *Endpoint) told(now time.Time) wire.WebhookEndpoint {
	w := e.Wire(now)
	w.EndpointURL = withoutQuery(w.EndpointURL)
	return w
}
