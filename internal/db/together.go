package db

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// together gathers look-ups by a key: those that come while others are under
// way wait, and go together in the next round trip, each key once. Whoever asks
// is answered by a look-up that began after they asked, so that nothing is
// remembered: a key that was revoked is refused at once.
type together[K comparable, V any] struct {
	mu      sync.Mutex
	waiting map[K]*asked[V]
	running int
}

// asked is one key that somebody waits for.
type asked[V any] struct {
	done  chan struct{}
	value *V // nil: there is none
	err   error
}

// How many round trips are made beside one another, how many keys one looks up
// and how long it may take. Beside another one is made for at least two who ask:
// what a round trip costs the database is most of what a look-up does.
const (
	togetherTrips = 2
	togetherKeys  = 100
	togetherTime  = 20 * time.Second
)

// get is what look says of the key; ErrNotFound where it says nothing.
func (g *together[K, V]) get(ctx context.Context, key K, look func(context.Context, []K) (map[K]*V, error)) (*V, error) {
	a := g.ask(ctx, key, look)
	select {
	case <-a.done:
		if a.err == nil && a.value == nil {
			return nil, ErrNotFound
		}
		return a.value, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (g *together[K, V]) ask(ctx context.Context, key K, look func(context.Context, []K) (map[K]*V, error)) *asked[V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	another := len(g.waiting) > 0
	a := g.waiting[key]
	if a == nil {
		if g.waiting == nil {
			g.waiting = map[K]*asked[V]{}
		}
		a = &asked[V]{done: make(chan struct{})}
		g.waiting[key] = a
	}
	if g.running == 0 || another && g.running < togetherTrips {
		g.running++
		go g.work(context.WithoutCancel(ctx), look)
	}
	return a
}

// work looks up what waits until nothing does.
func (g *together[K, V]) work(ctx context.Context, look func(context.Context, []K) (map[K]*V, error)) {
	for keys, asks := g.next(); len(keys) > 0; keys, asks = g.next() {
		one, cancel := context.WithTimeout(ctx, togetherTime)
		found, err := careful(one, keys, look)
		cancel()
		for i, a := range asks {
			a.value, a.err = found[keys[i]], err
			close(a.done)
		}
	}
}

// careful is look; what would panic in a request, which that survives, must not
// end the server here.
func careful[K comparable, V any](ctx context.Context, keys []K, look func(context.Context, []K) (map[K]*V, error)) (found map[K]*V, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return look(ctx, keys)
}

// next takes keys that wait; none ends the worker.
func (g *together[K, V]) next() (keys []K, asks []*asked[V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, a := range g.waiting {
		keys, asks = append(keys, key), append(asks, a)
		delete(g.waiting, key)
		if len(keys) == togetherKeys {
			break
		}
	}
	if len(keys) == 0 {
		g.running--
	}
	return keys, asks
}
