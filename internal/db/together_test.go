package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A key that was revoked before somebody asked must not be taken for good
// because others asked for it earlier: a look-up never answers whom it began
// before.
func TestALookUpAnswersNobodyWhoAskedAfterItBegan(t *testing.T) {
	var g together[string, int64]
	var now, trips atomic.Int64 // the clock that a look-up reads when it begins
	look := func(_ context.Context, keys []string) (map[string]*int64, error) {
		trips.Add(1)
		began := now.Load()
		time.Sleep(time.Millisecond)
		found := map[string]*int64{}
		for _, key := range keys {
			if key != "none" {
				found[key] = &began
			}
		}
		return found, nil
	}
	var all sync.WaitGroup
	for i := range 400 {
		all.Go(func() {
			asked := now.Add(1)
			key := fmt.Sprint("k", i%7)
			if i%10 == 0 {
				key = "none"
			}
			at, err := g.get(t.Context(), key, look)
			switch {
			case key == "none" && errors.Is(err, ErrNotFound):
			case key == "none" || err != nil:
				t.Errorf("%s: %v", key, err)
			case *at < asked:
				t.Errorf("asked at %d, answered by a look-up of %d", asked, *at)
			}
		})
		if i%20 == 0 {
			time.Sleep(200 * time.Microsecond)
		}
	}
	all.Wait()
	if n := trips.Load(); n > 200 {
		t.Errorf("400 look-ups took %d round trips", n)
	}
}

// Whoever goes away must not end the look-up of others who wait for it, and a
// failure is told to each of them.
func TestALookUpOutlivesWhoeverAskedFirst(t *testing.T) {
	var g together[string, int64]
	begun, end := make(chan struct{}), make(chan error)
	look := func(ctx context.Context, keys []string) (map[string]*int64, error) {
		if !slices.Equal(keys, []string{"k"}) {
			t.Errorf("looked up %v", keys)
		}
		begun <- struct{}{}
		return nil, errors.Join(ctx.Err(), <-end)
	}
	first, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := g.get(first, "k", look)
		left <- err
	}()
	<-begun
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("whoever went away got %v", err)
	}
	end <- nil
	broken := errors.New("the database is away")
	others := make(chan error)
	for range 2 {
		go func() {
			_, err := g.get(t.Context(), "k", look)
			others <- err
		}()
	}
	go func() {
		for {
			select {
			case <-begun:
				end <- broken
			case <-t.Context().Done():
				return
			}
		}
	}()
	for range 2 {
		if err := <-others; !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
}

// One look-up that panics must be its askers' failure, and keep nobody after it.
func TestALookUpThatPanicsFails(t *testing.T) {
	var g together[string, int64]
	look := func(_ context.Context, keys []string) (map[string]*int64, error) {
		if keys[0] == "odd" {
			panic("a row of another shape")
		}
		one := int64(1)
		return map[string]*int64{keys[0]: &one}, nil
	}
	if _, err := g.get(t.Context(), "odd", look); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if v, err := g.get(t.Context(), "k", look); err != nil || *v != 1 {
		t.Errorf("got %v, %v", v, err)
	}
}

// A round trip for each who asks would cost the database several times what
// they read; but two who ask must not wait for one that hangs.
func TestARoundTripBesideAnotherIsForTwo(t *testing.T) {
	var g together[string, int64]
	begun, end := make(chan []string), make(chan struct{})
	look := func(_ context.Context, keys []string) (map[string]*int64, error) {
		slices.Sort(keys)
		begun <- keys
		<-end
		return nil, nil
	}
	var all sync.WaitGroup
	ask := func(key string) { all.Go(func() { _, _ = g.get(t.Context(), key, look) }) }
	waits := func() (n int) {
		g.mu.Lock()
		defer g.mu.Unlock()
		return len(g.waiting)
	}
	ask("a")
	if keys := <-begun; !slices.Equal(keys, []string{"a"}) {
		t.Errorf("first %v", keys)
	}
	for ask("b"); waits() == 0; {
		time.Sleep(time.Millisecond)
	}
	select {
	case keys := <-begun:
		t.Errorf("%v went alone beside another", keys)
	case <-time.After(50 * time.Millisecond):
	}
	ask("c")
	if keys := <-begun; !slices.Equal(keys, []string{"b", "c"}) {
		t.Errorf("second %v", keys)
	}
	close(end)
	all.Wait()
}
