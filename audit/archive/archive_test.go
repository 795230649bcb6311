package archive_test

import (
	"context"
	"encoding/csv"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/audit/archive"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/objects"
)

func upTo(n int64) (list []int64) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}

// An auditor who gets a file with an entry missing, or twice, has no evidence.
func TestAFileHoldsEachEntryOnce(t *testing.T) {
	each(t, func(w *world) {
		w.entries(300)
		s := w.service()
		e := w.finish(s, w.create(archive.Order{Format: archive.NDJSON}).ID)
		if got := sequences(w.T, w.file(s, e)); e.State != archive.Ready || e.Entries != int64(len(got)) || !slices.Equal(got, upTo(int64(len(got)))) || e.Entries < 300 || e.Entries > 302 {
			t.Errorf("%s with %d entries: %v", e.State, e.Entries, got)
		}
	})
}

// stalling is a store whose worker is held up after a part was written and
// before that was noted, as a killed one is.
type stalling struct {
	objects.Store
	puts   atomic.Int64
	at     int64
	gone   chan struct{}
	resume chan struct{}
}

func (s *stalling) Put(ctx context.Context, o objects.Object) error {
	err := s.Store.Put(ctx, o)
	if s.puts.Add(1) == s.at {
		close(s.gone)
		<-s.resume
	}
	return err
}

// A worker that was held up for longer than its lease (a kill, a paused
// machine) must not leave a line out of the file or write one twice, when it
// comes back neither.
func TestAWorkerThatIsGoneIsReplaced(t *testing.T) {
	each(t, func(w *world) {
		w.entries(300)
		for _, at := range []int64{1, 2, 5, 9} {
			e := w.create(archive.Order{Format: archive.NDJSON})
			slow := &stalling{Store: w.store, at: at, gone: make(chan struct{}), resume: make(chan struct{})}
			first := w.service()
			first.Store, first.Lease = slow, 50*time.Millisecond
			ended := make(chan error, 1)
			go func() { _, err := first.Once(context.WithoutCancel(t.Context())); ended <- err }()
			select {
			case <-slow.gone:
			case <-time.After(20 * time.Second):
				t.Fatal("the part was never written")
			}
			second := w.service()
			done := w.finish(second, e.ID)
			close(slow.resume)
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			got := sequences(w.T, w.file(second, w.get(e.ID)))
			if done.State != archive.Ready || !slices.Equal(got, upTo(int64(len(got)))) || int64(len(got)) != done.Entries {
				t.Errorf("held up at part %d: %s, %d entries: %v", at, done.State, done.Entries, got)
			}
			keys, err := w.store.List(t.Context(), "audit-exports/"+string(e.ID)+"/")
			if err != nil || len(keys) == 0 {
				t.Fatal(keys, err)
			}
		}
	})
}

// An export that somebody cancels in the middle must stay cancelled, and its
// parts must go: they hold what nobody is to have.
func TestACancelledExportStaysSo(t *testing.T) {
	each(t, func(w *world) {
		w.entries(200)
		e := w.create(archive.Order{Format: archive.NDJSON})
		slow := &stalling{Store: w.store, at: 3, gone: make(chan struct{}), resume: make(chan struct{})}
		s := w.service()
		s.Store = slow
		ended := make(chan error, 1)
		go func() { _, err := s.Once(context.WithoutCancel(t.Context())); ended <- err }()
		select {
		case <-slow.gone:
		case <-time.After(20 * time.Second):
			t.Fatal("the part was never written")
		}
		w.in(func(tx *db.OrgTx) error { return archive.Cancel(tx, e.ID) })
		close(slow.resume)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if now := w.get(e.ID); now.State != archive.Cancelled {
			t.Fatalf("it is %s", now.State)
		}
		w.d.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if keys, err := w.store.List(t.Context(), "audit-exports/"+string(e.ID)+"/"); err != nil || len(keys) != 0 {
			t.Errorf("left: %v, %v", keys, err)
		}
	})
}

// A spreadsheet must not run what an attacker called themselves (CWE-1236),
// and nothing of it may be lost (attacks X6).
func TestACellIsNoFormula(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		store, err := objects.OpenLocal(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t, d, store, discard}
		w.entries(3)
		s := w.service()
		e := w.finish(s, w.create(archive.Order{}).ID)
		file := string(w.file(s, e))
		rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil || int64(len(rows)) != e.Entries+1 {
			t.Fatalf("%d rows of %d entries, %v", len(rows), e.Entries, err)
		}
		name, agent := slices.Index(rows[0], "actor_name"), slices.Index(rows[0], "user_agent")
		if got := rows[1][name]; got != `'=cmd|' /C calc'!A0` {
			t.Errorf("the name is %q", got)
		}
		if got := rows[1][agent]; got != "'\t@SUM(1+1)*cmd" {
			t.Errorf("the agent is %q", got)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
					t.Errorf("a cell begins like a formula: %q", cell)
				}
			}
		}
	})
}

// An address that opens a file must open that one, for its ten minutes.
func TestAnAddressOpensOneFileForTenMinutes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		store, err := objects.OpenLocal(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t, d, store, discard}
		w.entries(3)
		s := w.service()
		waiting := w.create(archive.Order{})
		if address, err := s.URL(t.Context(), waiting); address != "" || err != nil {
			t.Errorf("a file that is not there has the address %q, %v", address, err)
		}
		e := w.finish(s, waiting.ID)
		other := w.finish(s, w.create(archive.Order{}).ID)
		address, err := s.URL(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(address)
		expires, signature := u.Query().Get("expires"), u.Query().Get("signature")
		opens := func(key id.AuditExport, expires, signature string) error {
			_, err := s.Opens(t.Context(), key, expires, signature)
			return err
		}
		if err := opens(e.ID, expires, signature); err != nil || u.Path != archive.Path(e.ID) {
			t.Errorf("%s: %v", address, err)
		}
		for name, err := range map[string]error{
			"another file": opens(other.ID, expires, signature), "a later end": opens(e.ID, expires+"0", signature), "no signature": opens(e.ID, expires, ""),
			"another signature": opens(e.ID, expires, strings.Repeat("0", len(signature))), "no end": opens(e.ID, "", signature),
		} {
			if !errors.Is(err, archive.ErrLink) {
				t.Errorf("%s: %v", name, err)
			}
		}
		d.Now = func() time.Time { return time.Now().Add(10*time.Minute + time.Second) }
		if err := opens(e.ID, expires, signature); !errors.Is(err, archive.ErrLink) {
			t.Errorf("after ten minutes: %v", err)
		}
	})
}
