package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"gatehouse/audit/search"
	"gatehouse/audit/sequence"
	"gatehouse/internal/config"
)

// loop is work that goes on as long as the process does, beside the queue's
// jobs: what has to happen within a second. run returns nil once ctx has ended
// and what it was in the middle of is finished; an error starts it anew after a
// pause. Several processes run the same loops: what only one may do at a time
// is guarded in the database, by a lease or an advisory lock.
type loop struct {
	name string
	run  func(context.Context) error
}

// loops are run by a server that works its own jobs, and by every worker.
func (a *App) loops() []loop {
	return slices.Concat(a.ownLoops(), []loop{
		a.streams(),
		{"rollups", (&search.Rollups{DB: a.DB}).Run},
		{"exports", a.archive.Run},
	}, a.webhookLoops())
}

// ownLoops are run by every process. Servers number audit entries whether or
// not they work jobs: an entry has its number within a second, with the workers
// down too. And what a server counted only that server can save.
func (a *App) ownLoops() []loop {
	loops := []loop{{"sequencer", (&sequence.Sequencer{DB: a.DB, Log: a.Log}).Run}}
	if a.pace != nil {
		loops = append(loops, loop{"sign-in times", a.pace.Run}, loop{"uses of keys", a.uses.Run})
	}
	return loops
}

func newSigner(a *App) *sequence.Signer { return &sequence.Signer{DB: a.DB, Log: a.Log} }

// startLoops runs this process's loops and returns what drains them.
func (a *App) startLoops(ctx context.Context) func(context.Context) error {
	loops := a.loops()
	if a.Config.Worker == config.WorkerOff && a.echo != nil {
		loops = a.ownLoops()
	}
	return runLoops(context.WithoutCancel(ctx), loops, a.Log)
}

// runLoops begins the loops; what it returns ends them and waits, until its
// context ends, for what they are in the middle of.
func runLoops(ctx context.Context, loops []loop, log *slog.Logger) func(context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, l := range loops {
		running.Go(func() { l.keep(ctx, log) })
	}
	ended := make(chan struct{})
	go func() { running.Wait(); close(ended) }()
	return func(drained context.Context) error {
		cancel()
		select {
		case <-ended:
			return nil
		case <-drained.Done():
			return fmt.Errorf("stopping the loops: %w", drained.Err())
		}
	}
}

// The pauses before a loop that failed is begun anew.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
)

// keep runs the loop until ctx ends, whatever it meets.
func (l loop) keep(ctx context.Context, log *slog.Logger) {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		begun := time.Now()
		err := l.once(ctx)
		if ctx.Err() != nil {
			return
		}
		log.ErrorContext(ctx, "a loop ended and is begun anew", "loop", l.name, "error", err)
		if time.Since(begun) > longestPause {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

var errEnded = errors.New("it returned before it was told to")

func (l loop) once(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	if err := l.run(ctx); err != nil {
		return err
	}
	return errEnded
}
