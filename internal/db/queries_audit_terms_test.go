package db_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// placed is an entry of a tile, as this test knows it.
type placed struct {
	id           id.Event
	organization id.Organization // empty: the deployment's
	terms        []string
}

func (p *placed) has(needs [][]db.AuditTerm) bool {
	for _, need := range needs {
		if !slices.ContainsFunc(need, func(a db.AuditTerm) bool {
			return slices.ContainsFunc(p.terms, func(t string) bool { return t == a.Term || a.Prefix && strings.HasPrefix(t, a.Term) })
		}) {
			return false
		}
	}
	return true
}

// Of a tile that is found most entries are not what was asked for, and of two
// that overlap neither is the older one: a search that mixed them up would show
// security teams what they did not ask for, and hide what they did.
func TestEntriesAreFoundAndCountedWithinTheirTiles(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		r := rand.New(rand.NewPCG(7, uint64(time.Now().UnixNano())))
		orgs := []id.Organization{id.New[id.Organization](), id.New[id.Organization](), ""}
		all := layTiles(t, address, r, orgs)
		d, err := db.Open(t.Context(), db.Options{URL: address, MaxConns: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		for round := range 120 {
			s := db.AuditSearch{Needs: needs(r), Newest: r.IntN(2) == 0, Limit: []int{1, 3, 50, 5000}[r.IntN(4)], InOrder: []int{1, 40, 700, 20_000}[r.IntN(4)],
				Since: time.Unix(0, 0), Before: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
			bound(r, all, &s)
			own := orgs[r.IntN(3)]
			search := func(tx db.OwnedScope) error {
				var want []id.Event
				for i := range all {
					if p := &all[i]; (own == "" || p.organization == own) && string(p.id) >= s.Low && string(p.id) < s.High && p.has(s.Needs) {
						want = append(want, p.id)
					}
				}
				if err := compareCounts(t, tx, s, want, r); err != nil {
					return err
				}
				if s.Newest {
					slices.Reverse(want)
				}
				got, err := db.FindAudit(tx, s)
				if err != nil {
					return err
				}
				if want = want[:min(len(want), s.Limit)]; !slices.Equal(got, want) {
					t.Fatalf("round %d, of %q, %+v:\n got %d %v\nwant %d %v", round, own, s, len(got), got, len(want), want)
				}
				return nil
			}
			if own != "" && r.IntN(2) == 0 {
				s.Organization = orgs[r.IntN(2)] // means nothing to those who see only their own
				err = d.ReadOrg(t.Context(), own, func(tx *db.OrgTx) error { return search(tx) })
			} else {
				s.Organization = own
				err = d.ReadDeployment(t.Context(), func(tx *db.AllTx) error { return search(tx) })
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// compareCounts counts what is wanted by spans, either way.
func compareCounts(t *testing.T, tx db.OwnedScope, s db.AuditSearch, want []id.Event, r *rand.Rand) error {
	edges := []time.Time{s.Since}
	for range r.IntN(4) {
		edges = append(edges, base.Add(time.Duration(r.Int64N(int64(20*time.Second)))-10*time.Second))
	}
	slices.SortFunc(edges, time.Time.Compare)
	spans, err := db.CountAudit(tx, s, edges, r.IntN(2) == 0)
	got, wanted := make([]int64, len(edges)+1), make([]int64, len(edges)+1)
	for _, span := range spans {
		if span.Sampled {
			return err // a month without statistics seems to be large
		}
		got[span.Span] = span.Entries
	}
	for _, event := range want {
		span := 0
		for span < len(edges) && string(event) >= db.LowestEvent(edges[span]) {
			span++
		}
		wanted[span]++
	}
	if !slices.Equal(got, wanted) {
		t.Fatalf("%+v by %v: %d, want %d", s, edges, got, wanted)
	}
	return err
}

// needs are one to three things that an entry has to have, some of them by their beginnings.
func needs(r *rand.Rand) (needs [][]db.AuditTerm) {
	for range 1 + r.IntN(3) {
		need := []db.AuditTerm{{Term: fmt.Sprint("k:", r.IntN(12))}}
		if r.IntN(2) == 0 {
			need[0] = db.AuditTerm{Term: fmt.Sprint("w:", r.IntN(3)), Prefix: true}
		}
		if r.IntN(3) == 0 {
			need = append(need, db.AuditTerm{Term: fmt.Sprint("w:", r.IntN(40))})
		}
		needs = append(needs, need)
	}
	return needs
}

// bound gives s bounds, at times or, as pages do, at entries.
func bound(r *rand.Rand, all []placed, s *db.AuditSearch) {
	s.Low, s.High = db.LowestEvent(s.Since), db.LowestEvent(s.Before)
	at, other := all[r.IntN(len(all))].id, all[r.IntN(len(all))].id
	switch r.IntN(4) {
	case 0:
		s.Low, s.Since = string(at)+"0", id.Time(at)
	case 1:
		s.High, s.Before = string(at), id.Time(at).Add(time.Millisecond)
	case 2:
		s.Since, s.Before = id.Time(min(at, other)), id.Time(max(at, other))
		s.Low, s.High = db.LowestEvent(s.Since), db.LowestEvent(s.Before)
	}
}

// base is when most happens: around the turn of a month, the last but one.
var base = time.Date(time.Now().UTC().Year(), time.Now().UTC().Month()-1, 1, 0, 0, 0, 0, time.UTC)

// layTiles writes tiles as the sequencer does, of entries that were committed in no order.
func layTiles(t *testing.T, address string, r *rand.Rand, orgs []id.Organization) (all []placed) {
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	exec := func(query string, args ...any) {
		if _, err := conn.Exec(t.Context(), query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	for back := range r.IntN(4) { // what has no partition is in the default
		exec("SELECT audit_partition($1::date, 365)", base.AddDate(0, -back, 0).Format(time.DateOnly))
	}
	position, sequences := 0, map[id.Organization]int{}
	for range 60 {
		org := orgs[r.IntN(3)]
		begin := base.Add(time.Duration(r.Int64N(int64(20*time.Second))) - 10*time.Second)
		if r.IntN(4) == 0 {
			begin = base.Add(-time.Duration(r.Int64N(int64(40 * 24 * time.Hour))))
		}
		long := []time.Duration{5 * time.Millisecond, 900 * time.Millisecond, 3 * time.Second}[r.IntN(3)]
		var batch []placed
		for range 1 + r.IntN(300) {
			batch = append(batch, entry(r, org, begin.Add(time.Duration(r.Int64N(int64(long)))).Truncate(time.Millisecond)))
		}
		slices.SortFunc(batch, func(a, b placed) int { return strings.Compare(string(a.id), string(b.id)) })
		for len(batch) > 0 {
			n, first := 1, id.Time(batch[0].id)
			for n < min(len(batch), 128) && id.Time(batch[n].id).Sub(first) < time.Second && id.Time(batch[n].id).Month() == first.Month() {
				n++
			}
			exec(`INSERT INTO audit_tiles (position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms)
				VALUES ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, now(), $9, $10, '', '', $11)`, position+1, position+n, string(org), sequences[org]+1, sequences[org]+n, first, id.Time(batch[n-1].id), 365-r.IntN(2), idsOf(batch[:n]), make([]string, n), vector(batch[:n]))
			all, batch, position, sequences[org] = append(all, batch[:n]...), batch[n:], position+n, sequences[org]+n
		}
	}
	exec("INSERT INTO audit_heads (id, sequence, hash, updated_at) SELECT coalesce(organization_id, 'all'), sum(last_position - position + 1), '', now() FROM audit_tiles GROUP BY GROUPING SETS ((organization_id), ())" +
		" HAVING GROUPING(organization_id) = 1 OR organization_id IS NOT NULL")
	slices.SortFunc(all, func(a, b placed) int { return strings.Compare(string(a.id), string(b.id)) })
	return all
}

func entry(r *rand.Rand, org id.Organization, at time.Time) placed {
	key, random := db.LowestEvent(at), id.New[id.Event]()
	p := placed{id: id.Event(key[:len(key)-16] + string(random[len(random)-16:])), organization: org, terms: []string{"o:" + string(org), fmt.Sprint("k:", r.IntN(6))}}
	if r.IntN(100) == 0 {
		p.terms = append(p.terms, fmt.Sprint("k:", 6+r.IntN(6)))
	}
	for range r.IntN(3) {
		p.terms = append(p.terms, fmt.Sprint("w:", r.IntN(60)))
	}
	return p
}

func idsOf(batch []placed) []string {
	ids := make([]string, len(batch))
	for i := range batch {
		ids[i] = string(batch[i].id)
	}
	return ids
}

// vector is each term with the places of the entries that have it.
func vector(batch []placed) string {
	var b strings.Builder
	for i := range batch {
		for _, term := range batch[i].terms {
			fmt.Fprintf(&b, "'%s':%d ", term, i+1)
		}
	}
	return b.String()
}
