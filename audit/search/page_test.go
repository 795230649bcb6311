package search

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Whoever asks by action alone is answered on another way than the rest, in the
// order of the log: it must find the same, also where it has to go on with the
// index of terms, in whichever direction, and what has no number yet.
func TestEntriesOfAnActionAreFoundHoweverManyAreLookedAt(t *testing.T) {
	run(t, 240, func(t *testing.T, w *world) {
		defer func(n int) { looks = n }(looks)
		for _, looks = range []int{300, 40, 7, 1} {
			for range 12 {
				q := w.query()
				q = Query{Types: q.Types, Since: q.Since, Before: q.Before}
				if q.Types == nil {
					q.Types = []string{pick(w, kinds...), "usertag.*"}
				}
				w.scopes(t, func(name string, organization id.Organization, sees func(*audit.Event) bool, read func(func(db.OwnedScope) error)) {
					q.Organization = organization
					order := pick(w, db.Descending, db.Ascending)
					if got, want := w.walk(t, q, order, read), w.want(q, sees, order); !slices.Equal(got, want) {
						t.Fatalf("%s, %d looked at, %s, %+v:\n got %d %v\nwant %d %v", name, looks, order, q, len(got), got, len(want), want)
					}
				})
			}
		}
	})
}

// An investigation asks for what happened once, long ago: it is behind everything
// that a look at the newest entries sees.
func TestAnActionThatOnlyOldEntriesHaveIsFound(t *testing.T) {
	run(t, 60, func(t *testing.T, w *world) {
		defer func(n int, usual []string) { looks, kinds = n, usual }(looks, kinds)
		looks = 10
		kinds = []string{"legal.hold"}
		w.record(t, 15)
		w.spread(t)
		kinds = []string{"user.created"}
		w.record(t, 70)
		w.exec("DELETE FROM audit_tiles")
		w.exec("DELETE FROM audit_heads")
		w.number(t)
		w.record(t, 12)
		w.load(t)
		w.scopes(t, func(name string, organization id.Organization, sees func(*audit.Event) bool, read func(func(db.OwnedScope) error)) {
			for _, order := range []db.Order{db.Descending, db.Ascending} {
				q := Query{Organization: organization, Types: []string{"legal.hold"}}
				if got, want := w.walk(t, q, order, read), w.want(q, sees, order); !slices.Equal(got, want) || name == "everything" && len(got) != 15 {
					t.Errorf("%s, %s: %d, want %d", name, order, len(got), len(want))
				}
			}
		})
	})
}

