package webhook

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// How much is sent at once. An endpoint has few requests at a time, and all
// endpoints together no more than the process can bear, so that a slow one
// holds up nobody: its own deliveries wait for it, and no other's.
const (
	perEndpoint  = 8
	maxEndpoint  = 512 // that are sent to at the same time
	fastBatch    = 64  // deliveries of one lease, where an endpoint answers fast
	fastTime     = 100 * time.Millisecond
	leaseTime    = 15 * time.Second
	transactions = 4 // of a process at a time: sign-ins want connections too
	renewEvery   = 5 * time.Second
	dueAtOneLook = 2 * maxEndpoint

	// Endpoints that took long for their last batch have half of the places:
	// however many hang, the others have the rest.
	slowTime = 3 * time.Second
	maxSlow  = maxEndpoint / 2
)

// sender sends what is due, in one process.
type sender struct {
	*Service
	mu      sync.Mutex
	busy    map[id.Endpoint]bool // and whether it has a slow one's place
	slow    map[id.Endpoint]bool
	crawl   int                 // slow ones among busy
	after   id.Endpoint         // the next look begins behind it
	prefers map[id.Endpoint]int // which of two secrets a receiver took last
	running sync.WaitGroup
	turn    int
	writing chan struct{} // a place for each transaction
}

// Send sends what is due until ctx ends, and then finishes what it is in the
// middle of. Several processes may do so.
func (s *Service) Send(ctx context.Context) error {
	w := &sender{Service: s, busy: map[id.Endpoint]bool{}, slow: map[id.Endpoint]bool{}, prefers: map[id.Endpoint]int{}, writing: make(chan struct{}, transactions)}
	defer w.running.Wait()
	for {
		if err := w.begin(ctx); ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.woken():
		case <-time.After(pause):
		}
	}
}

// begin starts sending to each endpoint for which something is due. With more
// of them than places the looks begin at different ones.
func (w *sender) begin(ctx context.Context) error {
	var due []db.DueEndpoint
	err := w.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		due, err = db.EndpointsDue(tx, w.after, dueAtOneLook)
		return err
	})
	if err != nil {
		return fmt.Errorf("looking for deliveries that are due: %w", err)
	}
	if w.after = ""; len(due) == dueAtOneLook {
		w.after = due[len(due)-1].ID
	}
	w.turn++
	for i := range due {
		e := due[(i+w.turn)%len(due)]
		if !w.occupy(e.ID) {
			continue
		}
		w.running.Go(func() {
			defer w.leave(e.ID)
			if err := w.serve(ctx, e); err != nil && ctx.Err() == nil {
				w.log().ErrorContext(ctx, "deliveries to an endpoint are interrupted", "endpoint", e.ID, "error", err)
			}
		})
	}
	return nil
}

func (w *sender) occupy(e id.Endpoint) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	slow := w.slow[e]
	if _, is := w.busy[e]; is || len(w.busy) >= maxEndpoint || slow && w.crawl >= maxSlow {
		return false
	}
	if w.busy[e] = slow; slow {
		w.crawl++
	}
	return true
}

func (w *sender) leave(e id.Endpoint) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[e] {
		w.crawl--
	}
	delete(w.busy, e)
}

// took notes how long an endpoint took for a batch, and says whether it may go
// on where it is: not where it is slow among the others.
func (w *sender) took(e id.Endpoint, long time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if long < slowTime {
		delete(w.slow, e)
		return true
	}
	w.slow[e] = true
	return w.busy[e]
}

// width is how many requests an endpoint has at a time: fewer while many
// endpoints are sent to.
func (w *sender) width() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(1, min(perEndpoint, maxEndpoint/max(1, len(w.busy))))
}

// serve sends what is due for one endpoint. It gives up its place after some
// turns where others wait for one.
func (w *sender) serve(ctx context.Context, e db.DueEndpoint) (err error) {
	defer func() { // what an endpoint answers is a stranger's text
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	size := w.width() // one request's time holds the place, and no more
	for turns := 0; ctx.Err() == nil && (turns < 4 || !w.crowded()); turns++ {
		b, err := w.take(ctx, e, size)
		if err != nil || b == nil {
			return err
		}
		begun := time.Now()
		sent := w.sendAll(ctx, b)
		if err := w.finish(context.WithoutCancel(ctx), b, sent); err != nil {
			return err
		}
		if !w.took(e.ID, time.Since(begun)) {
			return nil
		}
		if size = w.width(); time.Since(begun) < time.Duration(len(b.deliveries))*fastTime/perEndpoint {
			size = fastBatch
		}
	}
	return nil
}

func (w *sender) crowded() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.busy) >= maxEndpoint
}

// sendAll sends a batch, a few at a time, and keeps its lease meanwhile.
func (w *sender) sendAll(ctx context.Context, b *batch) []outcome {
	ctx, done := context.WithCancel(context.WithoutCancel(ctx))
	defer done()
	go w.renew(ctx, b)
	out := make([]outcome, len(b.deliveries))
	next := make(chan int)
	var sending sync.WaitGroup
	for range min(w.width(), len(b.deliveries)) {
		sending.Go(func() {
			for i := range next {
				out[i] = w.post(ctx, b, &b.deliveries[i])
			}
		})
	}
	for i := range b.deliveries {
		next <- i
	}
	close(next)
	sending.Wait()
	return out
}

// renew keeps the lease of a batch that takes its time.
func (w *sender) renew(ctx context.Context, b *batch) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := w.in(ctx, b.endpoint.OrganizationID, func(tx db.OwnedScope) error {
			_, err := deliveries.UpdateWhere(tx, db.Set{"leased_until": tx.Now().Add(leaseTime)}, db.In("id", b.ids()), db.Eq("lease", b.lease))
			return err
		})
		if err != nil && ctx.Err() == nil {
			w.log().WarnContext(ctx, "a lease of deliveries could not be renewed", "endpoint", b.endpoint.ID, "error", err)
		}
	}
}

// in is Service.in, a few at a time.
func (w *sender) in(ctx context.Context, org *id.Organization, fn func(db.OwnedScope) error) error {
	w.writing <- struct{}{}
	defer func() { <-w.writing }()
	return w.Service.in(ctx, org, fn)
}

// in runs fn in the organization that an endpoint belongs to, or as the
// deployment.
func (s *Service) in(ctx context.Context, org *id.Organization, fn func(db.OwnedScope) error) error {
	if org != nil {
		return s.DB.InOrg(ctx, *org, messenger, func(tx *db.OrgTx) error { return fn(tx) })
	}
	return s.DB.InDeployment(ctx, messenger, func(tx *db.AllTx) error { return fn(tx) })
}
