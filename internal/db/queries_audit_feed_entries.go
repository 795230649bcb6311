package db

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"gatehouse/internal/id"
)

// Entries of numbered links are read by a statement of their own, with bounds
// over all of them: a join would look for each link's partition anew. Links that
// follow one another without a gap have entries that do, too, but for what
// committed late: these are read as a stretch of the index of ids, which costs
// less than half of as many look-ups. SQLite looks each up: it has no partitions,
// and no round trips.

// stretch is how the entries of links lie: whole says that no other ones of
// these organizations lie between them, but for a few.
type stretch struct {
	org   id.Organization // empty: of all
	whole bool
}

func (q NumberedQuery) stretch(tx *Tx, places []place) stretch {
	s := stretch{org: q.Organization}
	if tx.scope.reach == reachOrg {
		s.org = tx.scope.org
	}
	number := sequenceOf
	if s.org == "" {
		number = positionOf
	}
	s.whole = !q.Deployment && consecutive(places, number)
	return s
}

func positionOf(p *place) int64 { return p.position }
func sequenceOf(p *place) int64 { return p.sequence }

// consecutive reports whether the numbers have no gap, and are worth a stretch.
func consecutive(places []place, number func(*place) int64) bool {
	n := len(places)
	if n < 16 {
		return false
	}
	for i := 1; i < n; i++ {
		if number(&places[i]) != number(&places[i-1])+1 {
			return false
		}
	}
	return true
}

const readStretch = `SELECT ` + auditEntryColumns + ` FROM audit_events e
	WHERE {whose} e.id BETWEEN $1 AND $2 AND e.recorded_at BETWEEN $3 AND $4 AND e.retention = ANY ($5::bigint[]) ORDER BY e.id LIMIT $6`

var (
	readStretchOfAll = replaced(readStretch, "{whose}", "")
	readStretchOfOne = replaced(readStretch, "{whose}", "e.organization_id = $7 AND")
)

// each runs fn with the entry of each place that has one, and the place's
// index, in whatever order they come, until it returns false.
func (r *logReader) each(places []place, s stretch, fn func(int, *AuditEntry) bool) error {
	if len(places) == 0 {
		return nil
	}
	w := newWanted(places)
	if s.whole && r.conn != nil {
		first, last := w.bounds()
		text, n := readStretchOfAll, len(places)
		args := []any{string(places[w.order[0]].event), string(places[w.order[n-1]].event), first, last, w.retentions(), n + n/8 + 64}
		if s.org != "" {
			text, args = readStretchOfOne, append(args, string(s.org))
		}
		if more, err := r.entries(w, fn, text, args); err != nil || !more {
			return err
		}
	}
	// The others, and all where they do not lie together: one that committed
	// long after it was made is far from its neighbours.
	if w = w.left(); len(w.order) == 0 {
		return nil
	}
	if r.conn == nil {
		_, err := r.entries(w, fn, readEntriesOnSQLite, []any{jsonList(w.ids())})
		return err
	}
	first, last := w.bounds()
	_, err := r.entries(w, fn, readEntries, []any{w.ids(), first, last, w.retentions()})
	return err
}

const readEntriesOnSQLite = "SELECT " + auditEntryColumns + " FROM audit_events e WHERE e.id IN (SELECT value FROM json_each(?))"

// entries reads what a statement finds and is wanted.
func (r *logReader) entries(w *wanted, fn func(int, *AuditEntry) bool, text string, args []any) (more bool, err error) {
	var e AuditEntry
	more = true
	err = r.eachEntry(text, args, func(event []byte, read func(*AuditEntry) bool) bool {
		at := w.find(event)
		for first := true; more && at < len(w.order) && string(w.places[w.order[at]].event) == string(event); first, at = false, at+1 {
			i := w.order[at]
			if first {
				e.ID = w.places[i].event
				if !read(&e) {
					return false
				}
			}
			w.found[i] = true
			more = fn(i, &e)
		}
		return more
	})
	return more, err
}

// wanted are places by their entries' ids.
type wanted struct {
	places []place
	order  []int
	found  []bool
	next   int // where the next entry is looked for first
}

func newWanted(places []place) *wanted {
	w := &wanted{places: places, order: make([]int, len(places)), found: make([]bool, len(places))}
	for i := range places {
		w.order[i] = i
	}
	slices.SortStableFunc(w.order, func(a, b int) int { return cmp.Compare(places[a].event, places[b].event) })
	return w
}

// left are those that were not found.
func (w *wanted) left() *wanted {
	rest := &wanted{places: w.places, found: w.found}
	for _, i := range w.order {
		if !w.found[i] {
			rest.order = append(rest.order, i)
		}
	}
	return rest
}

// find is the first place of an entry in order, or where it would be.
func (w *wanted) find(event []byte) int {
	at := w.next
	if at >= len(w.order) || string(w.places[w.order[at]].event) != string(event) {
		at = sort.Search(len(w.order), func(n int) bool { return string(w.places[w.order[n]].event) >= string(event) })
	}
	w.next = at + 1
	return at
}

func (w *wanted) bounds() (first, last time.Time) {
	first, last = w.places[w.order[0]].first, w.places[w.order[0]].last
	for _, i := range w.order {
		if at := w.places[i].first; at.Before(first) {
			first = at
		}
		if at := w.places[i].last; at.After(last) {
			last = at
		}
	}
	return first, last
}

func (w *wanted) retentions() (days []int64) {
	for _, i := range w.order {
		if d := w.places[i].retention; !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	return days
}

func (w *wanted) ids() []string {
	list := make([]string, len(w.order))
	for n, i := range w.order {
		list[n] = string(w.places[i].event)
	}
	return list
}

// inOrder hands entries on in the order of their links. What comes before its
// turn waits: mostly nothing does.
type inOrder struct {
	places []place
	next   int
	held   map[int]*AuditEntry
	fn     func(*NumberedEntry) bool
	given  int
	over   bool
	now    NumberedEntry // one for all: rows are many
}

func (o *inOrder) take(i int, e *AuditEntry) bool {
	if i != o.next {
		kept := *e
		o.held[i] = &kept
		return true
	}
	for ; e != nil && !o.over; e = o.held[o.next] {
		o.give(e)
	}
	return !o.over
}

// rest is what waited for entries that are not there.
func (o *inOrder) rest() {
	for o.next < len(o.places) && !o.over {
		if e := o.held[o.next]; e != nil {
			o.give(e)
		} else {
			o.next++
		}
	}
}

func (o *inOrder) give(e *AuditEntry) {
	p := &o.places[o.next]
	delete(o.held, o.next)
	o.next++
	o.given++
	o.now = NumberedEntry{AuditEntry: *e, Position: p.position, Sequence: p.sequence, PreviousHash: p.previous, Hash: p.hash}
	o.over = !o.fn(&o.now)
}
