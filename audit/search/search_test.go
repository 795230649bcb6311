package search

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Security teams would overlook what a search leaves out, and an organization
// would read another's log by what it lets in.
func TestFindIsWhatAPlainLookAtEachEntryFinds(t *testing.T) {
	run(t, 240, func(t *testing.T, w *world) {
		defer func(n int) { inOrder = n }(inOrder)
		for _, looked := range []int{60_000, 1, 40} { // in order, by the index of terms, by both
			inOrder = looked
			for range 40 {
				q := w.query()
				w.scopes(t, func(name string, organization id.Organization, sees func(*audit.Event) bool, read func(func(db.OwnedScope) error)) {
					q.Organization = organization
					order := pick(w, db.Descending, db.Ascending)
					want := w.want(q, sees, order)
					got := w.walk(t, q, order, read)
					if !slices.Equal(got, want) {
						t.Fatalf("%s, %d in order, %s, %+v:\n got %d %v\nwant %d %v", name, looked, order, q, len(got), got, len(want), want)
					}
				})
			}
		}
	})
}

func (w *world) want(q Query, sees func(*audit.Event) bool, order db.Order) []id.Event {
	var ids []id.Event
	for i := range w.all {
		if e := &w.all[i]; sees(e) && plain(q, e) {
			ids = append(ids, e.ID)
		}
	}
	if order == db.Descending {
		slices.Reverse(ids)
	}
	return ids
}

// walk reads every page.
func (w *world) walk(t *testing.T, q Query, order db.Order, read func(func(db.OwnedScope) error)) (ids []id.Event) {
	page := db.Page{Limit: 1 + w.rand.IntN(60), Order: order}
	for {
		var rows []Found
		var paging db.Paging
		read(func(tx db.OwnedScope) (err error) {
			rows, paging, err = Find(tx, q, page)
			return err
		})
		for _, r := range rows {
			ids = append(ids, r.ID)
			if (r.Sequence == nil) != (r.Hash == nil) || r.Numbered() != (r.Sequence != nil) {
				t.Fatalf("half numbered: %+v", r)
			}
		}
		if paging.After == "" {
			return ids
		}
		page.After = paging.After
	}
}

// A chart that does not add up to its list sends people looking for entries
// that are not there.
func TestCountsAreWhatIsFound(t *testing.T) {
	run(t, 240, func(t *testing.T, w *world) {
		defer func() { fewEntries = 30_000 }()
		rollups := &Rollups{DB: w.d}
		for round := range 3 {
			fewEntries = []int64{30_000, 0, 30_000}[round] // each by itself; by what is rare
			for range 25 {
				q, n := w.query(), 1+w.rand.IntN(40)
				w.scopes(t, func(name string, organization id.Organization, sees func(*audit.Event) bool, read func(func(db.OwnedScope) error)) {
					q.Organization = organization
					w.compare(t, fmt.Sprintf("%s, round %d", name, round), q, n, sees, read)
				})
			}
			if _, err := rollups.Once(t.Context()); err != nil { // the first round has none
				t.Fatal(err)
			}
		}
	})
}

func (w *world) compare(t *testing.T, name string, q Query, n int, sees func(*audit.Event) bool, read func(func(db.OwnedScope) error)) {
	t.Helper()
	read(func(tx db.OwnedScope) error {
		buckets, err := Histogram(tx, q, n)
		if err != nil {
			return err
		}
		if len(buckets) == 0 || len(buckets) > n {
			t.Fatalf("%s: %d buckets, wanted at most %d", name, len(buckets), n)
		}
		for i, b := range buckets {
			part := q
			part.Since, part.Before = b.From, b.To
			if want := len(w.want(part, sees, db.Ascending)); !b.About && int(b.Entries) != want {
				t.Fatalf("%s, %+v: bucket %d of %d, %s to %s, has %d, want %d", name, q, i, len(buckets), b.From, b.To, b.Entries, want)
			}
			if i > 0 && !b.From.Equal(buckets[i-1].To) {
				t.Fatalf("%s: bucket %d begins at %s, the one before it ends at %s", name, i, b.From, buckets[i-1].To)
			}
		}
		count, err := Estimate(tx, q)
		if q.Since.IsZero() && q.Before.IsZero() && !count.About && int(count.Entries) != len(w.want(q, sees, db.Ascending)) {
			t.Fatalf("%s, %+v: %d in all, want %d", name, q, count.Entries, len(w.want(q, sees, db.Ascending)))
		}
		return err
	})
}

