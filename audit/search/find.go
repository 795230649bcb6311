package search

import (
	"errors"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Found is an entry, with its numbers once it has them.
type Found struct {
	audit.Event
	Position     *int64
	Sequence     *int64
	PreviousHash []byte
	Hash         []byte
}

// Numbered reports whether the entry has its numbers and its link in the chain.
func (f *Found) Numbered() bool { return f.Position != nil }

// Find is one page of the entries that q asks for. Ids sort by the time of
// recording, and are the page's cursors.
func Find(tx db.OwnedScope, q Query, page db.Page) ([]Found, db.Paging, error) {
	known := func(cursor string) (bool, error) {
		key, err := id.Parse[id.Event](cursor)
		if err != nil {
			return false, nil
		}
		_, err = audit.Get(tx, key)
		if errors.Is(err, db.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	read := func(r db.Run) ([]Found, error) { return q.read(tx, r) }
	return db.ListPageBy(page, known, func(f Found) string { return string(f.ID) }, read)
}

// Get is one entry, or db.ErrNotFound.
func Get(tx db.OwnedScope, event id.Event) (*Found, error) {
	rows, err := db.GetAudit(tx, db.AuditSearch{}, []id.Event{event})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, db.ErrNotFound
	}
	f := foundOf(&rows[0])
	return &f, nil
}

func (q Query) read(tx db.OwnedScope, run db.Run) ([]Found, error) {
	s := q.search()
	s.Newest, s.Limit = run.Down, run.Limit
	switch {
	case run.Cursor == "":
	case s.Newest && run.Cursor < s.High:
		s.High, s.Before = run.Cursor, id.Time(id.Event(run.Cursor)).Add(time.Millisecond)
	case !s.Newest && run.Cursor >= s.Low:
		s.Low, s.Since = run.Cursor+"0", id.Time(id.Event(run.Cursor))
	}
	if s.Low >= s.High {
		return []Found{}, nil
	}
	switch {
	case len(s.Needs) == 0:
		return list(tx, s)
	case q.onlyTypes():
		return q.glance(tx, s)
	}
	return find(tx, s)
}

// inOrder are looked at in order at most, where that seems to cost less than to
// ask the index of terms.
var inOrder = 60_000

// search is q as the database is asked.
func (q Query) search() db.AuditSearch {
	s := db.AuditSearch{Organization: q.Organization, Since: time.Unix(0, 0), Before: q.Before, Newest: true, InOrder: inOrder}
	if !q.Since.IsZero() {
		s.Since = q.Since
	}
	if s.Before.IsZero() {
		s.Before = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	s.Low, s.High = db.LowestEvent(s.Since), db.LowestEvent(s.Before)
	for _, n := range q.needs() {
		s.Needs = append(s.Needs, n)
	}
	return s
}

// find reads entries that have what s needs. What waits for its number is read
// first: an entry that is numbered meanwhile is found twice, and not missed.
func find(tx db.OwnedScope, s db.AuditSearch) ([]Found, error) {
	waiting, err := pending(tx, s)
	if err != nil {
		return nil, err
	}
	ids, err := db.FindAudit(tx, s)
	if err != nil {
		return nil, err
	}
	for _, e := range waiting {
		ids = append(ids, e.ID)
	}
	slices.SortFunc(ids, func(a, b id.Event) int {
		if s.Newest {
			return strings.Compare(string(b), string(a))
		}
		return strings.Compare(string(a), string(b))
	})
	ids = slices.Compact(ids)
	rows, err := db.GetAudit(tx, s, ids[:min(len(ids), s.Limit)])
	return foundAll(rows), err
}

// pending are entries without numbers that have what s needs.
func pending(tx db.OwnedScope, s db.AuditSearch) ([]audit.Event, error) {
	rows, err := db.ListAuditPending(tx, s)
	if err != nil {
		return nil, err
	}
	needs := make([]need, len(s.Needs))
	for i, n := range s.Needs {
		needs[i] = n
	}
	var events []audit.Event
	for i := range rows {
		if e := audit.EventOfRow(&rows[i]); meets(audit.Terms(&e), needs) {
			events = append(events, e)
		}
	}
	return events, nil
}

func foundOf(row *db.FoundEntry) Found {
	return Found{Event: audit.EventOfRow(&row.AuditEntry), Position: row.Position, Sequence: row.Sequence, PreviousHash: row.PreviousHash, Hash: row.Hash}
}

func foundAll(rows []db.FoundEntry) []Found {
	list := make([]Found, len(rows))
	for i := range rows {
		list[i] = foundOf(&rows[i])
	}
	return list
}
