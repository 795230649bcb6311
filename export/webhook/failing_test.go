package webhook_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// told collects notices.
type told struct {
	mu   sync.Mutex
	said []webhook.Notice
}

func (n *told) tell(_ db.OwnedScope, notice webhook.Notice) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, notice)
	return nil
}

func (n *told) all() []webhook.Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.said
}

// An event that an endpoint did not take is tried again, later each time, and
// given up after three days; it keeps its id.
func TestAnEventIsTriedForThreeDays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		rec := receive(t, status(http.StatusServiceUnavailable))
		e, _ := endpoint(t, s, a, rec.URL)
		recordIn(t, d, a, user("ada"))
		spread(t, s)
		begun := d.Now()
		var waits []time.Duration
		for try := int64(1); try < 40; try++ {
			send(t, s, func() bool { return listed(t, s, e.ID)[0].Attempts == try })
			row := listed(t, s, e.ID)[0]
			if row.State == webhook.Failed {
				break
			}
			wait := row.NextAt.Sub(d.Now())
			waits = append(waits, wait)
			until := wait
			if open := stored(t, s, e.ID).OpenUntil; open != nil && open.Sub(d.Now()) > until {
				until = open.Sub(d.Now())
			}
			ahead(d, until+time.Second)
		}
		row := listed(t, s, e.ID)[0]
		if lasted := d.Now().Sub(begun); row.State != webhook.Failed || lasted < 55*time.Hour || lasted > 73*time.Hour || len(waits) < 10 {
			t.Errorf("%s after %s and %d tries: %v", row.State, lasted, row.Attempts, waits)
		}
		for i := 1; i < min(len(waits), 9); i++ {
			if waits[i] <= waits[i-1] {
				t.Errorf("the pauses do not grow: %v", waits)
				break
			}
		}
		first := rec.all()[0].event.ID
		for _, g := range rec.all() {
			if g.event.ID != first {
				t.Error("the event has another id")
			}
		}
		// Who mends it later has it sent again.
		rec.answers(nil)
		before := rec.count()
		must(t, in(t, d, a, func(tx db.OwnedScope) error {
			if n, err := webhook.CountReplay(tx, e.ID, webhook.ReplayQuery{OnlyFailed: true}); err != nil || n != 1 {
				t.Errorf("%d would be sent again: %v", n, err)
			}
			n, err := webhook.Replay(tx, e.ID, webhook.ReplayQuery{OnlyFailed: true})
			if n != 1 {
				t.Errorf("%d are sent again", n)
			}
			return err
		}))
		send(t, s, func() bool { return states(t, s, e.ID)[webhook.Delivered] == 1 })
		if rec.count() != before+1 || rec.all()[before].event.ID != first {
			t.Errorf("%d requests", rec.count()-before)
		}
	})
}

// An endpoint that is down is spared and told of once; when it is back, all
// that waited arrives, and after three days of failing it is disabled.
func TestAnEndpointThatIsDownIsSpared(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s, notices := organization(t, d, "A"), service(d), &told{}
		s.Tell = notices.tell
		rec := receive(t, status(http.StatusInternalServerError))
		e, _ := endpoint(t, s, a, rec.URL)
		for range 30 {
			recordIn(t, d, a, user("ada"))
		}
		spread(t, s)
		send(t, s, func() bool { return stored(t, s, e.ID).OpenUntil != nil && quiet() })
		tried := rec.count()
		if tried > 8 {
			t.Errorf("%d requests to an endpoint that is down", tried)
		}
		ahead(d, 10*time.Minute)
		send(t, s, func() bool { return rec.count() == tried+1 && quiet() })
		if rec.count() != tried+1 {
			t.Errorf("%d requests where one was to be tried", rec.count()-tried)
		}
		if said := notices.all(); len(said) != 1 || said[0].Disabled || said[0].Waiting != 30 {
			t.Errorf("%+v", said)
		}
		rec.answers(nil)
		ahead(d, time.Hour)
		send(t, s, func() bool { return states(t, s, e.ID)[webhook.Delivered] == 30 })
		if row := stored(t, s, e.ID); row.OpenUntil != nil || row.Failures != 0 || row.FailingSince != nil {
			t.Errorf("%+v", row)
		}
		rec.answers(status(http.StatusInternalServerError))
		for range 6 {
			recordIn(t, d, a, user("ben"))
		}
		spread(t, s)
		send(t, s, func() bool { return stored(t, s, e.ID).OpenUntil != nil })
		ahead(d, 73*time.Hour)
		send(t, s, func() bool { return stored(t, s, e.ID).Status == webhook.Disabled })
		said := notices.all()
		if last := said[len(said)-1]; !last.Disabled || len(said) != 2 {
			t.Errorf("%+v", said)
		}
		n := rec.count()
		recordIn(t, d, a, user("carl"))
		spread(t, s)
		ahead(d, time.Hour)
		send(t, s, quiet)
		if rec.count() != n {
			t.Error("a disabled endpoint is sent to")
		}
		var types []string
		must(t, in(t, d, a, func(tx db.OwnedScope) error {
			rows, err := audit.List(tx, audit.Filter{TargetIDs: []string{string(e.ID)}, Oldest: true})
			for _, r := range rows {
				types = append(types, r.Type[len("webhook_endpoint."):])
			}
			return err
		}))
		if want := "[created failing recovered failing disabled]"; len(types) != 5 || types[4] != "disabled" || types[2] != "recovered" {
			t.Errorf("%v, want %s", types, want)
		}
	})
}

