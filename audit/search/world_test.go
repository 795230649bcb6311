package search

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/audit"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// world is a log with entries of three organizations and the deployment.
type world struct {
	d    *db.DB
	exec func(query string, args ...any) // past row security
	orgs []id.Organization
	rand *rand.Rand
	all  []audit.Event // oldest first
}

// run runs fn on each database, with n entries of which the newest have no
// number, over half a year.
func run(t *testing.T, n int, fn func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) {
		address := dbtest.SQLiteURL(t)
		raw, err := sql.Open("sqlite", "file:"+filepath.ToSlash(strings.TrimPrefix(address, "sqlite:"))+"?_time_format=sqlite&_pragma=busy_timeout(10000)")
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		w := newWorld(t, address, func(query string, args ...any) {
			for i := len(args); i > 0; i-- {
				query = strings.ReplaceAll(query, fmt.Sprintf("$%d", i), fmt.Sprintf("?%d", i))
			}
			if _, err := raw.Exec(query, args...); err != nil {
				t.Fatal(query, err)
			}
		})
		w.exec("DROP TRIGGER audit_events_fixed")
		w.fill(t, n)
		fn(t, w)
	})
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		w := newWorld(t, address, func(query string, args ...any) {
			if _, err := conn.Exec(t.Context(), query, args...); err != nil {
				t.Fatal(query, err)
			}
		})
		w.exec("SELECT audit_partition(month, days) FROM audit_wanted((now() - interval '7 months')::date, now()::date)")
		w.fill(t, n)
		fn(t, w)
	})
}

