package stream_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/sequence"
	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
)

var who = actor.Actor{Kind: actor.KindUser, ID: "user_x", Name: "ada@halden.example", IP: "203.0.113.7", UserAgent: "x", RequestID: "req_1"}

// world is a database whose log is numbered and sent.
type world struct {
	t       *testing.T
	d       *db.DB
	service *stream.Service
	numbers *sequence.Sequencer
	tell    func(db.OwnedScope, stream.Notice) error
}

func newWorld(t *testing.T, d *db.DB) *world {
	guard := netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	quiet := slog.New(slog.DiscardHandler)
	return &world{t: t, d: d, service: &stream.Service{Kinds: sink.Kinds(), Dial: sink.Dial{Guard: guard, Now: d.Now}}, numbers: &sequence.Sequencer{DB: d, Log: quiet}}
}

// working runs an engine and the sequencer until the test ends or it is told to.
func (w *world) working() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { _ = w.numbers.Run(ctx) })
	all.Go(func() {
		_ = (&stream.Engine{DB: w.d, Service: w.service, Tell: w.tell, Log: slog.New(slog.DiscardHandler)}).Run(ctx)
	})
	stop = func() { cancel(); all.Wait() }
	w.t.Cleanup(stop)
	return stop
}

func (w *world) org(name string) (org id.Organization) {
	w.t.Helper()
	w.do(w.d.Tx(w.t.Context(), who, func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: name})
		if err == nil {
			org = o.ID
		}
		return err
	}))
	return org
}

func (w *world) do(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// record writes n entries of an organization, or of the deployment.
func (w *world) record(org id.Organization, n int) {
	w.t.Helper()
	w.do(w.d.Tx(context.WithoutCancel(w.t.Context()), who, func(tx *db.Tx) error {
		for i := range n {
			if err := audit.RecordFor(tx, &org, audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: fmt.Sprintf("u%d@halden.example", i)}}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// within runs fn among the deployment's streams, or in an organization.
func (w *world) within(org id.Organization, fn func(db.OwnedScope) error) {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	if org == "" {
		w.do(w.d.InDeployment(ctx, who, func(tx *db.AllTx) error { return fn(tx) }))
		return
	}
	w.do(w.d.InOrg(ctx, org, who, func(tx *db.OrgTx) error { return fn(tx) }))
}

// stream makes one to an address, of all that the log has.
func (w *world) stream(org id.Organization, address string, types ...string) (key id.Stream) {
	w.t.Helper()
	w.within(org, func(tx db.OwnedScope) error {
		s, err := w.service.Create(tx, stream.New{Name: "SIEM", Type: "http", Filter: stream.Filter{Types: types}, From: &stream.Point{Position: 1},
			Configuration: map[string]string{"url": address, "authorization": "Bearer s3cret"}})
		if err == nil {
			key = s.ID
		}
		return err
	})
	return key
}

func (w *world) status(org id.Organization, key id.Stream) (st stream.Status) {
	w.t.Helper()
	w.within(org, func(tx db.OwnedScope) error {
		s, err := stream.Get(tx, key)
		if err != nil {
			return err
		}
		st, err = stream.StatusOf(tx, s)
		return err
	})
	return st
}

// await waits until a stream is as it should be.
func (w *world) await(org id.Organization, key id.Stream, what string, is func(stream.Status) bool) stream.Status {
	w.t.Helper()
	var st stream.Status
	for deadline := time.Now().Add(40 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if st = w.status(org, key); is(st) {
			return st
		}
	}
	w.t.Fatalf("never %s: %s, state %s, failures %d, lag %d, %v", what, st.Report(), st.Stream.State, st.Stream.Failures, st.Lag, deref(st.Stream.LastError))
	return st
}

func complete(st stream.Status) bool { return st.Complete() }

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// line is what a receiver reads of an entry.
type line struct {
	ID           string  `json:"id"`
	Organization *string `json:"organization_id"`
	Sequence     int64   `json:"sequence"`
	Action       string  `json:"action"`
}

// receiver keeps what it was sent, and may fail first.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	lines   []line
	auth    map[string]bool
	calls   int
	before  func(call int, w http.ResponseWriter, r *http.Request) bool // true: it answered
	largest int
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{auth: map[string]bool{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	r.calls++
	call, before := r.calls, r.before
	r.auth[q.Header.Get("Authorization")] = true
	r.mu.Unlock()
	if before != nil && before(call, w, q) {
		return
	}
	some, err := parse(q)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.lines = append(r.lines, some...)
	r.largest = max(r.largest, len(some))
	r.mu.Unlock()
}

func parse(q *http.Request) (lines []line, err error) {
	body := io.Reader(q.Body)
	if q.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(q.Body); err != nil {
			return nil, err
		}
	}
	scanner := bufio.NewScanner(body)
	scanner.Buffer(nil, 4<<20)
	for scanner.Scan() {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, scanner.Err()
}

// sequences are, by organization, the numbers in the order of their first
// arrival; repeats are counted.
func (r *receiver) sequences() (of map[string][]int64, repeats int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	of = map[string][]int64{}
	seen := map[string]bool{}
	for _, l := range r.lines {
		if seen[l.ID] {
			repeats++
			continue
		}
		seen[l.ID] = true
		of[deref(l.Organization)] = append(of[deref(l.Organization)], l.Sequence)
	}
	return of, repeats
}

// gapless fails unless each organization's numbers came 1, 2, 3 …
func (r *receiver) gapless(t *testing.T) (total int) {
	t.Helper()
	of, _ := r.sequences()
	for org, numbers := range of {
		for i, n := range numbers {
			if n != int64(i+1) {
				t.Fatalf("organization %q: number %d arrived in place %d", org, n, i+1)
			}
		}
		total += len(numbers)
	}
	return total
}
