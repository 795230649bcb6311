package db

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/id"
)

// Of a tile that is found most entries are not what was asked for, and of two
// that overlap neither is the older one: a search that mixed them up would show
// security teams what they did not ask for, and hide what they did.
func TestOnSQLiteEntriesAreFoundAndCountedWithinTheirTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(5, uint64(time.Now().UnixNano())))
	orgs := []*id.Organization{new(id.New[id.Organization]()), new(id.New[id.Organization]()), nil}
	d, entries, terms := tiledOnSQLite(t, r, orgs)
	begin := entries[0].RecordedAt
	for round := range 300 {
		own := orgs[r.IntN(3)]
		s := searchOnSQLite(r, begin)
		search := func(tx OwnedScope) error {
			var want []id.Event
			for i := range entries {
				e := &entries[i]
				if (own == nil || ownerOf(e) == string(*own)) && string(e.ID) >= s.Low && string(e.ID) < s.High && hasAll(terms[e.ID], s.Needs) {
					want = append(want, e.ID)
				}
			}
			if err := countedAlike(t, tx, s, want, begin); err != nil {
				return err
			}
			slices.SortFunc(want, s.compare)
			want = want[:min(len(want), s.Limit)]
			got, err := FindAudit(tx, s)
			if err == nil && !slices.Equal(got, want) {
				t.Fatalf("round %d, %+v:\n got %v\nwant %v", round, s, got, want)
			}
			return err
		}
		var err error
		if own != nil && r.IntN(2) == 0 {
			err = d.ReadOrg(t.Context(), *own, func(tx *OrgTx) error { return search(tx) })
		} else {
			s.Organization = id.Organization(ownerOf(&AuditEntry{Organization: own}))
			err = d.ReadDeployment(t.Context(), func(tx *AllTx) error { return search(tx) })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tiledOnSQLite is a log of a few seconds, numbered in batches of entries that
// committed early and late. Its entries are in the order of their ids.
func tiledOnSQLite(t *testing.T, r *rand.Rand, orgs []*id.Organization) (*DB, []AuditEntry, map[id.Event][]string) {
	o := Options{URL: "sqlite:" + t.TempDir() + "/test.db"}
	if err := Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	var entries []AuditEntry
	terms, at := map[id.Event][]string{}, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(-3*time.Second)
	for range 1500 {
		if at = at.Add(time.Duration(r.IntN(9)) * time.Millisecond); r.IntN(300) == 0 {
			at = at.Add(1500 * time.Millisecond)
		}
		lowest := LowestEvent(at)
		e := AuditEntry{ID: id.Event(lowest[:len(lowest)-16] + string(id.New[id.Event]())[len(lowest)-16:]), Organization: orgs[r.IntN(3)], Type: "x", RecordedAt: at, Retention: 365 - r.Int64N(2)}
		terms[e.ID] = []string{"k:all", fmt.Sprint("k:", r.IntN(4)), fmt.Sprint("w:", r.IntN(60)), fmt.Sprint("w:x=", r.IntN(3))}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b AuditEntry) int { return strings.Compare(string(a.ID), string(b.ID)) })
	waiting, number := slices.Clone(entries), int64(0)
	for len(waiting) > 0 {
		var batch, late []AuditEntry
		for i, e := range waiting {
			if i < 250 && r.IntN(8) > 0 {
				batch = append(batch, e)
			} else {
				late = append(late, e)
			}
		}
		waiting = late
		byTile(batch)
		links := make([]AuditLink, len(batch))
		for i := range batch {
			number++
			links[i] = AuditLink{Position: number, Sequence: number, PreviousHash: []byte{}, Hash: []byte{}, Terms: terms[batch[i].ID]}
		}
		tx, err := d.write.BeginTx(t.Context(), nil)
		if err == nil {
			err = d.writeNumbersSQLite(t.Context(), tx, batch, AuditNumbers{Links: links})
		}
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return d, entries, terms
}

func searchOnSQLite(r *rand.Rand, begin time.Time) AuditSearch {
	s := AuditSearch{Since: time.Unix(0, 0), Before: begin.Add(time.Hour), Newest: r.IntN(2) == 0, Limit: []int{1, 5, 60, 5000}[r.IntN(4)]}
	if r.IntN(2) == 0 {
		s.Since = begin.Add(time.Duration(r.IntN(4000)) * time.Millisecond)
		s.Before = s.Since.Add(time.Duration(1+r.IntN(4000)) * time.Millisecond)
	}
	s.Low, s.High = LowestEvent(s.Since), LowestEvent(s.Before)
	for range r.IntN(3) {
		s.Needs = append(s.Needs, [][]AuditTerm{
			{{Term: "k:all"}}, {{Term: "k:1"}, {Term: "k:2"}}, {{Term: "w:1", Prefix: true}}, {{Term: fmt.Sprint("w:", r.IntN(60))}}, {{Term: "w:x=1"}, {Term: "k:3"}}, {{Term: "w:x"}},
		}[r.IntN(6)])
	}
	return s
}

func hasAll(terms []string, needs [][]AuditTerm) bool {
	for _, need := range needs {
		if !slices.ContainsFunc(need, func(a AuditTerm) bool {
			return slices.ContainsFunc(terms, func(t string) bool { return t == a.Term || a.Prefix && strings.HasPrefix(t, a.Term) })
		}) {
			return false
		}
	}
	return true
}

// countedAlike counts what is wanted by three spans, and what is before them
// not at all.
func countedAlike(t *testing.T, tx OwnedScope, s AuditSearch, want []id.Event, begin time.Time) error {
	edges := []time.Time{begin.Add(time.Second), begin.Add(2 * time.Second), begin.Add(4 * time.Second)}
	spans, err := CountAudit(tx, s, edges, true)
	if err != nil {
		return err
	}
	counts := make([]int64, len(edges))
	for _, event := range want {
		for i := len(edges) - 1; i >= 0; i-- {
			if string(event) >= LowestEvent(edges[i]) {
				counts[i]++
				break
			}
		}
	}
	for i, span := range spans {
		if span.Entries != counts[i] || span.Span != int64(i+1) {
			t.Fatalf("%+v: %+v, want %v", s, spans, counts)
		}
	}
	return nil
}
