package app

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"
)

// A loop that failed once, or met a bug, must go on: nobody would number
// entries or deliver events until the next start.
func TestALoopThatFailsIsBegunAnew(t *testing.T) {
	t.Parallel()
	var failed, panicked, returned atomic.Int32
	count := func(n *atomic.Int32, then func() error) func(context.Context) error {
		return func(ctx context.Context) error {
			if n.Add(1) == 1 {
				return then()
			}
			<-ctx.Done()
			return nil
		}
	}
	stop := runLoops(t.Context(), []loop{
		{"fails", count(&failed, func() error { return errors.New("no") })},
		{"panics", count(&panicked, func() error { panic("no") })},
		{"returns", count(&returned, func() error { return nil })},
	}, slog.New(slog.DiscardHandler))
	for begun := time.Now(); failed.Load() < 2 || panicked.Load() < 2 || returned.Load() < 2; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("begun %d, %d and %d times", failed.Load(), panicked.Load(), returned.Load())
		}
	}
	if err := stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// What a loop is in the middle of must be finished before the process ends, or
// its effect is done a second time; one that never ends must not keep it.
func TestStoppingLoopsWaitsAndHasAnEnd(t *testing.T) {
	t.Parallel()
	var finished atomic.Bool
	begun := make(chan struct{}, 1)
	stop := runLoops(t.Context(), []loop{{"slow", func(ctx context.Context) error {
		begun <- struct{}{}
		<-ctx.Done()
		time.Sleep(50 * time.Millisecond)
		finished.Store(true)
		return nil
	}}}, slog.New(slog.DiscardHandler))
	<-begun
	if err := stop(t.Context()); err != nil || !finished.Load() {
		t.Errorf("%v, finished: %t", err, finished.Load())
	}
	release := make(chan struct{})
	defer close(release)
	stop = runLoops(t.Context(), []loop{{"stuck", func(context.Context) error { begun <- struct{}{}; <-release; return nil }}}, slog.New(slog.DiscardHandler))
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a stuck loop: %v", err)
	}
}
