package archive

import (
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/audit/search"
)

// feed is the part of the filter that the database looks at.
func (f *Filter) feed(after, until int64, limit int) audit.FeedQuery {
	q := audit.FeedQuery{After: after, Until: until, Organization: f.Organization, Since: f.Since, Before: f.Before, Limit: limit}
	if !slices.ContainsFunc(f.Types, family) {
		q.Types = f.Types
	}
	return q
}

func family(name string) bool { return strings.HasSuffix(name, ".*") }

// matches is the rest of it, looked at entry by entry.
func (f *Filter) matches() func(*audit.Placed) bool {
	q := search.Query{Types: f.Types, Actors: f.Actors, Addresses: f.Addresses, Reference: f.Reference, Text: f.Text}
	plain := !slices.ContainsFunc(f.Types, family) && len(f.Actors)+len(f.Addresses) == 0 && f.Reference == "" && f.Text == ""
	if plain && len(f.ActorNames)+len(f.Targets) == 0 {
		return func(*audit.Placed) bool { return true }
	}
	return func(p *audit.Placed) bool {
		n := p.Event()
		if len(f.ActorNames) > 0 && (n.ActorName == nil || !slices.Contains(f.ActorNames, *n.ActorName)) {
			return false
		}
		if len(f.Targets) > 0 && !slices.ContainsFunc(n.Targets, func(t audit.Target) bool {
			return slices.Contains(f.Targets, t.ID) || slices.Contains(f.Targets, t.Type)
		}) {
			return false
		}
		return plain || q.Matches(&n)
	}
}
