package e2e

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
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

// X9: a customer's SIEM must have every entry, whatever died in between:
// servers and workers are killed fifty times while applications write events
// and the destinations answer 500, hang, reset, or lose their answer.
func TestKilledFiftyTimesEveryEntryIsDelivered(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		f := newFlood(t, address)
		f.run([]func() *Process{f.server(Env(t, address)), f.worker(Env(t, address))}, 50)
	})
}

// Who runs two of each must not get anything that a receiver could not
// recognise by its id, nor miss anything when one of them goes.
func TestTwoServersAndTwoWorkersShareTheStreams(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		f := newFlood(t, address)
		f.run([]func() *Process{f.server(Env(t, address)), f.server(Env(t, address)), f.worker(Env(t, address)), f.worker(Env(t, address))}, 8)
	})
}

// On SQLite there is one process, which takes up its own work again.
func TestKilledOnSQLiteEveryEntryIsDelivered(t *testing.T) {
	address := dbtest.SQLiteURL(t)
	f := newFlood(t, address)
	f.run([]func() *Process{f.server(Env(t, address))}, 10)
}

// flood is events that flow into a deployment whose processes die, and the
// destinations that they must reach.
type flood struct {
	t       *testing.T
	address string
	orgs    []string
	streams map[string]string // the organization's, and "" for all
	targets map[string]*destination

	mu       sync.Mutex
	urls     []string // of servers that are up
	answered map[string]bool
	next     int
}

func newFlood(t *testing.T, address string) *flood {
	f := &flood{t: t, address: address, streams: map[string]string{}, targets: map[string]*destination{}, answered: map[string]bool{}}
	return f
}

func (f *flood) env(env []string) []string {
	return append(env, "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8", "GATEHOUSE_LOG_LEVEL=error")
}

func (f *flood) server(env []string) func() *Process {
	return func() *Process {
		p := Start(f.t, f.env(env))
		f.mu.Lock()
		defer f.mu.Unlock()
		f.urls = append(f.urls, p.URL)
		return p
	}
}

func (f *flood) worker(env []string) func() *Process {
	return func() *Process { return launch(f.t, worker, f.env(env)) }
}

// kill ends a process as a power cut would.
func (f *flood) kill(p *Process) {
	f.mu.Lock()
	for i, url := range f.urls {
		if url == p.URL {
			f.urls = append(f.urls[:i:i], f.urls[i+1:]...)
			break
		}
	}
	f.mu.Unlock()
	p.Kill()
}

// run kills the processes so many times, one or all, each a moment after it
// was started again.
func (f *flood) run(start []func() *Process, kills int) {
	running := make([]*Process, len(start))
	for i := range start {
		running[i] = start[i]()
	}
	f.prepare(running[0].URL)
	ctx, cancel := context.WithCancel(f.t.Context())
	var writers sync.WaitGroup
	for range 3 {
		writers.Go(func() { f.write(ctx) })
	}
	while, began := 0, time.Now()
	for n := 0; n < kills; {
		before := f.arrived()
		time.Sleep(time.Duration(200+rand.IntN(2200)) * time.Millisecond)
		for soon := time.Now().Add(10 * time.Second); n%3 == 0 && f.arrived() == before && time.Now().Before(soon); {
			time.Sleep(10 * time.Millisecond) // until another process has taken over what the last one had
		}
		victims := []int{rand.IntN(len(start))}
		if rand.IntN(4) == 0 {
			victims = rand.Perm(len(start))
		}
		if f.arrived() > before {
			while += len(victims)
		}
		for _, i := range victims {
			f.kill(running[i])
			n++
		}
		for _, i := range victims {
			running[i] = start[i]()
		}
	}
	took := time.Since(began)
	cancel()
	writers.Wait()
	f.check()
	f.t.Logf("%d kills in %s, %d of them while entries arrived; %d entries answered", kills, took.Round(time.Second), while, len(f.answered))
	if while < kills/5 {
		f.t.Error("the processes did not die in the middle, so nothing was tested")
	}
	for _, p := range running {
		p.Kill()
	}
}

// prepare makes organizations and streams: one of all, one of each of two.
func (f *flood) prepare(url string) {
	f.t.Helper()
	for _, name := range []string{"Halden", "Nordby", "Kraft"} {
		f.orgs = append(f.orgs, call(f.t, url, http.MethodPost, "/organizations", APIKey, map[string]any{"name": name}).Text("id"))
	}
	for _, org := range []string{"", f.orgs[0], f.orgs[1]} {
		target := newDestination(f.t)
		body := map[string]any{"type": "http", "name": "SIEM", "configuration": map[string]string{"url": target.URL, "authorization": "Bearer s3cret"}, "from_sequence": 1}
		if org != "" {
			body["organization_id"] = org
		}
		a := call(f.t, url, http.MethodPost, "/log_streams", APIKey, body)
		if a.Status != http.StatusCreated {
			f.t.Fatalf("%d %s", a.Status, a.Raw)
		}
		f.targets[org], f.streams[org] = target, a.Text("id")
	}
}