// Whoever edits a cursor learns nothing by it.
func TestACursorThatIsNoEntryIsRefused(t *testing.T) {
	run(t, 20, func(t *testing.T, w *world) {
		var foreign id.Event
		for _, e := range w.all {
			if e.OrganizationID == nil {
				foreign = e.ID
			}
		}
		for _, cursor := range []string{"event_", "x", string(id.New[id.Event]()), string(foreign)} {
			err := w.d.ReadOrg(t.Context(), w.orgs[0], func(tx *db.OrgTx) error {
				_, _, err := Find(tx, Query{}, db.Page{After: cursor})
				return err
			})
			if foreign != "" && !errors.Is(err, problem.ErrInvalidCursor) {
				t.Errorf("%q: %v", cursor, err)
			}
		}
	})
}

// Two processes that count the same entries would show twice what happened.
func TestRollupsCountEachEntryOnce(t *testing.T) {
	run(t, 120, func(t *testing.T, w *world) {
		done := make(chan error, 4)
		for range cap(done) {
			go func() {
				for range 5 {
					if _, err := (&Rollups{DB: w.d}).Once(t.Context()); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range cap(done) {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		w.scopes(t, func(name string, organization id.Organization, sees func(*audit.Event) bool, read func(func(db.OwnedScope) error)) {
			read(func(tx db.OwnedScope) error {
				hours, err := ByHour(tx, Query{Organization: organization, Types: []string{"user.*"}})
				var n int64
				for _, h := range hours {
					n += h.Entries
				}
				q := Query{Organization: organization, Types: []string{"user.*"}}
				want := 0
				for i := range w.all[:120] {
					if e := &w.all[i]; sees(e) && plain(q, e) {
						want++
					}
				}
				if int(n) != want {
					t.Errorf("%s: %d of user.*, want %d", name, n, want)
				}
				return err
			})
		})
		if err := (&Rollups{DB: w.d}).Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// An entry that waits for its number is in the list all the same: a sign-in is
// looked for in the second in which it failed.
func TestWhatHasNoNumberYetIsFound(t *testing.T) {
	run(t, 20, func(t *testing.T, w *world) {
		newest := w.all[len(w.all)-1]
		err := w.d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			for _, q := range []Query{{}, {Types: []string{newest.Type}}} {
				rows, _, err := Find(tx, q, db.Page{Limit: 1})
				if err != nil || len(rows) != 1 || rows[0].ID != newest.ID || rows[0].Numbered() {
					t.Errorf("%+v: %+v, %v", q, rows, err)
				}
			}
			f, err := Get(tx, newest.ID)
			if err != nil || f.Numbered() || f.Hash != nil {
				t.Errorf("%+v, %v", f, err)
			}
			_, err = Get(tx, id.New[id.Event]())
			if !errors.Is(err, db.ErrNotFound) {
				t.Errorf("an entry that is not there: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.number(t)
		err = w.d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			f, err := Get(tx, newest.ID)
			if err == nil && (!f.Numbered() || len(f.Hash) != 32 || len(f.PreviousHash) != 32) {
				t.Errorf("numbered, and still %+v", f)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Spans of hours are whole hours, which counts by hours can answer.
func TestSpansAreWholeHoursWhereTheyAreLong(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 20, 30, 0, time.UTC)
	for _, c := range []struct {
		span time.Duration
		n    int
	}{{30 * 24 * time.Hour, 60}, {24 * time.Hour, 7}, {time.Hour, 60}, {time.Millisecond, 60}, {90 * time.Minute, 1}} {
		buckets, whole := spans(at, at.Add(c.span), c.n)
		first, last := buckets[0].From, buckets[len(buckets)-1].To
		if first.After(at) || last.Before(at.Add(c.span)) || len(buckets) > c.n {
			t.Errorf("%s by %d: %d spans from %s to %s", c.span, c.n, len(buckets), first, last)
		}
		if whole && (first != first.Truncate(time.Hour) || last != last.Truncate(time.Hour) || last.Sub(first) > c.span+3*time.Hour) {
			t.Errorf("%s by %d: from %s to %s", c.span, c.n, first, last)
		}
	}
}
