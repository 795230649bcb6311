package webhook

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// follower is the name of the fan-out's cursor.
const follower id.Cursor = "webhooks"

const (
	fanOutBatch = 500 // entries of one transaction
	pause       = 200 * time.Millisecond
)

var messenger = actor.System("webhooks")

// FanOut follows the log until ctx ends. Several processes may do so: they
// take turns by the cursor.
func (s *Service) FanOut(ctx context.Context) error {
	for {
		read, err := s.FanOutOnce(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if read == fanOutBatch {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// FanOutOnce writes the deliveries of some entries and says how many it read.
func (s *Service) FanOutOnce(ctx context.Context) (read int, err error) {
	if behind, err := s.behind(ctx); err != nil || !behind {
		return 0, err
	}
	made := 0
	err = s.DB.InDeployment(ctx, messenger, func(tx *db.AllTx) error {
		at, err := audit.HoldCursor(tx, follower)
		if err != nil {
			return err
		}
		head, err := audit.Head(tx)
		if err != nil || head <= at {
			return err
		}
		next := head
		if next, read, made, err = fanOut(tx, at, head); err != nil {
			return err
		}
		return audit.MoveCursor(tx, follower, next)
	})
	if err != nil {
		return 0, fmt.Errorf("fanning events out to endpoints: %w", err)
	}
	if made > 0 {
		s.signal()
	}
	return read, nil
}

// behind reports whether there is anything new: mostly there is not, and then
// this is all that a turn costs.
func (s *Service) behind(ctx context.Context) (behind bool, err error) {
	err = s.DB.ReadDeployment(ctx, func(tx *db.AllTx) error {
		at, err := audit.CursorAt(tx, follower)
		if err != nil {
			return err
		}
		head, err := audit.Head(tx)
		behind = head > at
		return err
	})
	return behind, err
}

// fanOut writes the deliveries of the entries after at, up to and with head,
// and says how far it came.
func fanOut(tx *db.AllTx, at, head int64) (next int64, read, made int, err error) {
	if n, err := endpoints.Count(tx, db.Eq("status", Enabled)); err != nil || n == 0 {
		return head, 0, 0, err
	}
	rows, err := audit.Feed(tx, audit.FeedQuery{After: at, Until: head, Types: audit.PublishedTypes(), Limit: fanOutBatch})
	if err != nil || len(rows) == 0 {
		return head, 0, 0, err
	}
	if next = head; len(rows) == fanOutBatch {
		next = rows[len(rows)-1].Position
	}
	listening, err := listeners(tx, rows)
	if err != nil {
		return 0, 0, 0, err
	}
	hidden, err := hiddenFrom(tx)
	if err != nil {
		return 0, 0, 0, err
	}
	for org, list := range listening {
		deliveries := addressed(tx.Now(), list, rows, hidden)
		made += len(deliveries)
		err := within(tx, owner(org), func(tx db.OwnedScope) error { return enqueue(tx, deliveries) })
		if err != nil {
			return 0, 0, 0, err
		}
	}
	return next, len(rows), made, nil
}

func owner(org id.Organization) *id.Organization {
	if org == "" {
		return nil
	}
	return &org
}

// listeners are the endpoints that may hear of entries, by whose they are.
func listeners(tx *db.AllTx, rows []audit.Numbered) (map[id.Organization][]Endpoint, error) {
	of := []db.Cond{db.Null("organization_id")}
	seen := map[id.Organization]bool{}
	var orgs []id.Organization
	for _, n := range rows {
		if o := n.OrganizationID; o != nil && !seen[*o] {
			seen[*o] = true
			orgs = append(orgs, *o)
		}
	}
	if len(orgs) > 0 {
		of = append(of, db.In("organization_id", orgs))
	}
	list, err := endpoints.List(tx, db.Query{Where: []db.Cond{db.Eq("status", Enabled), db.Or(of...)}})
	if err != nil {
		return nil, err
	}
	byOwner := map[id.Organization][]Endpoint{}
	for _, e := range list {
		var org id.Organization
		if e.OrganizationID != nil {
			org = *e.OrganizationID
		}
		byOwner[org] = append(byOwner[org], e)
	}
	return byOwner, nil
}

// addressed is a delivery for each entry and each endpoint that wants it.
func addressed(now time.Time, list []Endpoint, rows []audit.Numbered, hidden func(*audit.Event) bool) []Delivery {
	var out []Delivery
	for i := range rows {
		n := &rows[i]
		if !n.Heard() || hidden(&n.Event) {
			continue
		}
		for j := range list {
			if e := &list[j]; e.hears(n) {
				out = append(out, e.delivery(n.ID, n.Type, n.Position, Happened, now))
			}
		}
	}
	return out
}

// hears reports whether an endpoint is told of an entry: what is its
// organization's, by name, and not what happened before there was the endpoint.
func (e *Endpoint) hears(n *audit.Numbered) bool {
	if e.OrganizationID != nil && (n.OrganizationID == nil || *n.OrganizationID != *e.OrganizationID) {
		return false
	}
	return e.wants(n.Type) && !n.RecordedAt.Before(e.CreatedAt.Truncate(time.Millisecond))
}
