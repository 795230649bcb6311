package password

import (
	"context"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"gatehouse/internal/problem"
)

// ErrBusy says that as many passwords are being hashed as the server may, and
// the queue is full or too slow.
var ErrBusy = problem.New(problem.Unavailable, "temporarily_unavailable",
	"Many people are signing in right now. Try again in a few seconds.").WithRetryAfter(2 * time.Second)

// gate admits derivations up to a budget of memory, the rest through a short
// queue. A derivation weighs its working memory, and at least one unit (one
// hash of our own), so that those which need little memory are still bounded
// by processor. What weighs more than the budget runs alone.
//
// The queue is fair between sources (start-time fair queueing): a waiter's
// turn is one after the last of its own source, or the turn being served. A
// source that fills the queue waits behind itself, and a full queue makes room
// for another source by refusing the last of the longest line.
type gate struct {
	unit     uint32 // KiB
	budget   uint32 // KiB
	maxQueue int
	maxWait  time.Duration
	giveBack *time.Timer // restarted whenever nobody hashes any more

	mu    sync.Mutex
	free  uint32
	turn  uint64
	queue []*waiter // by turn, then by arrival
}

type waiter struct {
	source  string
	weight  uint32
	turn    uint64
	evicted bool
	ready   chan struct{} // closed when admitted or evicted
}

func newGate(o Options) *gate {
	g := &gate{unit: o.KiB, budget: o.MemoryKiB, maxQueue: o.Queue, maxWait: o.Wait}
	if g.budget == 0 {
		g.budget = g.unit * uint32(atOnce())
	}
	g.budget = max(g.budget, g.unit)
	g.free = g.budget
	g.giveBack = time.AfterFunc(idle, func() { g.ifIdle(debug.FreeOSMemory) })
	g.giveBack.Stop()
	return g
}

// atOnce is how many hashes run side by side: a processor is left for those who
// do not sign in, and the collector then finds less than 19 MiB of garbage for
// each that is left, so that a storm of sign-ins stays small.
func atOnce() int { return max(1, min(runtime.GOMAXPROCS(0)-1, 8)) }

// do runs work once there is room for kib of memory. It returns ErrBusy where there will be none soon.
func (g *gate) do(ctx context.Context, source string, kib uint32, work func() error) error {
	weight := min(max(kib, g.unit), g.budget)
	if err := g.enter(ctx, source, weight); err != nil {
		return err
	}
	defer g.leave(weight)
	return work()
}

func (g *gate) enter(ctx context.Context, source string, weight uint32) error {
	g.mu.Lock()
	if len(g.queue) == 0 && weight <= g.free {
		g.free -= weight
		g.mu.Unlock()
		return nil
	}
	w := g.line(source, weight)
	g.mu.Unlock()
	if w == nil {
		return ErrBusy
	}
	return g.await(ctx, w)
}

// line puts a waiter into the queue, or returns nil where there is no room for
// its source. The caller holds mu.
func (g *gate) line(source string, weight uint32) *waiter {
	w := &waiter{source: source, weight: weight, turn: g.turn, ready: make(chan struct{})}
	for _, other := range g.queue {
		if other.source == source {
			w.turn = max(w.turn, other.turn+1)
		}
	}
	if len(g.queue) >= g.maxQueue {
		last := g.queue[len(g.queue)-1]
		if last.turn <= w.turn {
			return nil
		}
		last.evicted = true
		close(last.ready)
		g.queue = g.queue[:len(g.queue)-1]
	}
	at := len(g.queue)
	for at > 0 && g.queue[at-1].turn > w.turn {
		at--
	}
	g.queue = slices.Insert(g.queue, at, w)
	return w
}

func (g *gate) await(ctx context.Context, w *waiter) error {
	timer := time.NewTimer(g.maxWait)
	defer timer.Stop()
	reason := error(ErrBusy)
	select {
	case <-w.ready:
		if w.evicted {
			return ErrBusy
		}
		return nil
	case <-ctx.Done():
		reason = ctx.Err()
	case <-timer.C:
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.queue, w); i >= 0 {
		g.queue = slices.Delete(g.queue, i, i+1)
		g.admit() // w may have been too heavy for what those behind it fit into
	} else if !w.evicted { // admitted in the same moment
		g.release(w.weight)
	}
	return reason
}

func (g *gate) leave(weight uint32) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.release(weight)
}

// release gives room back and admits who is next. The caller holds mu.
func (g *gate) release(weight uint32) {
	g.free += weight
	g.admit()
	if g.free == g.budget {
		g.giveBack.Reset(idle)
	}
}

// idle is how long nobody must have hashed before what the last hashes left
// behind is collected and returned to the system. The runtime by itself keeps
// the memory of a storm for minutes; in the storm it is better kept.
const idle = 10 * time.Second

// ifIdle calls free where nobody is hashing.
func (g *gate) ifIdle(free func()) {
	g.mu.Lock()
	quiet := g.free == g.budget
	g.mu.Unlock()
	if quiet {
		free()
	}
}

// admit lets waiters in while they fit. It never passes over the first, or a
// heavy one would wait for ever. The caller holds mu.
func (g *gate) admit() {
	for len(g.queue) > 0 && g.queue[0].weight <= g.free {
		w := g.queue[0]
		g.queue = slices.Delete(g.queue, 0, 1)
		g.free -= w.weight
		g.turn = w.turn
		close(w.ready)
	}
}