// What is answered in one round trip must be the page that the list has, for
// those alone who may see it.
func TestTheNewestPageIsThatOfTheList(t *testing.T) {
	run(t, 160, func(t *testing.T, w *world) {
		if w.d.Dialect != db.Postgres {
			return // it has no round trips to save
		}
		full := 0
		check := func(own, organization id.Organization, kinds []string, read func(func(db.OwnedScope) error)) {
			q, page := Query{Organization: organization, Types: kinds}, db.Page{Limit: 3, Order: pick(w, db.Descending, db.Normal, "")}
			rows, paging, ok, err := Newest(t.Context(), w.d, own, q, page)
			if err != nil || !ok {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			full++
			read(func(tx db.OwnedScope) error {
				want, its, err := Find(tx, q, page)
				if got := foundAll(rows); len(got) != len(want) || paging != its || !slices.EqualFunc(got, want, same) {
					t.Errorf("%q in %q, %v: %+v, want %+v", organization, own, kinds, got, want)
				}
				return err
			})
		}
		for _, kinds := range [][]string{nil, {"user.*"}, {"session.created", "session.revoked", "user.*"}, {"user.created", "usertag.*"}} {
			everything := func(do func(db.OwnedScope) error) {
				if err := w.d.ReadDeployment(t.Context(), func(tx *db.AllTx) error { return do(tx) }); err != nil {
					t.Fatal(err)
				}
			}
			check("", "", kinds, everything)
			org := w.orgs[0]
			check(org, "", kinds, func(do func(db.OwnedScope) error) {
				if err := w.d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error { return do(tx) }); err != nil {
					t.Fatal(err)
				}
			})
		}
		if full < 6 {
			t.Errorf("%d pages were filled", full)
		}
		w.exec("INSERT INTO organizations (id, name, metadata, system, created_at, updated_at) VALUES ($1, 'One', '{}', false, now(), now()), ($2, 'Operators', '{}', true, now(), now())", string(w.orgs[0]), string(w.orgs[1]))
		for _, c := range []struct{ own, organization id.Organization }{{"", w.orgs[1]}, {"", w.orgs[2]}, {w.orgs[0], w.orgs[1]}, {w.orgs[1], w.orgs[0]}, {w.orgs[1], w.orgs[1]}} {
			if _, _, _, err := Newest(t.Context(), w.d, c.own, Query{Organization: c.organization}, db.Page{Limit: 1}); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%s of %s: %v", c.organization, c.own, err)
			}
		}
		if rows, _, ok, err := Newest(t.Context(), w.d, "", Query{Organization: w.orgs[0], Types: []string{"user.*"}}, db.Page{Limit: 1}); err != nil || !ok || *rows[0].Organization != w.orgs[0] {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}

// Most organizations have done little of what a program asks for. Theirs has to
// be all of it: as soon as more may be behind what was looked at, or in an older
// month, the list has to tell.
func TestTheNewestPageOfASmallLogIsAllOfIt(t *testing.T) {
	run(t, 0, func(t *testing.T, w *world) {
		if w.d.Dialect != db.Postgres {
			return
		}
		defer func(n int) { looks = n }(looks)
		w.record(t, 30)
		w.number(t)
		w.record(t, 5)
		w.load(t)
		org, page := w.orgs[0], db.Page{Limit: 50}
		mine := 0
		for _, e := range w.all {
			if e.OrganizationID != nil && *e.OrganizationID == org {
				mine++
			}
		}
		ends := func(kinds []string, want bool) {
			q := Query{Types: kinds}
			rows, paging, ok, err := Newest(t.Context(), w.d, org, q, page)
			if err != nil || ok != want {
				t.Errorf("%v, %d looked at of %d: %v, %v", kinds, looks, mine, ok, err)
			}
			if err := w.d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				all, its, err := Find(tx, q, page)
				if ok && (paging != its || !slices.EqualFunc(foundAll(rows), all, same)) {
					t.Errorf("%v: %d entries, want %d", kinds, len(rows), len(all))
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		}
		for _, kinds := range [][]string{nil, {"user.created"}, {"session.*"}, {"nobody.did"}} {
			for _, looks = range []int{300, mine + 1} {
				ends(kinds, true)
			}
			looks = mine
			ends(kinds, kinds == nil)
		}
		looks = 300
		old := w.all[0].RecordedAt.AddDate(0, -4, 0).Truncate(time.Millisecond)
		w.exec("UPDATE audit_events SET id = $1, recorded_at = $2 WHERE id = (SELECT min(id) FROM audit_events WHERE organization_id = $3)", string(id.Lowest[id.Event](old)), old, string(org))
		ends([]string{"nobody.did"}, false)
		ends(nil, false)
	})
}

// Links are remembered: an entry has to get its own once it is numbered, whoever
// saw it before, and no longer be shown when it is no longer kept.
func TestRememberedLinksAreThoseOfTheLog(t *testing.T) {
	run(t, 60, func(t *testing.T, w *world) {
		shown := func() (all []Found) {
			if err := w.d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
				all, _, err = Find(tx, Query{}, db.Page{Limit: 100})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return all
		}
		check := func(unnumbered int) {
			t.Helper()
			links := map[id.Event]audit.Numbered{}
			if err := w.d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				all, err := audit.Feed(tx, audit.FeedQuery{Limit: 1000})
				for _, n := range all {
					links[n.ID] = n
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				for _, f := range shown() {
					n, is := links[f.ID]
					if is != f.Numbered() || is && (n.Position != *f.Position || n.Sequence != *f.Sequence || !slices.Equal(n.Hash, f.Hash) || !slices.Equal(n.PreviousHash, f.PreviousHash)) {
						t.Errorf("%s: %+v, want %+v", f.ID, f, n)
					}
					if !is {
						unnumbered--
					}
				}
			}
			if unnumbered != 0 {
				t.Errorf("%d entries more than had to be have no number", -unnumbered)
			}
		}
		check(2 * 3)
		w.number(t)
		check(0)
		gone := shown()[0].ID
		w.exec("DELETE FROM audit_events WHERE id = $1", string(gone))
		if shown()[0].ID == gone {
			t.Error("what is not kept any longer is shown")
		}
	})
}

func same(a, b Found) bool {
	return a.ID == b.ID && a.Type == b.Type && string(a.Data) == string(b.Data) && slices.Equal(a.Targets, b.Targets) && slices.Equal(a.Hash, b.Hash) && slices.Equal(a.PreviousHash, b.PreviousHash) &&
		(a.Sequence == nil) == (b.Sequence == nil) && (a.Sequence == nil || *a.Sequence == *b.Sequence)
}

// A transaction plans its other statements as ever after it has read a page.
func TestAPageLeavesTheTransactionAsItWas(t *testing.T) {
	run(t, 20, func(t *testing.T, w *world) {
		err := w.d.InOrg(t.Context(), w.orgs[0], actor.System("test"), func(tx *db.OrgTx) error {
			before, _, err := Find(tx, Query{}, db.Page{Limit: 100})
			if err != nil {
				return err
			}
			if err := audit.Record(tx, note{kind: "user.created", targets: []audit.Target{}, data: map[string]any{}}); err != nil {
				return err
			}
			if err := tx.Flush(); err != nil {
				return err
			}
			after, _, err := Find(tx, Query{}, db.Page{Limit: 100})
			if len(after) != len(before)+1 || after[0].Numbered() {
				t.Errorf("%d entries, then %d", len(before), len(after))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