// write sends events to whichever server is up. What was answered must arrive.
func (f *flood) write(ctx context.Context) {
	for ctx.Err() == nil {
		f.mu.Lock()
		var url string
		if len(f.urls) > 0 {
			url = f.urls[rand.IntN(len(f.urls))]
		}
		f.next++
		org, batch := f.orgs[f.next%len(f.orgs)], f.next
		f.mu.Unlock()
		var events []map[string]any
		var marks []string
		for i := range 10 {
			mark := fmt.Sprintf("invoice-%d-%d", batch, i)
			marks = append(marks, mark)
			events = append(events, map[string]any{"action": "invoice.paid", "occurred_at": time.Now().UTC().Format(time.RFC3339),
				"actor": map[string]any{"id": "u", "type": "user"}, "targets": []map[string]any{{"id": mark, "type": "invoice"}}, "context": map[string]any{"location": "203.0.113.7"}})
		}
		if url != "" {
			a, err := tryCall(f.t, url, http.MethodPost, "/audit_logs/events", APIKey, map[string]any{"organization_id": org, "events": events})
			f.mu.Lock()
			for _, mark := range marks {
				if err == nil && a.Status == http.StatusCreated {
					f.answered[mark] = true
				}
			}
			f.mu.Unlock()
		}
		time.Sleep(30 * time.Millisecond)
	}
}

func (f *flood) arrived() (n int) {
	for _, target := range f.targets {
		target.mu.Lock()
		n += len(target.got)
		target.mu.Unlock()
	}
	return n
}

// check waits until the reports say that all is delivered, and compares them
// with the table and with what arrived.
func (f *flood) check() {
	f.t.Helper()
	for _, target := range f.targets {
		target.heal()
	}
	d := beside(f.t, f.address)
	defer d.Close()
	for org, key := range f.streams {
		st, there := f.settled(d, id.Stream(key))
		target := f.targets[org]
		target.mu.Lock()
		last, total, repeats := map[string]int64{}, int64(0), 0
		seen, marks := map[string]bool{}, map[string]bool{}
		for _, l := range target.got {
			if seen[l.ID] {
				repeats++
				continue
			}
			seen[l.ID], total = true, total+1
			owner := "the deployment"
			if l.Organization != nil {
				owner = *l.Organization
			}
			if l.Sequence != last[owner]+1 {
				f.t.Fatalf("of %s number %d came after %d", owner, l.Sequence, last[owner])
			}
			last[owner] = l.Sequence
			for _, target := range l.Targets {
				marks[target.ID] = true
			}
		}
		target.mu.Unlock()
		if total != there || st.Stream.Delivered != there || st.Expected != there || !st.Complete() {
			f.t.Errorf("stream of %q: the table has %d, %d arrived, the report says %s", org, there, total, st.Report())
		}
		if org == "" {
			for mark := range f.answered {
				if !marks[mark] {
					f.t.Errorf("%s was answered and never arrived", mark)
				}
			}
		}
		f.t.Logf("stream of %q: %s, %d came again, %d faults", org, st.Report(), repeats, target.faults)
	}
}

// settled is a stream's status once nothing waits, and the table's count.
func (f *flood) settled(d *db.DB, key id.Stream) (st stream.Status, there int64) {
	f.t.Helper()
	ctx := context.WithoutCancel(f.t.Context())
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(300 * time.Millisecond) {
		waiting := false
		err := d.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
			if waiting, err = db.AuditWaits(tx, id.Event(db.LowestEvent(time.Now().Add(time.Hour)))); err != nil {
				return err
			}
			return stream.Within(tx, key, func(own db.OwnedScope, s *stream.Stream) error {
				if st, err = stream.StatusOf(own, s); err != nil {
					return err
				}
				there, err = audit.Tally(own, audit.FeedQuery{After: s.StartPosition})
				return err
			})
		})
		if err != nil {
			f.t.Fatal(err)
		}
		if !waiting && st.Complete() {
			return st, there
		}
	}
	f.t.Fatalf("never complete: %s, state %s, failures %d, lag %d", st.Report(), st.Stream.State, st.Stream.Failures, st.Lag)
	return st, there
}

// destination takes NDJSON and fails in every way that it can.
type destination struct {
	*httptest.Server
	mu     sync.Mutex
	got    []arrival
	well   bool
	faults int
}

type arrival struct {
	ID           string  `json:"id"`
	Organization *string `json:"organization_id"`
	Sequence     int64   `json:"sequence"`
	Targets      []struct {
		ID string `json:"id"`
	} `json:"targets"`
}

func newDestination(t *testing.T) *destination {
	d := &destination{}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.CloseClientConnections)
	t.Cleanup(d.Close)
	return d
}

func (d *destination) heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.well = true
}

func (d *destination) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	fault := rand.IntN(100)
	if d.well || fault >= 30 {
		fault = 100
	} else {
		d.faults++
	}
	d.mu.Unlock()
	switch {
	case fault < 10:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case fault < 18:
		panic(http.ErrAbortHandler) // the connection is reset
	case fault < 22: // it hangs
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
		panic(http.ErrAbortHandler)
	}
	some, err := arrivals(r)
	if err != nil || r.Header.Get("Authorization") != "Bearer s3cret" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond) // it is on its way when the process dies
	d.mu.Lock()
	d.got = append(d.got, some...)
	d.mu.Unlock()
	if fault < 30 {
		panic(http.ErrAbortHandler) // it has the batch, and its answer is lost
	}
}

func arrivals(r *http.Request) (list []arrival, err error) {
	body, err := gzip.NewReader(r.Body)
	if err != nil {
		return nil, err
	}
	scanner := bufio.NewScanner(body)
	scanner.Buffer(nil, 4<<20)
	for scanner.Scan() {
		var a arrival
		if err := json.NewDecoder(strings.NewReader(scanner.Text())).Decode(&a); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, scanner.Err()
}
