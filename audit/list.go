package audit

import (
	"slices"
	"strings"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Filter says which events to list; its zero value is all that the transaction
// sees. It is for the newest few, and for what an index answers: whoever looks
// for something uses audit/search.
type Filter struct {
	Types        []string
	TargetIDs    []string
	Reference    string
	Organization id.Organization // within an *db.AllTx: one organization's
	Oldest       bool            // oldest first; newest first otherwise
	Limit        int
}

// List is the events that match, newest first.
func List(tx db.OwnedScope, f Filter) ([]Event, error) {
	order := "-id"
	if f.Oldest {
		order = "id"
	}
	return events.List(tx, db.Query{Where: f.conds(), Order: []string{order}, Limit: f.Limit})
}

func (f Filter) conds() []db.Cond {
	var conds []db.Cond
	if len(f.Types) > 0 {
		conds = append(conds, db.In("type", f.Types))
	}
	if len(f.TargetIDs) > 0 {
		about := make([]db.Cond, len(f.TargetIDs))
		for i, target := range f.TargetIDs {
			about[i] = db.Mentions("targets", `"`+strings.ReplaceAll(target, `"`, "")+`"`)
		}
		conds = append(conds, db.Or(about...))
	}
	if f.Reference != "" {
		conds = append(conds, db.Eq("reference", f.Reference))
	}
	if f.Organization != "" {
		conds = append(conds, db.Eq("organization_id", f.Organization))
	}
	return conds
}

// longest is more than any transaction takes: an event's id is made within
// it, its time is the transaction's beginning.
const longest = time.Minute

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
