package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/sequence"
	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// got is one request that a receiver had.
type got struct {
	header http.Header
	body   []byte
	event  wire.Event
	at     time.Time
}

// receiver is an endpoint's other side; answer says what it does.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	had    []got
	answer func(w http.ResponseWriter, r *http.Request, n int)
}

func receive(t testing.TB, answer func(w http.ResponseWriter, r *http.Request, n int)) *receiver {
	t.Helper()
	rec := &receiver{answer: answer}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		g := got{header: r.Header, body: body, at: time.Now()}
		_ = json.Unmarshal(body, &g.event)
		rec.mu.Lock()
		rec.had = append(rec.had, g)
		n, answer := len(rec.had), rec.answer
		rec.mu.Unlock()
		if answer != nil {
			answer(w, r, n)
		}
	}))
	t.Cleanup(rec.Close)
	return rec
}

func (r *receiver) all() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.had)
}

func (r *receiver) count() int { return len(r.all()) }

func (r *receiver) answers(fn func(w http.ResponseWriter, r *http.Request, n int)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = fn
}

func status(code int) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(code) }
}

func user(name string) audit.Entry {
	return audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: name + "@example.com"}}
}

func recordIn(t testing.TB, d *db.DB, org id.Organization, entries ...audit.Entry) {
	t.Helper()
	must(t, d.Tx(t.Context(), who, func(tx *db.Tx) error {
		for _, e := range entries {
			if err := audit.RecordFor(tx, &org, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

// spread numbers what waits and fans it out.
func spread(t testing.TB, s *webhook.Service) {
	t.Helper()
	sequencer := &sequence.Sequencer{DB: s.DB, Log: slog.New(slog.DiscardHandler)}
	for {
		n, err := sequencer.Once(t.Context())
		must(t, err)
		if n == 0 {
			break
		}
	}
	for {
		n, err := s.FanOutOnce(t.Context())
		must(t, err)
		if n == 0 {
			return
		}
	}
}

// send runs a sender until a condition holds.
func send(t testing.TB, s *webhook.Service, until func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Send(ctx) }()
	eventually(t, until)
	cancel()
	must(t, <-ended)
}

func eventually(t testing.TB, until func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !until(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Error("it did not happen within 20 seconds")
			return
		}
	}
}

func quiet() bool { time.Sleep(500 * time.Millisecond); return true }

// states counts an endpoint's deliveries by state.
func states(t testing.TB, s *webhook.Service, e id.Endpoint) map[webhook.State]int {
	t.Helper()
	out := map[webhook.State]int{}
	for _, d := range listed(t, s, e) {
		out[d.State]++
	}
	return out
}

func listed(t testing.TB, s *webhook.Service, e id.Endpoint) (rows []webhook.Delivery) {
	t.Helper()
	must(t, s.DB.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		rows, _, err = webhook.Deliveries(tx, e, webhook.DeliveryFilter{}, db.Page{Limit: 100, Order: db.Ascending})
		return err
	}))
	return rows
}

func stored(t testing.TB, s *webhook.Service, e id.Endpoint) (row *webhook.Endpoint) {
	t.Helper()
	must(t, s.DB.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		row, err = webhook.Get(tx, e)
		return err
	}))
	return row
}

func ahead(d *db.DB, by time.Duration) {
	before := d.Now
	d.Now = func() time.Time { return before().Add(by) }
}

func sameJSON(a, b []byte) bool { return bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b)) }
