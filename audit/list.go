package audit

import (
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Filter says which events to list; its zero value is all that the transaction sees.
type Filter struct {
	Types        []string
	ActorID      string
	ActorIDs     []string
	TargetIDs    []string
	Text         string // within the type, the actor's name or the targets
	Reference    string
	Organization id.Organization // within an *db.AllTx: one organization's
	Since, Until time.Time
	Conds        []db.Cond // the page's cursor
	Oldest       bool      // oldest first; newest first otherwise
	Limit        int
}

// List is the events that match, newest first.
func List(tx db.OwnedScope, f Filter) ([]Event, error) {
	order := "-id"
	if f.Oldest {
		order = "id"
	}
	return events.List(tx, db.Query{Where: append(f.conds(), f.Conds...), Order: []string{order}, Limit: f.Limit})
}

// Page is one page of the events that match.
func Page(tx db.OwnedScope, f Filter, page db.Page) ([]Event, db.Paging, error) {
	list := func(q db.Query) ([]Event, error) { return events.List(tx, q) }
	return db.ListPage(list, page, "id", func(e Event) string { return string(e.ID) }, f.conds()...)
}

func (f Filter) conds() []db.Cond {
	var conds []db.Cond
	if len(f.Types) > 0 {
		conds = append(conds, db.In("type", f.Types))
	}
	if f.ActorID != "" {
		conds = append(conds, db.Eq("actor_id", f.ActorID))
	}
	if len(f.ActorIDs) > 0 {
		conds = append(conds, db.In("actor_id", f.ActorIDs))
	}
	if len(f.TargetIDs) > 0 {
		about := make([]db.Cond, len(f.TargetIDs))
		for i, target := range f.TargetIDs {
			about[i] = db.Mentions("targets", `"`+strings.ReplaceAll(target, `"`, "")+`"`)
		}
		conds = append(conds, db.Or(about...))
	}
	if f.Text != "" {
		conds = append(conds, db.Or(db.Mentions("type", f.Text), db.Mentions("actor_name", f.Text), db.Mentions("targets", f.Text)))
	}
	if f.Reference != "" {
		conds = append(conds, db.Eq("reference", f.Reference))
	}
	if f.Organization != "" {
		conds = append(conds, db.Eq("organization_id", f.Organization))
	}
	return append(conds, f.within()...)
}

// longest is more than any transaction takes: an event's id is made within
// it, its time is the transaction's beginning.
const longest = time.Minute

// within bounds ids as well as times: they sort by time, and are indexed.
func (f Filter) within() []db.Cond {
	var conds []db.Cond
	if !f.Since.IsZero() {
		conds = append(conds, db.Gte("occurred_at", f.Since), db.Gte("id", lowest(f.Since)))
	}
	if !f.Until.IsZero() {
		conds = append(conds, db.Lt("occurred_at", f.Until), db.Lt("id", lowest(f.Until.Add(longest))))
	}
	return conds
}

// lowest is the first id that can be made at a time.
func lowest(at time.Time) string {
	var u ulid.ULID
	if err := u.SetTime(ulid.Timestamp(at.Add(-time.Millisecond))); err != nil {
		return id.Event("").Prefix() // before or after what ids can say: bounds nothing
	}
	return id.Event("").Prefix() + u.String()
}

// Get is one event, or db.ErrNotFound.
func Get(tx db.OwnedScope, event id.Event) (*Event, error) {
	made := id.Time(event)
	return events.First(tx, db.Eq("id", event), db.Gte("recorded_at", made.Add(-longest)), db.Lt("recorded_at", made.Add(longest)))
}

// Some are the entries with those ids, in no order; those that are not there
// for the transaction are left out.
func Some(tx db.OwnedScope, keys []id.Event) ([]Event, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	first, last := id.Time(slices.Min(keys)), id.Time(slices.Max(keys)) // they sort by time
	return events.List(tx, db.Query{Where: []db.Cond{db.In("id", keys), db.Gte("recorded_at", first), db.Lte("recorded_at", last)}})
}
