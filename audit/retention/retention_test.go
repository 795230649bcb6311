package retention_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/audit"
	"gatehouse/audit/retention"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// world is a log of two organizations, of which the second keeps it for 30 days.
type world struct {
	*testing.T
	d        *db.DB
	exec     func(query string, args ...any) error // past row security
	keeper   *retention.Keeper
	long     id.Organization
	short    id.Organization
	postgres bool
}

func run(t *testing.T, fn func(w *world)) {
	t.Run("sqlite", func(t *testing.T) {
		address := dbtest.SQLiteURL(t)
		raw, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(address, "sqlite:")+"?_time_format=sqlite&_pragma=busy_timeout(10000)")
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		fn(newWorld(t, address, func(query string, args ...any) error {
			for i := len(args); i > 0; i-- {
				query = strings.ReplaceAll(query, fmt.Sprintf("$%d", i), fmt.Sprintf("?%d", i))
			}
			_, err := raw.Exec(query, args...)
			return err
		}))
	})
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		w := newWorld(t, address, func(query string, args ...any) error {
			_, err := conn.Exec(t.Context(), query, args...)
			return err
		})
		w.postgres = true
		fn(w)
	})
}

func newWorld(t *testing.T, address string, exec func(string, ...any) error) *world {
	keys, err := seal.NewKeyring([][]byte{make([]byte, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Options{URL: address, MaxConns: 8, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	log := slog.New(slog.DiscardHandler)
	w := &world{T: t, d: d, exec: exec, keeper: &retention.Keeper{DB: d, Signer: &sequence.Signer{DB: d, Log: log}, Log: log}, long: id.New[id.Organization](), short: id.New[id.Organization]()}
	for _, o := range []id.Organization{w.long, w.short} {
		w.must(exec("INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES ($1, 'x', '{}', $2, $2)", string(o), time.Now().UTC()))
	}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) in(org id.Organization, fn func(tx *db.OrgTx) error) {
	w.Helper()
	w.must(w.d.InOrg(w.Context(), org, actor.System("test"), fn))
}

type note struct{}

func (note) Type() string            { return "test.noted" }
func (note) Targets() []audit.Target { return []audit.Target{} }
func (note) Data() any               { return struct{}{} }

// record writes entries that are so many days old.
func (w *world) record(days int, orgs ...id.Organization) {
	w.Helper()
	for _, org := range orgs {
		w.in(org, func(tx *db.OrgTx) error { return audit.Record(tx, note{}) })
		var made audit.Event
		w.must(w.d.ReadOrg(w.Context(), org, func(tx *db.OrgTx) error {
			rows, err := audit.List(tx, audit.Filter{Types: []string{"test.noted"}, Limit: 1})
			if err == nil {
				made = rows[0]
			}
			return err
		}))
		at := made.RecordedAt.AddDate(0, 0, -days)
		key := id.Lowest[id.Event](at)
		key = key[:len(key)-16] + string(made.ID[len(made.ID)-16:])
		w.must(w.exec("DELETE FROM audit_pending WHERE event_id = $1", string(made.ID)))
		w.must(w.exec("UPDATE audit_events SET id = $1, recorded_at = $2, occurred_at = $2 WHERE id = $3", key, at, string(made.ID)))
		w.must(w.exec("DELETE FROM audit_pending WHERE event_id = $1", key)) // a row that moves is inserted
		list := "json_array(id)"
		if w.d.Dialect == db.Postgres {
			list = "ARRAY[id]"
		}
		w.must(w.exec("INSERT INTO audit_pending (event_id, events, entries, recorded_at, last_recorded_at, retention) SELECT id, "+list+", 1, recorded_at, recorded_at, retention FROM audit_events WHERE id = $1", key))
	}
}

func (w *world) number() {
	w.Helper()
	s := &sequence.Sequencer{DB: w.d, Log: slog.New(slog.DiscardHandler)}
	for {
		n, err := s.Once(w.Context())
		w.must(err)
		if n == 0 {
			return
		}
	}
}

func (w *world) count(org id.Organization) (n int) {
	w.Helper()
	w.must(w.d.ReadOrg(w.Context(), org, func(tx *db.OrgTx) error {
		rows, err := audit.List(tx, audit.Filter{Types: []string{"test.noted"}})
		n = len(rows)
		return err
	}))
	return n
}

func thirty() *int64 { n := int64(30); return &n }

// An organization that keeps its log for a year would lose it after a month,
// or one that must not keep it would; and what went would look like a theft.
func TestEntriesGoWhenTheirTimeIsUpAndAreSignedBefore(t *testing.T) {
	run(t, func(w *world) {
		if !w.postgres {
			w.must(w.exec("DROP TRIGGER audit_events_fixed"))
		}
		w.in(w.short, func(tx *db.OrgTx) error { return retention.SetRetention(tx, thirty()) })
		for _, days := range []int{500, 200, 100, 99, 0} {
			w.record(days, w.long, w.short)
		}
		w.number()
		w.must(w.keeper.Prepare(w.Context()))
		for range 2 { // a keeper that was stopped halfway begins again
			if _, err := w.keeper.Expire(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
		if n := w.count(w.long); n != 4 {
			w.Errorf("%d entries are left that are kept for a year, want 4", n)
		}
		if n := w.count(w.short); n != 1 {
			w.Errorf("%d entries are left that are kept for 30 days, want 1", n)
		}
		w.verify()
	})
}

// verify holds what is left, and what was signed, against the chains.
func (w *world) verify() {
	w.Helper()
	result, err := (&sequence.Verifier{DB: w.d}).All(w.Context())
	w.must(err)
	for _, fault := range result.Faults {
		w.Errorf("%+v", fault)
	}
	if result.Entries < 5 {
		w.Errorf("%d entries were verified, want 5 at least", result.Entries)
	}
}

// What the sequencer has not reached yet would go without a number, and so
// without a trace.
func TestNothingGoesThatHasNoNumber(t *testing.T) {
	run(t, func(w *world) {
		if !w.postgres {
			w.must(w.exec("DROP TRIGGER audit_events_fixed"))
		}
		w.record(500, w.long)
		ctx, cancel := context.WithTimeout(w.Context(), 2*time.Second)
		defer cancel()
		w.must(w.keeper.Prepare(w.Context()))
		_, err := w.keeper.Expire(ctx)
		if w.postgres && err == nil {
			w.Error("a partition went with an entry in it that has no number")
		}
		if n := w.count(w.long); n != 1 {
			w.Errorf("%d entries are left, want 1", n)
		}
	})
}

// The server's role may ask for partitions to be dropped, so that whoever has
// taken a server over could erase their traces by asking.
func TestNobodyDropsWhatIsNotOldEnough(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		w := newWorld(t, address, func(string, ...any) error { return nil })
		now := time.Now().UTC()
		month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
		for _, leaf := range []db.AuditLeaf{{Month: month, Days: 365}, {Month: month.AddDate(0, -2, 0), Days: 365}, {Month: month, Days: 0}, {Month: month, Days: -365}} {
			if _, err := w.d.DropAuditLeaf(t.Context(), leaf); err == nil {
				t.Errorf("%+v was dropped", leaf)
			}
		}
	})
}

// A retention that cannot be would be found out when it is too late.
func TestARetentionHasBoundsAndIsRecorded(t *testing.T) {
	run(t, func(w *world) {
		for _, days := range []int64{0, -1, 29, 4000} {
			err := w.d.InOrg(w.Context(), w.short, actor.System("test"), func(tx *db.OrgTx) error { return retention.SetRetention(tx, &days) })
			if !errors.Is(err, retention.ErrOutside) {
				w.Errorf("%d days: %v", days, err)
			}
		}
		for range 2 {
			w.in(w.short, func(tx *db.OrgTx) error { return retention.SetRetention(tx, thirty()) })
		}
		w.in(w.short, func(tx *db.OrgTx) error {
			days, own, err := retention.Of(tx, w.short)
			if days != 30 || !own {
				w.Errorf("%d, %t", days, own)
			}
			return errors.Join(err, retention.SetRetention(tx, nil))
		})
		w.in(w.short, func(tx *db.OrgTx) error {
			days, own, err := retention.Of(tx, w.short)
			if days != 365 || own {
				w.Errorf("%d, %t", days, own)
			}
			rows, listing := audit.List(tx, audit.Filter{Types: []string{"audit_log_retention.changed"}})
			if len(rows) != 2 {
				w.Errorf("%d entries about it", len(rows))
			}
			return errors.Join(err, listing)
		})
	})
}

// An entry that is written before its partition is there must not keep that
// from being made, nor wait there for ever.
func TestWhatWasWrittenBeforeItsPartitionMovesToIt(t *testing.T) {
	run(t, func(w *world) {
		w.in(w.short, func(tx *db.OrgTx) error { return retention.SetRetention(tx, thirty()) })
		w.in(w.short, func(tx *db.OrgTx) error { return audit.Record(tx, note{}) })
		if _, err := retention.Check(w.Context(), w.d); w.postgres != (err != nil) {
			w.Errorf("before: %v", err)
		}
		w.must(w.keeper.Prepare(w.Context()))
		if said, err := retention.Check(w.Context(), w.d); err != nil {
			w.Errorf("after: %q, %v", said, err)
		}
		w.number()
		if n := w.count(w.short); n != 1 {
			w.Errorf("%d entries, want 1", n)
		}
		if w.postgres {
			month := time.Now().UTC().Format("2006_01")
			w.must(w.exec("DO $$ BEGIN ASSERT (SELECT count(*) FROM audit_events_" + month + "_30) = 2 AND (SELECT count(*) FROM audit_pending) = 0; END $$"))
		}
	})
}

// Somebody who reads the log for an hour must not make everybody wait who signs
// in meanwhile.
func TestWhoReadsOldEntriesIsNotWaitedForInALock(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		w := newWorld(t, address, func(query string, args ...any) error {
			_, err := conn.Exec(t.Context(), query, args...)
			return err
		})
		w.record(500, w.long)
		w.number()
		w.must(w.keeper.Prepare(t.Context()))
		reader, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close(context.Background())
		tx, err := reader.Begin(t.Context())
		w.must(err)
		var n int
		w.must(tx.QueryRow(t.Context(), "SELECT count(*) FROM audit_events").Scan(&n))
		done := make(chan error, 1)
		go func() { _, err := w.keeper.Expire(t.Context()); done <- err }()
		worst := time.Duration(0)
		for begun := time.Now(); time.Since(begun) < time.Second; {
			at := time.Now()
			w.in(w.short, func(tx *db.OrgTx) error { return audit.Record(tx, note{}) })
			worst = max(worst, time.Since(at))
		}
		t.Logf("the slowest of the entries written meanwhile took %s", worst)
		w.must(tx.Rollback(t.Context()))
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if n := w.count(w.long); n != 0 {
			t.Errorf("%d old entries are left", n)
		}
	})
}

// The deployment's own entries are kept as it says, in whoever's transaction they
// are written: an organization that keeps its log for 30 days must not shorten
// what operators read of its people.
func TestTheDeploymentsEntriesAreKeptAsItSays(t *testing.T) {
	run(t, func(w *world) {
		both := func(tx *db.Tx) error {
			if err := audit.RecordDeployment(tx, note{}); err != nil {
				return err
			}
			return tx.In(w.short, func(tx *db.OrgTx) error { return audit.Record(tx, note{}) })
		}
		w.in(w.short, func(tx *db.OrgTx) error { return retention.SetRetention(tx, thirty()) })
		w.must(w.d.Tx(w.Context(), actor.System("test"), both))
		w.in(w.short, func(tx *db.OrgTx) error { return both(tx.Tx) })
		err := w.d.ReadDeployment(w.Context(), func(tx *db.AllTx) error {
			rows, err := audit.List(tx, audit.Filter{Types: []string{note{}.Type()}})
			if len(rows) != 4 {
				w.Errorf("%d entries", len(rows))
			}
			for _, e := range rows {
				if want := map[bool]int64{true: 365, false: 30}[e.OrganizationID == nil]; e.Retention != want {
					w.Errorf("an entry of %v is kept for %d days, want %d", e.OrganizationID, e.Retention, want)
				}
			}
			return err
		})
		w.must(err)
	})
}
