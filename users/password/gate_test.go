package password

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// occupy fills the gate's budget from a source until the returned function is
// called.
func occupy(t *testing.T, g *gate) (free func()) {
	t.Helper()
	if err := g.enter(context.Background(), "occupant", g.budget); err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() { g.leave(g.budget) })
}

// waiting blocks until n wait in the queue.
func waiting(t *testing.T, g *gate, n int) {
	t.Helper()
	for range 2000 {
		g.mu.Lock()
		have := len(g.queue)
		g.mu.Unlock()
		if have == n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("never %d in the queue", n)
}

func testGate(o Options) *gate {
	o.KiB, o.Passes = 64, 1
	if o.MemoryKiB == 0 {
		o.MemoryKiB = 128
	}
	return New(o).gate
}

// A storm of sign-ins must not take the memory.
func TestGateBoundsWhatRunsAtOnce(t *testing.T) {
	g := testGate(Options{Queue: 1000})
	var running, most atomic.Int64
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			err := g.do(context.Background(), "storm", 64, func() error {
				most.Store(max(most.Load(), running.Add(1)))
				time.Sleep(100 * time.Microsecond)
				running.Add(-1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > 2 || g.free != g.budget {
		t.Errorf("%d ran at once, %d of %d KiB free", most.Load(), g.free, g.budget)
	}
}

// Beyond the queue the answer is an immediate 503 with Retry-After, not a
// connection that hangs.
func TestGateRefusesBeyondItsQueue(t *testing.T) {
	g := testGate(Options{Queue: 3})
	free := occupy(t, g)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { _ = g.do(context.Background(), "a", 64, func() error { return nil }) })
	}
	waiting(t, g, 3)
	err := g.do(context.Background(), "a", 64, func() error { return nil })
	if !errors.Is(err, ErrBusy) || ErrBusy.Status() != 503 || ErrBusy.RetryAfter <= 0 {
		t.Errorf("got %v", err)
	}
	free()
	wg.Wait()
}

func TestGateRefusesWhoWaitsTooLong(t *testing.T) {
	g := testGate(Options{Wait: 10 * time.Millisecond})
	defer occupy(t, g)()
	if err := g.do(context.Background(), "", 64, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := g.do(ctx, "", 64, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if len(g.queue) != 0 {
		t.Errorf("%d still wait", len(g.queue))
	}
}

// One address that fills the queue must not shut everybody else out.
func TestGateIsFairBetweenSources(t *testing.T) {
	g := testGate(Options{Queue: 8, MemoryKiB: 64})
	free := occupy(t, g)
	order := make(chan string, 16)
	var refused atomic.Int64
	var wg sync.WaitGroup
	ask := func(source string) {
		wg.Go(func() {
			err := g.do(context.Background(), source, 64, func() error { order <- source; return nil })
			if errors.Is(err, ErrBusy) {
				refused.Add(1)
			}
		})
	}
	for i := range 8 {
		ask("attacker")
		waiting(t, g, i+1)
	}
	for i := range 3 {
		ask(fmt.Sprint("person ", i))
		for refused.Load() != int64(i+1) { // each takes the place of the attacker's last
			time.Sleep(time.Millisecond)
		}
	}
	free()
	wg.Wait()
	close(order)
	var got []string
	for s := range order {
		got = append(got, s)
	}
	if len(got) != 8 || got[0] != "attacker" || got[1] == "attacker" || got[2] == "attacker" || got[3] == "attacker" {
		t.Errorf("served in the order %q", got)
	}
}

// A heavy import must neither starve behind light ones nor hold them up after
// it gave up.
func TestGateServesTheHeavyInTurn(t *testing.T) {
	g := testGate(Options{MemoryKiB: 128})
	if err := g.enter(context.Background(), "", 64); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	heavy := make(chan error)
	go func() { heavy <- g.do(ctx, "", 1<<20, func() error { return nil }) }()
	waiting(t, g, 1)
	light := make(chan error)
	go func() { light <- g.do(context.Background(), "", 64, func() error { return nil }) }()
	waiting(t, g, 2) // although 64 KiB are free
	cancel()
	if err := <-heavy; !errors.Is(err, context.Canceled) {
		t.Errorf("heavy: %v", err)
	}
	if err := <-light; err != nil {
		t.Errorf("light: %v", err)
	}
	g.leave(64)
}

// A server that was busy this morning must be small at night, and must not
// collect garbage in the middle of a storm.
func TestGateGivesMemoryBackOnlyWhenIdle(t *testing.T) {
	g := testGate(Options{})
	if g.giveBack.Stop() {
		t.Error("memory is given back before anything was hashed")
	}
	calls := 0
	count := func() { calls++ }
	release := occupy(t, g)
	g.ifIdle(count)
	if calls != 0 || g.giveBack.Stop() {
		t.Error("memory is given back while somebody hashes")
	}
	release()
	if g.ifIdle(count); calls != 1 || !g.giveBack.Stop() {
		t.Error("memory is not given back afterwards")
	}
}

// BenchmarkGate is the whole way of a sign-in's hash under contention;
// BenchmarkRaw is the same work as a bare call. Gate must reach 97 % of Raw.
func BenchmarkGate(b *testing.B) {
	h := New(Options{Queue: 1 << 16, Wait: time.Hour})
	stored, err := h.Hash(context.Background(), "", "correct horse")
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if out, err := h.Verify(context.Background(), "bench", stored, "correct horse"); err != nil || !out.OK {
				b.Error(out, err)
			}
		}
	})
}

func BenchmarkRaw(b *testing.B) {
	b.SetParallelism(1)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			argon2.IDKey([]byte("correct horse"), make([]byte, 16), 2, 19456, 1, 32)
		}
	})
}
