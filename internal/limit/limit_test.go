package limit_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/limit"
)

// clock is a clock that stands until it is moved.
type clock struct{ now atomic.Int64 }

func stopped(d *db.DB) *clock {
	c := &clock{}
	c.now.Store(time.Date(2026, 3, 4, 12, 0, 1, 0, time.UTC).UnixNano())
	d.Now = func() time.Time { return time.Unix(0, c.now.Load()) }
	return c
}

func (c *clock) pass(d time.Duration) { c.now.Add(int64(d)) }

func take(t *testing.T, l *limit.Limiter, subject string, r limit.Rate) bool {
	t.Helper()
	ok, after, err := l.Take(t.Context(), "test", subject, r)
	if err != nil {
		t.Fatal(err)
	}
	if !ok && (after <= 0 || after > r.Per) {
		t.Errorf("retry after %v", after)
	}
	return ok
}

// A limit of ten must be ten on two servers together, and only for its subject.
func TestSmallLimitsAreExactAcrossServers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := stopped(d)
		servers := []*limit.Limiter{{DB: d}, {DB: d}}
		rate := limit.Rate{Limit: 10, Per: time.Minute}
		var allowed atomic.Int64
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				if take(t, servers[i%2], "maria", rate) {
					allowed.Add(1)
				}
			})
		}
		wg.Wait()
		if allowed.Load() != 10 {
			t.Errorf("%d were allowed", allowed.Load())
		}
		if !take(t, servers[0], "another", rate) {
			t.Error("another subject is limited too")
		}
		c.pass(time.Minute)
		if !take(t, servers[1], "maria", rate) {
			t.Error("the next window is limited too")
		}
	})
}

// A large limit must be nearly kept, and must not write each time.
func TestLargeLimitsAreCountedInTheProcess(t *testing.T) {
	d := dbtest.SQLite(t)
	stopped(d)
	servers := []*limit.Limiter{{DB: d}, {DB: d}}
	allowed := 0
	for i := range 4000 {
		if take(t, servers[i%2], "key", limit.Rate{Limit: 1600, Per: time.Minute}) {
			allowed++
		}
	}
	if allowed < 1600 || allowed > 1800 {
		t.Errorf("%d of 1600 were allowed", allowed)
	}
}

// guess tries once and reports how long it had to wait instead, if at all.
func guess(t *testing.T, l *limit.Limiter, g limit.Guess, right bool) (wait time.Duration) {
	t.Helper()
	a, wait, err := l.Begin(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	if wait > 0 {
		return wait
	}
	defer a.Done()
	err = l.DB.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
		if right {
			return a.Succeeded(tx)
		}
		_, err := a.Failed(tx, tx.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return 0
}

func TestAGuesserIsStopped(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := stopped(d)
		servers := []*limit.Limiter{{DB: d}, {DB: d}}
		g := limit.Guess{Kind: "password", Account: "maria", Network: "192.0.2.7/32"}
		tried := 0
		for i := range 24 * 3600 { // a day, once a second
			if i%60 != 0 && tried > 20 {
				c.pass(time.Second) // further in, look once a minute
				continue
			}
			if guess(t, servers[i%2], g, false) == 0 {
				tried++
			}
			c.pass(time.Second)
		}
		if tried < 20 || tried > 130 {
			t.Errorf("%d guesses in a day", tried)
		}
	})
}

// Guesses at once count one by one, as those after one another do.
func TestParallelGuessesCountEach(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		stopped(d)
		l := &limit.Limiter{DB: d}
		g := limit.Guess{Kind: "totp", Account: "maria", Network: "192.0.2.7/32"}
		var tried atomic.Int64
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if guess(t, l, g, false) == 0 {
					tried.Add(1)
				}
			})
		}
		wg.Wait()
		if tried.Load() > 16 {
			t.Errorf("%d of 50 were tried", tried.Load())
		}
		for i := tried.Load(); i < 6; i++ { // where no more than the free ones found room at once
			guess(t, l, g, false)
		}
		if guess(t, l, g, false) == 0 {
			t.Error("and another one afterwards")
		}
		other := g
		other.Kind = "password"
		if guess(t, l, other, false) > 0 {
			t.Error("one-time codes lock the password")
		}
	})
}