func newWorld(t *testing.T, address string, exec func(string, ...any)) *world {
	keys, err := seal.NewKeyring([][]byte{make([]byte, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Options{URL: address, MaxConns: 8, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return &world{d: d, exec: exec, rand: rand.New(rand.NewPCG(seed, 1)), orgs: []id.Organization{id.New[id.Organization](), id.New[id.Organization](), id.New[id.Organization]()}}
}

// note is an entry of any type.
type note struct {
	kind    string
	targets []audit.Target
	data    map[string]any
}

func (n note) Type() string            { return n.kind }
func (n note) Targets() []audit.Target { return n.targets }
func (n note) Data() any               { return n.data }

func pick[T any](w *world, values ...T) T { return values[w.rand.IntN(len(values))] }

var (
	kinds  = []string{"user.created", "user.updated", "user.deleted", "session.created", "session.revoked", "usertag.added"}
	names  = []string{"Ada King", "Ada O'Neill", "Grace Hopper", "Zoë Ångström", "al", `quote " and \ slash`}
	people = []string{"user_A", "user_B", "user_b", "user_C", "someone's id", strings.Repeat("long", 60)}
	hosts  = []string{"192.0.2.1", "192.0.2.17", "2001:db8::1"}
)

func (w *world) fill(t *testing.T, n int) {
	w.record(t, n)
	w.spread(t)
	w.number(t)
	w.record(t, n/20)
	w.load(t)
}

// load reads all entries, for what is to be found among them.
func (w *world) load(t *testing.T) {
	err := w.d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		w.all, err = audit.List(tx, audit.Filter{Oldest: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) record(t *testing.T, n int) {
	for range n {
		who := actor.Actor{Kind: actor.KindUser, ID: pick(w, people...), Name: pick(w, names...), IP: pick(w, hosts...), UserAgent: pick(w, "Mozilla/5.0 Firefox/140.0", "curl/8", "")}
		if w.rand.IntN(5) == 0 {
			who.Reference = fmt.Sprintf("GH-AAAA-%04d", w.rand.IntN(50))
		}
		e := note{kind: pick(w, kinds...), targets: []audit.Target{}, data: map[string]any{"email": pick(w, "ada.king@example.com", "grace@navy.example"), "secret": "adamant"}}
		for range w.rand.IntN(3) {
			e.targets = append(e.targets, audit.Target{Type: "user", ID: pick(w, people...), Name: pick(w, names...)})
		}
		at := w.rand.IntN(10)
		var err error
		switch {
		case at == 9:
			err = w.d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return audit.RecordDeployment(tx.Tx, e) })
		default:
			org := w.orgs[0]
			if at >= 6 {
				org = w.orgs[at-6]
			}
			err = w.d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error { return audit.Record(tx, e) })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// spread makes the entries older: as though they had been written over half a year.
func (w *world) spread(t *testing.T) {
	var all []audit.Event
	err := w.d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		all, err = audit.List(tx, audit.Filter{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		at := e.RecordedAt.Add(-time.Duration(w.rand.Int64N(int64(180 * 24 * time.Hour)))).Truncate(time.Millisecond)
		key := id.Lowest[id.Event](at)
		key = key[:len(key)-16] + string(e.ID[len(e.ID)-16:])
		w.exec("UPDATE audit_events SET id = $1, recorded_at = $2, occurred_at = $2 WHERE id = $3", key, at, string(e.ID))
	}
	w.exec("DELETE FROM audit_pending")
	if w.d.Dialect == db.Postgres {
		w.exec("INSERT INTO audit_pending (event_id, events, entries, recorded_at, last_recorded_at, retention) SELECT id, ARRAY[id], 1, recorded_at, recorded_at, retention FROM audit_events")
		return
	}
	w.exec("INSERT INTO audit_pending (event_id, recorded_at, retention) SELECT id, recorded_at, retention FROM audit_events")
}

func (w *world) number(t *testing.T) {
	s := &sequence.Sequencer{DB: w.d, Log: slog.New(slog.DiscardHandler)}
	for {
		n, err := s.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// query is one at random: mostly of things that there are.
func (w *world) query() Query {
	var q Query
	some := func(n int) bool { return w.rand.IntN(n) == 0 }
	if some(3) {
		q.Types = []string{pick(w, append(kinds, "user.*", "session.*", "never.*")...)}
		if some(3) {
			q.Types = append(q.Types, pick(w, kinds...))
		}
	}
	if some(4) {
		q.Actors = []string{pick(w, people...)}
	}
	if some(4) {
		q.Targets = []string{pick(w, people...), pick(w, people...)}
	}
	if some(6) {
		q.Addresses = []string{pick(w, hosts...)}
	}
	if some(8) {
		q.Reference = fmt.Sprintf("GH-AAAA-%04d", w.rand.IntN(60))
	}
	if some(3) {
		q.Text = pick(w, "ada", "ADA king", "ad", "al", "grace hop", "zoë", "ångs", "o'neill", "neill", "example", "user.created", "user_A", "192.0.2.1", "gh-aaaa-0007", "adamant", "fire", "slash quote", "ada.king@example.com", "  ")
	}
	now := w.all[len(w.all)-1].RecordedAt
	if some(3) {
		q.Since = now.Add(-time.Duration(w.rand.Int64N(int64(200 * 24 * time.Hour))))
	}
	if some(3) {
		q.Before = now.Add(-time.Duration(w.rand.Int64N(int64(100 * 24 * time.Hour))))
	}
	return q
}

// plain says what q means, one entry at a time, without terms.
func plain(q Query, e *audit.Event) bool {
	in := func(list []string, fits func(string) bool) bool {
		return len(list) == 0 || slices.ContainsFunc(list, fits)
	}
	has := func(p *string, value string) bool { return p != nil && *p == value }
	target := func(value string) bool {
		return slices.ContainsFunc(e.Targets, func(t audit.Target) bool { return t.ID == value })
	}
	if q.Organization != "" && (e.OrganizationID == nil || *e.OrganizationID != q.Organization) ||
		!q.Since.IsZero() && e.RecordedAt.Before(q.Since) || !q.Before.IsZero() && !e.RecordedAt.Before(q.Before) ||
		!in(q.Types, func(v string) bool {
			return v == e.Type || strings.HasSuffix(v, ".*") && strings.HasPrefix(e.Type, v[:len(v)-1])
		}) ||
		!in(q.Actors, func(v string) bool { return has(e.ActorID, v) }) || !in(q.Targets, target) ||
		!in(q.Addresses, func(v string) bool { return has(e.IPAddress, v) }) || q.Reference != "" && !has(e.Reference, q.Reference) {
		return false
	}
	texts := []string{e.Type}
	for _, p := range []*string{e.ActorName, e.UserAgent} {
		if p != nil {
			texts = append(texts, *p)
		}
	}
	for _, t := range e.Targets {
		texts = append(texts, t.Name)
	}
	if _, email, ok := strings.Cut(string(e.Data), `"email":"`); ok {
		email, _, _ = strings.Cut(email, `"`)
		texts = append(texts, email)
	}
	for _, word := range strings.Fields(q.Text) {
		found := has(e.ActorID, word) || target(word) || has(e.IPAddress, word) || has(e.Reference, strings.ToUpper(word))
		for _, text := range texts {
			for at := range " " + text {
				before, rest := (" " + text)[:at], (" " + text)[at:]
				begins := before != "" && strings.ContainsAny(before[len(before)-1:], ` .'"\@/`)
				if !begins || !strings.HasPrefix(strings.ToLower(rest), strings.ToLower(word)) {
					continue
				}
				after := rest[len(word):]
				found = found || len([]rune(word)) >= shortWord || after == "" || strings.ContainsAny(after[:1], ` .'"\@/`)
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// scopes are every way to look at the log: name, whether an entry is seen, and
// a transaction that sees it.
func (w *world) scopes(t *testing.T, fn func(name string, organization id.Organization, sees func(*audit.Event) bool, read func(func(db.OwnedScope) error))) {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	everything := func(do func(db.OwnedScope) error) {
		must(w.d.ReadDeployment(t.Context(), func(tx *db.AllTx) error { return do(tx) }))
	}
	fn("everything", "", func(*audit.Event) bool { return true }, everything)
	for i, org := range w.orgs {
		of := func(e *audit.Event) bool { return e.OrganizationID != nil && *e.OrganizationID == org }
		fn(fmt.Sprint("organization ", i), "", of, func(do func(db.OwnedScope) error) {
			must(w.d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error { return do(tx) }))
		})
		fn(fmt.Sprint("everything, of organization ", i), org, of, everything)
	}
}
