package audit

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Filter says which events to list; its zero value is all that the transaction sees.
type Filter struct {
	Types        []string
	ActorID      string
	Reference    string
	Organization id.Organization // within an *db.AllTx: one organization's
	Since, Until time.Time
	Conds        []db.Cond // the page's cursor
	Oldest       bool      // oldest first; newest first otherwise
	Limit        int
}

// List is the events that match, newest first.
func List(tx db.OwnedScope, f Filter) ([]Event, error) {
	conds := append([]db.Cond{}, f.Conds...)
	if len(f.Types) > 0 {
		conds = append(conds, db.In("type", f.Types))
	}
	if f.ActorID != "" {
		conds = append(conds, db.Eq("actor_id", f.ActorID))
	}
	if f.Reference != "" {
		conds = append(conds, db.Eq("reference", f.Reference))
	}
	if f.Organization != "" {
		conds = append(conds, db.Eq("organization_id", f.Organization))
	}
	if !f.Since.IsZero() {
		conds = append(conds, db.Gte("occurred_at", f.Since))
	}
	if !f.Until.IsZero() {
		conds = append(conds, db.Lt("occurred_at", f.Until))
	}
	order := "-id"
	if f.Oldest {
		order = "id"
	}
	return events.List(tx, db.Query{Where: conds, Order: []string{order}, Limit: f.Limit})
}

// Get is one event, or db.ErrNotFound.
func Get(tx db.OwnedScope, event id.Event) (*Event, error) { return events.Get(tx, event) }