// An attacker with many networks must not lock the owner out of a device or
// place from which they signed in before.
func TestStrangersCannotLockOutTheOwner(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		stopped(d)
		l := &limit.Limiter{DB: d}
		stranger := func(n int) limit.Guess {
			return limit.Guess{Kind: "password", Account: "maria", Network: fmt.Sprintf("198.51.100.%d/32", n)}
		}
		for i := range 60 {
			guess(t, l, stranger(i), false)
		}
		if guess(t, l, stranger(99), false) == 0 {
			t.Error("a further network may go on guessing")
		}
		for _, network := range []string{"192.0.2.7/32", "198.51.100.1/32"} { // also from the guesser's
			owner := limit.Guess{Kind: "password", Account: "maria", Network: network, Known: true}
			if wait := guess(t, l, owner, true); wait > 0 {
				t.Errorf("the owner waits %v at %s", wait, network)
			}
		}
		if guess(t, l, stranger(98), false) == 0 {
			t.Error("the owner's success frees the guessers")
		}
	})
}

// One password on many accounts from one network is a guess as well; signing
// in to an account of one's own in between does not help.
func TestSprayingIsStopped(t *testing.T) {
	d := dbtest.SQLite(t)
	stopped(d)
	l := &limit.Limiter{DB: d}
	tried := 0
	for i := range 200 {
		if guess(t, l, limit.Guess{Kind: "password", Account: fmt.Sprint("person ", i), Network: "2001:db8::/64"}, false) == 0 {
			tried++
		}
		guess(t, l, limit.Guess{Kind: "password", Account: "attacker", Network: "2001:db8::/64"}, true)
	}
	if tried > 61 {
		t.Errorf("%d accounts were tried", tried)
	}
}

// Who mistypes and then gets it right starts afresh.
func TestASuccessClearsOnesOwnFailures(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		stopped(d)
		l := &limit.Limiter{DB: d}
		g := limit.Guess{Kind: "password", Account: "maria", Network: "192.0.2.7/32"}
		for range 3 {
			for range 5 {
				if wait := guess(t, l, g, false); wait > 0 {
					t.Fatalf("waits %v", wait)
				}
			}
			if wait := guess(t, l, g, true); wait > 0 {
				t.Fatalf("the right password waits %v", wait)
			}
		}
	})
}

func TestSweepDeletesWhatIsForgotten(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := stopped(d)
		l := &limit.Limiter{DB: d}
		guess(t, l, limit.Guess{Kind: "password", Account: "maria", Network: "192.0.2.7/32"}, false)
		take(t, l, "maria", limit.Rate{Limit: 3, Per: time.Minute})
		sweep := func() (n int64) {
			err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) (err error) { n, err = limit.Sweep(tx); return err })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := sweep(); n != 0 {
			t.Errorf("%d were deleted at once", n)
		}
		c.pass(time.Hour)
		if n := sweep(); n != 4 {
			t.Errorf("%d of 4 were deleted", n)
		}
	})
}

func BenchmarkTakeHot(b *testing.B) {
	l := &limit.Limiter{DB: dbtest.SQLite(b)}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := l.Take(b.Context(), "bench", "key", limit.Rate{Limit: 1 << 40, Per: time.Hour}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBegin(b *testing.B) {
	l := &limit.Limiter{DB: dbtest.SQLite(b)}
	b.ReportAllocs()
	for b.Loop() {
		a, wait, err := l.Begin(b.Context(), limit.Guess{Kind: "password", Account: "maria", Network: "192.0.2.7/32"})
		if err != nil || wait > 0 {
			b.Fatal(wait, err)
		}
		a.Done()
	}
}
