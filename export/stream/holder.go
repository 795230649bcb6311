package stream

import (
	"context"
	"errors"
	"sync"
	"time"

	"gatehouse/export/sink"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// holder works on one stream while this process has its lease. One goroutine
// runs it: one batch is on its way at a time, and order follows from that.
type holder struct {
	engine *Engine
	key    id.Stream
	ctx    context.Context // ends with the lease
	cancel context.CancelFunc
	before <-chan struct{} // the holder before this one has ended; nil: there was none
	since  time.Time
	done   chan struct{}

	grown   chan struct{} // the log has
	changed chan struct{} // the stream's row has
	halt    chan struct{}
	halting sync.Once

	mu    sync.Mutex
	until time.Time // when the lease ends, by this process's clock
	seen  seen

	cursor  int64     // where the stream stood when it was last read
	version time.Time // and which settings it had
	scanned int64     // nothing up to and with this one is for it
	sink    sink.Sink
	opened  time.Time // which settings the sink has
	limit   int       // entries of a batch
	slow    bool      // the last batch took its time
}

// seen is what this process knows of the stream's row.
type seen struct {
	known        bool
	organization *id.Organization
	position     int64
	waits        bool
	updated      time.Time
}

func newHolder(e *Engine, key id.Stream, since time.Time) *holder {
	h := &holder{engine: e, key: key, since: since, until: since.Add(leaseTime), limit: firstRead,
		done: make(chan struct{}), grown: make(chan struct{}, 1), changed: make(chan struct{}, 1), halt: make(chan struct{})}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// margin is how long before the lease's end nothing is sent any more.
const margin = 2 * time.Second

func (h *holder) wake() { signal(h.grown) }
func (h *holder) stop() { h.halting.Do(func() { close(h.halt) }) }

func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default: // it is told already
	}
}

// renewed notes a lease that was renewed at that time, and looks whether
// somebody else changed the row.
func (h *holder) renewed(at time.Time, row db.HeldStream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = at.Add(leaseTime)
	if row.State == string(Paused) || row.Position != h.seen.position || row.Waits != h.seen.waits || !row.UpdatedAt.Equal(h.seen.updated) {
		signal(h.changed)
	}
}

// expire lets go of a lease that ends before long.
func (h *holder) expire(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.After(h.until.Add(-margin)) {
		h.cancel()
	}
}

func (h *holder) saw(s *Stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = seen{known: true, organization: s.OrganizationID, position: s.Position, waits: s.NextAt != nil, updated: s.UpdatedAt}
}

// concerned reports whether entries of these organizations, and the
// deployment's own, may be for the stream.
func (h *holder) concerned(organizations map[id.Organization]bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.seen.known || h.seen.organization == nil || organizations[*h.seen.organization]
}

// pause is what a step ends with.
type pause struct {
	end  bool          // there is nothing more for this process to do
	idle bool          // until the log grows
	wait time.Duration // at most
}

func (h *holder) run() {
	defer h.end()
	if h.before != nil {
		<-h.before
	}
	for {
		p, err := h.step()
		if err != nil && h.ctx.Err() == nil {
			h.engine.Log.Warn("a log stream waits for the database", "stream", h.key, "error", err)
			p = pause{wait: time.Second}
		}
		if p.end || !h.sleep(p) {
			return
		}
	}
}

// sleep waits, and says whether to go on.
func (h *holder) sleep(p pause) bool {
	var grown <-chan struct{}
	if p.idle {
		grown = h.grown
	}
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-grown:
	case <-h.changed:
	case <-h.halt:
	case <-h.ctx.Done():
	}
	select {
	case <-h.halt:
		return false
	case <-h.ctx.Done():
		return false
	default:
		return true
	}
}

// end closes the destination and gives the stream back, unless its lease is
// somebody else's by now.
func (h *holder) end() {
	if h.sink != nil {
		_ = h.sink.Close() // what it took it answered for
	}
	if h.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(h.ctx, leaseTime)
		defer cancel()
		err := h.engine.DB.InDeployment(ctx, worker, func(tx *db.AllTx) error { return db.ReleaseStream(tx, h.key, h.engine.lease) })
		if err != nil {
			h.engine.Log.Warn("a log stream's lease was not given back: it ends by itself", "stream", h.key, "error", err)
		}
	}
	h.cancel()
	h.engine.forget(h)
	close(h.done)
}

// step reads a batch, has it sent, and moves the cursor.
func (h *holder) step() (pause, error) {
	place := h.place()
	if place == nil {
		return pause{end: true}, nil
	}
	defer place.leave()
	b, err := h.read()
	if errors.Is(err, db.ErrNotFound) {
		return pause{end: true}, nil
	}
	if err != nil || b.pause != nil {
		return value(b.pause), err
	}
	if len(b.entries) == 0 {
		return pause{idle: true, wait: idleTime}, h.skip(b)
	}
	if err := h.deliver(b, place); err != nil {
		return h.failed(b, err)
	}
	h.limit = min(h.limit*2, maxEntries)
	return pause{}, h.advance(b)
}

func value(p *pause) pause {
	if p == nil {
		return pause{}
	}
	return *p
}
