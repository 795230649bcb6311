package db

import (
	"database/sql"
	"slices"
	"sort"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// SQLite has no index of terms: tiles are read in the order of their times, and
// of those that have all that is needed the entries that do.

// tileOfTerms is what a search reads of a tile.
type tileOfTerms struct {
	recorded time.Time
	events   []string
	terms    string
}

// eachOfTerms runs fn with tiles in which entries may have what s needs, in the
// order of their oldest ones, until it returns false. It is scoped by the
// organization of the link.
func (s AuditSearch) eachOfTerms(tx OwnedScope, fn func(*tileOfTerms) bool) error {
	where, args := mine(tx, "t")
	if s.Organization != "" {
		where, args = where+" AND t.organization_id = ?", append(args, s.Organization)
	}
	where += " AND t.recorded_at > ? AND t.recorded_at < ? AND t.last_recorded_at >= ?"
	args = append(args, s.Since.UTC().Add(-tileSpan), s.Before.UTC(), s.Since.UTC())
	for _, need := range s.Needs {
		each := []string{"1 = 0"}
		for _, t := range need {
			text := " " + t.Term
			if !t.Prefix {
				text += "="
			}
			each, args = append(each, "instr(t.terms, ?) > 0"), append(args, text)
		}
		where += " AND (" + strings.Join(each, " OR ") + ")"
	}
	r := logReader{tx: tx.base()}
	return r.onSQLite("SELECT t.recorded_at, t.events, t.terms FROM audit_tiles t WHERE "+where+" ORDER BY t.recorded_at "+s.order(), args, func(rows *sql.Rows) (bool, error) {
		var t tileOfTerms
		var events string
		if err := rows.Scan(&t.recorded, &events, &t.terms); err != nil {
			return false, err
		}
		t.events = listIn(events)
		return fn(&t), nil
	})
}

// have are the entries of the tile that have what s needs, and lie within its
// bounds.
func (s AuditSearch) have(t *tileOfTerms) (found []id.Event) {
	met := make([]int, len(t.events)) // so many needs, of each entry
	for n, need := range s.Needs {
		for term, places := range words(t.terms) {
			if !slices.ContainsFunc(need, func(a AuditTerm) bool { return term == a.Term || a.Prefix && strings.HasPrefix(term, a.Term) }) {
				continue
			}
			for place := range placesIn(places, len(met)) {
				if met[place-1] == n {
					met[place-1]++
				}
			}
		}
	}
	for i, event := range t.events {
		if met[i] == len(s.Needs) && event >= s.Low && event < s.High {
			found = append(found, id.Event(event))
		}
	}
	return found
}

// findOnSQLite is FindAudit there. A tile that comes later may have entries that
// were recorded before some that were found, or after them: of one second at
// most.
func (s AuditSearch) findOnSQLite(tx OwnedScope) ([]id.Event, error) {
	ids := []id.Event{}
	err := s.eachOfTerms(tx, func(t *tileOfTerms) bool {
		if len(ids) >= s.Limit && s.settled(ids, t.recorded) {
			return false
		}
		if found := s.have(t); len(found) > 0 {
			ids = append(ids, found...)
			slices.SortFunc(ids, s.compare)
			ids = ids[:min(len(ids), s.Limit)]
		}
		return true
	})
	return ids, wrapSearch(err)
}

// settled reports whether no tile from one of that time on has an entry that
// comes before the last of ids.
func (s AuditSearch) settled(ids []id.Event, next time.Time) bool {
	last := string(ids[len(ids)-1])
	if s.Newest {
		return last >= LowestEvent(next.Add(tileSpan))
	}
	return last < LowestEvent(next)
}

func (s AuditSearch) compare(a, b id.Event) int {
	if s.Newest {
		a, b = b, a
	}
	return strings.Compare(string(a), string(b))
}

// countOnSQLite is CountAudit there.
func (s AuditSearch) countOnSQLite(tx OwnedScope, edges []time.Time) ([]AuditSpan, error) {
	spans, begins := make([]AuditSpan, len(edges)), make([]string, len(edges))
	for i, at := range edges {
		spans[i].Span, begins[i] = int64(i+1), LowestEvent(at)
	}
	err := s.eachOfTerms(tx, func(t *tileOfTerms) bool {
		for _, event := range s.have(t) {
			after := sort.Search(len(begins), func(i int) bool { return begins[i] > string(event) })
			if after > 0 {
				spans[after-1].Entries++
			}
		}
		return true
	})
	return spans, wrapSearch(err)
}
