package stream_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// An auditor asks whether anything is missing. With two processes, three
// organizations and destinations that fail, nothing is, and nothing comes out
// of order.
func TestEveryEntryArrivesInOrder(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a, b := w.org("Halden"), w.org("Nordby")
		all, mine := newReceiver(t), newReceiver(t)
		all.before = func(call int, rw http.ResponseWriter, r *http.Request) bool {
			switch call {
			case 1:
				rw.WriteHeader(http.StatusInternalServerError)
			case 3:
				panic(http.ErrAbortHandler) // the connection is reset
			case 4: // it took the batch, and its answer is lost
				some, _ := parse(r)
				all.mu.Lock()
				all.lines = append(all.lines, some...)
				all.mu.Unlock()
				panic(http.ErrAbortHandler)
			default:
				return false
			}
			return true
		}
		one, two := w.stream("", all.URL), w.stream(a, mine.URL)
		stop := w.working()
		w.working()
		for range 6 {
			w.record(a, 250)
			w.record(b, 30)
			w.record("", 5)
		}
		w.await("", one, "complete", func(now stream.Status) bool { return now.Complete() && now.Head >= 6*285 })
		st := w.await(a, two, "complete", func(now stream.Status) bool { return now.Complete() && now.Head >= 6*250 })
		stop() // the other process takes over what this one had
		w.record(a, 40)
		w.await("", one, "complete after one process stopped", func(now stream.Status) bool { return now.Complete() && now.Head >= 6*285+40 })
		st = w.await(a, two, "complete after one process stopped", func(now stream.Status) bool { return now.Complete() && now.Head > st.Head })
		total := all.gapless(t)
		if _, repeats := all.sequences(); repeats == 0 {
			t.Error("no batch came twice, so nothing was tested")
		}
		if n := int64(mine.gapless(t)); n != st.Stream.Delivered || n != st.Head {
			t.Errorf("%d arrived of the organization, the report says %s, head %d", n, st.Report(), st.Head)
		}
		if of, _ := mine.sequences(); len(of) != 1 || len(of[string(a)]) == 0 {
			t.Errorf("the organization's stream carried %d organizations", len(of))
		}
		w.counted("", one, total)
	})
}

// counted compares a stream's report with the table.
func (w *world) counted(org id.Organization, key id.Stream, arrived int) {
	w.t.Helper()
	st := w.status(org, key)
	w.within(org, func(tx db.OwnedScope) error {
		there, err := audit.Tally(tx, audit.FeedQuery{After: st.Stream.StartPosition, Types: st.Stream.Filter.Types})
		if err == nil && (there != int64(arrived) || there != st.Stream.Delivered || there != st.Expected || !st.Complete()) {
			w.t.Errorf("the table has %d, %d arrived, the report says %s", there, arrived, st.Report())
		}
		return err
	})
}

// A SIEM that lost a day asks for it again; the report must not count twice.
func TestReplayPauseAndFilter(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a := w.org("Halden")
		r := newReceiver(t)
		key := w.stream(a, r.URL, "user.*")
		w.record(a, 120)
		w.working()
		st := w.await(a, key, "complete", func(st stream.Status) bool { return st.Complete() && st.Stream.Delivered == 120 })
		if st.Report() != "delivered 120 of 120" {
			t.Error(st.Report())
		}
		w.within(a, func(tx db.OwnedScope) error {
			s, err := stream.Replay(tx, key, stream.Point{Sequence: st.Head - 19})
			if err == nil && s.Delivered != 100 {
				t.Errorf("after going back by twenty entries %d count as delivered", s.Delivered)
			}
			return err
		})
		w.await(a, key, "complete again", func(st stream.Status) bool { return st.Complete() && st.Stream.Delivered == 120 })
		if _, repeats := r.sequences(); repeats != 20 {
			t.Errorf("%d entries came again", repeats)
		}
		w.within(a, func(tx db.OwnedScope) error { _, err := stream.Pause(tx, key); return err })
		w.record(a, 7)
		time.Sleep(4 * time.Second) // longer than a look at the row takes
		if st := w.status(a, key); st.Lag != 7 || st.BehindSince == nil || st.Report() != "delivered 120 of 127" {
			t.Errorf("paused: lag %d, %s", st.Lag, st.Report())
		}
		w.within(a, func(tx db.OwnedScope) error { _, err := stream.Resume(tx, key); return err })
		w.await(a, key, "complete after a pause", complete)
		w.within(a, func(tx db.OwnedScope) error {
			_, err := w.service.Change(tx, key, stream.Edit{Filter: &stream.Filter{Types: []string{"log_stream.paused"}}})
			return err
		})
		w.record(a, 3)
		time.Sleep(time.Second)
		if st := w.status(a, key); st.Stream.Delivered != 0 || st.Lag != 0 {
			t.Errorf("with another filter: %s", st.Report())
		}
		for _, l := range r.lines {
			if !strings.HasPrefix(l.Action, "user.") {
				t.Errorf("%s came through the filter", l.Action)
			}
		}
	})
}

// Whoever set a destination up wrongly must see it; once it is right, it goes
// on by itself, and at once when somebody says so.
func TestARefusalIsShownAndRecoveredFrom(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a := w.org("Halden")
		r := newReceiver(t)
		r.before = func(_ int, rw http.ResponseWriter, _ *http.Request) bool {
			rw.WriteHeader(http.StatusForbidden)
			return true
		}
		key := w.stream(a, r.URL)
		w.working()
		st := w.await(a, key, "in error", func(st stream.Status) bool { return st.Stream.State == stream.Broken })
		if deref(st.Stream.LastError) != "It answered 403 Forbidden." || st.Stream.NextAt == nil {
			t.Errorf("%q", deref(st.Stream.LastError))
		}
		r.mu.Lock()
		r.before = nil
		r.mu.Unlock()
		w.within(a, func(tx db.OwnedScope) error { _, err := stream.Resume(tx, key); return err })
		w.await(a, key, "complete", complete)
		// The address changes alone: the token must not follow it.
		other := newReceiver(t)
		w.within(a, func(tx db.OwnedScope) error {
			s, err := w.service.Change(tx, key, stream.Edit{Configuration: map[string]*string{"url": &other.URL}})
			if err == nil && len(s.SealedCredentials) > 0 {
				t.Error("the token stayed")
			}
			return err
		})
		w.record(a, 2)
		w.await(a, key, "complete elsewhere", complete)
		if other.auth["Bearer s3cret"] || !r.auth["Bearer s3cret"] {
			t.Errorf("the token went to %v, and elsewhere %v", r.auth, other.auth)
		}
	})
}

// A destination that takes small batches only gets small batches.
func TestBatchesShrinkForADestinationThatWantsIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a := w.org("Halden")
		r := newReceiver(t)
		r.before = func(_ int, rw http.ResponseWriter, q *http.Request) bool {
			if q.ContentLength < 1500 {
				return false
			}
			rw.WriteHeader(http.StatusRequestEntityTooLarge)
			return true
		}
		w.record(a, 200)
		key := w.stream(a, r.URL)
		w.working()
		st := w.await(a, key, "complete", func(st stream.Status) bool { return st.Complete() && st.Head >= 200 })
		if n := r.gapless(t); int64(n) != st.Head || r.largest >= 200 || r.largest < 2 {
			t.Errorf("%d of %d arrived, at most %d at once", n, st.Head, r.largest)
		}
	})
}
