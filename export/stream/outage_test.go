package stream_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// heard collects notices: "fails" and "works".
type heard struct {
	mu   sync.Mutex
	said []string
}

func (h *heard) tell(_ db.OwnedScope, n stream.Notice) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	word := "fails: " + deref(n.Stream.LastError)
	if n.Works {
		word = "works"
	}
	h.said = append(h.said, fmt.Sprintf("%s %s", word, n.Stream.State))
	return nil
}

func (h *heard) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.said, ", ")
}

// later lets time pass while nobody works, and then an engine until a stream is
// as it should be.
func (w *world) later(by time.Duration, org id.Organization, key id.Stream, what string, is func(stream.Status) bool) stream.Status {
	w.t.Helper()
	before := w.d.Now
	w.d.Now = func() time.Time { return before().Add(by) }
	stop := w.working()
	defer stop()
	return w.await(org, key, what, is)
}

// fails lets time pass until a stream has failed once more.
func (w *world) fails(by time.Duration, org id.Organization, key id.Stream) {
	w.t.Helper()
	failures := w.status(org, key).Stream.Failures
	w.later(by, org, key, "failing again", func(st stream.Status) bool { return st.Stream.Failures > failures })
}

// answers makes a receiver answer with a status, or take what it is sent.
func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = func(_ int, rw http.ResponseWriter, _ *http.Request) bool {
		rw.WriteHeader(status)
		return true
	}
	if status == http.StatusOK {
		r.before = nil
	}
}

func (w *world) told(org id.Organization, key id.Stream) (types []string) {
	w.t.Helper()
	w.within(org, func(tx db.OwnedScope) error {
		rows, err := audit.List(tx, audit.Filter{TargetIDs: []string{string(key)}, Oldest: true})
		for _, r := range rows {
			types = append(types, strings.TrimPrefix(r.Type, "log_stream."))
		}
		return err
	})
	return types
}

// A stream whose token was revoked must not fail for weeks while nobody looks:
// people hear of it at once, once, and again when it works.
func TestAStreamThatIsRefusedTellsOfItOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w, said := newWorld(t, d), &heard{}
		w.tell = said.tell
		for _, org := range []id.Organization{w.org("Halden"), ""} {
			said.said = nil
			r := newReceiver(t)
			r.answers(http.StatusUnauthorized)
			key := w.stream(org, r.URL)
			w.record(org, 1)
			for range 3 {
				w.fails(time.Hour, org, key)
			}
			if all := said.all(); all != "fails: It answered 401 Unauthorized. error" {
				t.Errorf("told: %s", all)
			}
			// Somebody who tries it again by hand is not told again.
			w.within(org, func(tx db.OwnedScope) error { _, err := stream.Resume(tx, key); return err })
			w.fails(0, org, key)
			r.answers(http.StatusOK)
			st := w.later(time.Hour, org, key, "complete", complete)
			if all := said.all(); all != "fails: It answered 401 Unauthorized. error, works active" || st.Stream.FailingSince != nil {
				t.Errorf("told: %s, failing since %v", all, st.Stream.FailingSince)
			}
			if got := fmt.Sprint(w.told(org, key)); got != "[created failing resumed failing recovered]" {
				t.Errorf("the log has %s", got)
			}
		}
	})
}

// A destination that is down for some minutes wakes nobody; one that is down
// for an hour does.
func TestAStreamThatIsDownForAnHourTellsOfIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w, said := newWorld(t, d), &heard{}
		w.tell = said.tell
		a, r := w.org("Halden"), newReceiver(t)
		r.answers(http.StatusBadGateway)
		key := w.stream(a, r.URL)
		w.record(a, 1)
		w.fails(0, a, key)
		w.fails(20*time.Minute, a, key)
		r.answers(http.StatusOK)
		w.later(20*time.Minute, a, key, "complete", complete)
		if all := said.all(); all != "" {
			t.Errorf("an outage of some minutes told: %s", all)
		}
		r.answers(http.StatusBadGateway)
		w.record(a, 1)
		for range 3 {
			w.fails(50*time.Minute, a, key)
		}
		if all := said.all(); all != "fails: It answered 502 Bad Gateway. error" {
			t.Errorf("an hour: %s", all)
		}
		r.answers(http.StatusOK)
		w.later(time.Hour, a, key, "complete", complete)
		// It fails again soon: that is told of once it is not so soon any more.
		r.answers(http.StatusForbidden)
		w.record(a, 1)
		w.fails(0, a, key)
		if all := said.all(); !strings.HasSuffix(all, "works active") {
			t.Errorf("soon after: %s", all)
		}
		w.fails(4*time.Hour, a, key)
		if all := said.all(); strings.Count(all, "fails") != 2 {
			t.Errorf("four hours later: %s", all)
		}
	})
}
