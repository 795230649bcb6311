package webhook

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
)

// batch is deliveries to one endpoint under one lease, with all that it takes
// to send them.
type batch struct {
	endpoint   *Endpoint
	secrets    []string // the present one, and for a while the one before it
	lease      string
	deliveries []Delivery
	bodies     map[id.Delivery][]byte // without: its event is no longer kept
}

func (b *batch) ids() []id.Delivery {
	out := make([]id.Delivery, len(b.deliveries))
	for i := range b.deliveries {
		out[i] = b.deliveries[i].ID
	}
	return out
}

// take leases what is due for an endpoint; nil where nothing is. To one that
// is spared, one event goes.
func (w *sender) take(ctx context.Context, due db.DueEndpoint, size int) (b *batch, err error) {
	err = w.in(ctx, due.OrganizationID, func(tx db.OwnedScope) error {
		e, err := Get(tx, due.ID)
		if errors.Is(err, db.ErrNotFound) || err == nil && !e.open(tx.Now()) {
			return nil
		}
		if err != nil {
			return err
		}
		if e.OpenUntil != nil {
			size = 1
		}
		lease := seal.Token(16)
		taken, err := db.LeaseDeliveries(tx, e.ID, lease, tx.Now().Add(leaseTime), size)
		if err != nil || len(taken) == 0 {
			return err
		}
		b = &batch{endpoint: e, lease: lease}
		if b.secrets, err = e.secrets(sealer(tx), tx.Now()); err != nil {
			return err
		}
		b.deliveries, err = deliveries.List(tx, db.Query{Where: []db.Cond{db.In("id", taken)}, Order: []string{"next_at", "id"}})
		if err != nil {
			return err
		}
		b.bodies, err = bodies(tx, b.deliveries)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("taking deliveries: %w", err)
	}
	return b, nil
}

func bodies(tx db.OwnedScope, list []Delivery) (map[id.Delivery][]byte, error) {
	var keys []id.Event
	for i := range list {
		if list[i].Cause != Tested {
			keys = append(keys, list[i].EventID)
		}
	}
	slices.Sort(keys)
	rows, err := audit.Some(tx, slices.Compact(keys))
	if err != nil {
		return nil, err
	}
	byID := make(map[id.Event]*audit.Event, len(rows))
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
	}
	out := make(map[id.Delivery][]byte, len(list))
	for i := range list {
		d := &list[i]
		var event wire.Event
		if d.Cause == Tested {
			event = audit.ExampleEvent(d.EventType, d.EventID, d.CreatedAt)
		} else if e := byID[d.EventID]; e != nil {
			event = e.Wire()
		} else {
			continue
		}
		if out[d.ID], err = wire.Encode(event); err != nil {
			return nil, err
		}
	}
	return out, nil
}
