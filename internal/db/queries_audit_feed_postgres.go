package db

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"gatehouse/internal/id"
)

// Entries of numbered links are read by a statement of their own, with bounds
// over all of them: a join would look for each link's partition anew. Links that
// follow one another without a gap have entries that do, too, but for what
// committed late: these are read as a stretch of the index of ids, which costs
// less than half of as many look-ups.

const linkColumns = "p.position, p.sequence, p.previous_hash, p.hash, p.event_id, p.recorded_at, p.retention"

// place is a link, and with it where the entry is.
type place struct {
	position, sequence, retention int64
	previous, hash                []byte
	event                         id.Event
	length                        int // of event
	recorded                      time.Time
	kind                          string // where the statement asks for it
}

// logReader reads the log over a transaction's own connection.
type logReader struct {
	ctx  context.Context
	conn *pgx.Conn
}

// A partition that is new has no statistics, and Postgres keeps a statement's
// plan: one that sorts all that is behind a cursor, to give a page of it, would
// be kept. What cannot go along an index is not worth compiling either.
const plansAlongIndexes = "SELECT set_config('enable_seqscan', $1, true), set_config('enable_bitmapscan', $1, true), set_config('enable_sort', $1, true), set_config('jit', 'off', true)"

// alongIndexes runs fn in the transaction's scope. fn must not use the
// transaction otherwise.
func (tx *Tx) alongIndexes(fn func(*logReader) error) error {
	conn, ok := tx.conn.(*sql.Conn)
	if !ok {
		return errLoose
	}
	if err := tx.db.enter(tx); err != nil {
		return err
	}
	return conn.Raw(func(driver any) error { return fn(&logReader{tx.ctx, driver.(*stdlib.Conn).Conn()}) })
}

// query runs fn with each row of a statement until it returns false, in one
// round trip with what its plan wants.
func (r *logReader) query(text string, args []any, fn func(*values) bool) error {
	b := &pgx.Batch{}
	b.Queue(plansAlongIndexes, "off")
	b.Queue(text, args...)
	b.Queue(plansAlongIndexes, "on")
	results := r.conn.SendBatch(r.ctx, b)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	v := &values{rows: rows, types: r.conn.TypeMap(), fields: rows.FieldDescriptions()}
	for v.next() && fn(v) {
	}
	rows.Close()
	if err := v.failed(); err != nil {
		return err
	}
	return results.Close()
}

func eachOnPostgres(tx OwnedScope, q NumberedQuery, fn func(*NumberedEntry) bool) error {
	return tx.base().alongIndexes(func(r *logReader) error {
		for q.Limit > 0 {
			text, args := q.statement(tx)
			places, err := r.links(q.Limit, text, args)
			if err != nil || len(places) == 0 {
				return err
			}
			o := inOrder{places: places, held: map[int]*AuditEntry{}, fn: fn}
			if err := r.each(places, q.stretch(tx.base(), places), o.take); err != nil {
				return err
			}
			o.rest()
			if o.over || len(places) < q.Limit || q.Newest && places[len(places)-1].number(q) == 1 {
				return nil
			}
			q = q.behind(&places[len(places)-1], o.given) // as many as somebody took
		}
		return nil
	})
}

func (q NumberedQuery) behind(last *place, given int) NumberedQuery {
	q.Limit -= given
	if q.Newest {
		q.Until = last.number(q) - 1
	} else {
		q.After = last.number(q)
	}
	return q
}

func (p *place) number(q NumberedQuery) int64 {
	if q.Sequences {
		return p.sequence
	}
	return p.position
}

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

func (r *logReader) links(limit int, text string, args []any) ([]place, error) {
	list, events := make([]place, 0, min(limit, 5000)), make([]byte, 0, 32*min(limit, 5000))
	kind := ""
	err := r.query(dollars(text), args, func(v *values) bool {
		p := place{position: v.number(0), sequence: v.number(1), previous: v.blob(2), hash: v.blob(3), length: len(v.raw[4]), recorded: v.instant(5), retention: v.number(6)}
		events = append(events, v.raw[4]...)
		if len(v.raw) > 7 {
			kind = v.text(7, kind)
			p.kind = kind
		}
		list = append(list, p)
		return true
	})
	all := string(events)
	for i := range list {
		list[i].event, all = id.Event(all[:list[i].length]), all[list[i].length:]
	}
	return list, err
}

// dollars writes ? as Postgres has it.
func dollars(text string) string {
	var b strings.Builder
	for n, part := range strings.Split(text, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
	}
	return b.String()
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
	if s.whole {
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
	first, last := w.bounds()
	_, err := r.entries(w, fn, readEntries, []any{w.ids(), first, last, w.retentions()})
	return err
}

// entries reads what a statement finds and is wanted.
func (r *logReader) entries(w *wanted, fn func(int, *AuditEntry) bool, text string, args []any) (more bool, err error) {
	var e AuditEntry
	more = true
	err = r.query(text, args, func(v *values) bool {
		at := w.find(v.raw[0])
		for first := true; more && at < len(w.order) && string(w.places[w.order[at]].event) == string(v.raw[0]); first, at = false, at+1 {
			i := w.order[at]
			if first {
				e.ID = w.places[i].event
				v.entry(&e)
			}
			if w.found[i] = true; v.err == nil && !fn(i, &e) {
				more = false
			}
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
	first, last = w.places[w.order[0]].recorded, w.places[w.order[0]].recorded
	for _, i := range w.order {
		if at := w.places[i].recorded; at.Before(first) {
			first = at
		} else if at.After(last) {
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