// One endpoint that takes seconds for each event must not keep others waiting.
func TestASlowEndpointStarvesNobody(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		release := make(chan struct{})
		slow := receive(t, func(_ http.ResponseWriter, r *http.Request, _ int) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		})
		fast := receive(t, nil)
		hangs, _ := endpoint(t, s, a, slow.URL)
		e, _ := endpoint(t, s, a, fast.URL)
		entries := make([]audit.Entry, 200)
		for i := range entries {
			entries[i] = user("ada")
		}
		recordIn(t, d, a, entries...)
		spread(t, s)
		begun := time.Now()
		var took time.Duration
		send(t, s, func() bool {
			if fast.count() < 200 || slow.count() == 0 {
				return false
			}
			took = time.Since(begun)
			close(release)
			return true
		})
		if took > 10*time.Second || slow.count() > 8 {
			t.Errorf("%s, and %d requests to the slow one at a time", took, slow.count())
		}
		t.Logf("200 events beside an endpoint that hangs: %s", took.Round(time.Millisecond))
		seen := map[id.Event]bool{}
		for _, g := range fast.all() {
			if seen[g.event.ID] {
				t.Error("an event came twice")
			}
			seen[g.event.ID] = true
		}
		if listed(t, s, e.ID)[0].State != webhook.Delivered || len(listed(t, s, hangs.ID)) == 0 {
			t.Error("the log of deliveries says otherwise")
		}
	})
}

// Two processes share the work; what one of them held when it died is sent by
// another once its lease is over.
func TestProcessesShareAndTakeOver(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		d := nodes[0]
		a := organization(t, d, "A")
		rec := receive(t, nil)
		first := service(d)
		e, _ := endpoint(t, first, a, rec.URL)
		entries := make([]audit.Entry, 90)
		for i := range entries {
			entries[i] = user("ada")
		}
		recordIn(t, d, a, entries...)
		// Both fan out, both send.
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for _, node := range nodes {
			s := service(node)
			running.Go(func() { _ = s.FanOut(ctx) })
			running.Go(func() { _ = s.Send(ctx) })
		}
		spread(t, first)
		eventually(t, func() bool { return states(t, first, e.ID)[webhook.Delivered] == 90 })
		cancel()
		running.Wait()
		if rec.count() != 90 {
			t.Errorf("%d requests for 90 events", rec.count())
		}
		// One that took a lease and is no more.
		recordIn(t, d, a, user("ben"))
		spread(t, first)
		must(t, d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			taken, err := db.LeaseDeliveries(tx, e.ID, "dead", tx.Now().Add(15*time.Second), 10)
			if len(taken) != 1 {
				t.Errorf("%v", taken)
			}
			return err
		}))
		send(t, first, quiet)
		if rec.count() != 90 {
			t.Error("a lease was not kept")
		}
		ahead(d, 16*time.Second)
		send(t, first, func() bool { return rec.count() == 91 })
	})
}

// Deliveries are kept for 30 days and no longer.
func TestOldDeliveriesGo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		ofA, _ := endpoint(t, s, a, "https://a.example/hook")
		all, _ := endpoint(t, s, "", "https://a.example/hook")
		recordIn(t, d, a, user("ada"))
		spread(t, s)
		must(t, s.Sweep(t.Context()))
		if len(listed(t, s, ofA.ID)) != 1 || len(listed(t, s, all.ID)) == 0 {
			t.Error("too early")
		}
		ahead(d, webhook.KeepFor+time.Hour)
		must(t, s.Sweep(t.Context()))
		if len(listed(t, s, ofA.ID))+len(listed(t, s, all.ID)) != 0 {
			t.Error("old ones stay")
		}
	})
}
