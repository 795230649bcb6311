package stream

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// Engine works on streams: on all of them that no other process has.
type Engine struct {
	DB      *db.DB
	Service *Service
	Tell    func(tx db.OwnedScope, n Notice) error // those who manage a stream
	Log     *slog.Logger

	lease  string // this process's, the same for all of its streams
	places *places

	mu      sync.Mutex
	holders map[id.Stream]*holder
	head    int64
	work    sync.WaitGroup
}

// The engine's times. A process that dies leaves its streams to others after
// leaseTime; whoever cannot renew in time stops sending before that.
const (
	pollTime    = 250 * time.Millisecond // between looks for new entries
	claimTime   = time.Second            // between looks for streams that nobody has
	renewTime   = 1500 * time.Millisecond
	leaseTime   = 6 * time.Second
	drainTime   = 20 * time.Second
	claimAtOnce = 50
	lookAtOnce  = 1000
)

var worker = actor.System("log streams")

// Run works until ctx ends. What is on its way then is waited for, so that
// its cursor moves, and leases are given back.
func (e *Engine) Run(ctx context.Context) error {
	e.lease, e.holders, e.places = seal.Token(seal.TokenBytes), map[id.Stream]*holder{}, newPlaces()
	if err := e.alone(ctx); err != nil {
		return err
	}
	after := context.WithoutCancel(ctx)
	renewing, end := context.WithCancel(after)
	var loops sync.WaitGroup
	loops.Go(func() { e.every(renewing, renewTime, e.renew) })
	loops.Go(func() { e.every(ctx, claimTime, e.claim) })
	e.every(ctx, pollTime, e.look)
	e.drain()
	end()
	loops.Wait()
	return nil
}

// alone takes back what a process had that was killed. On SQLite there is one
// process: nobody else can be at work, and nobody has to wait for a lease's end.
func (e *Engine) alone(ctx context.Context) error {
	if e.DB.Dialect != db.SQLite {
		return nil
	}
	return e.DB.InDeployment(ctx, worker, db.ReleaseStreams)
}

// every does something again and again. A database that does not answer is no
// reason to end: streams wait for it.
func (e *Engine) every(ctx context.Context, pause time.Duration, do func(context.Context) error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := do(ctx); err != nil && ctx.Err() == nil {
			e.Log.WarnContext(ctx, "log streams wait for the database", "error", err)
		}
	}
}

// look wakes the streams for which the log has grown: those of the
// organizations that have new entries, and the deployment's.
func (e *Engine) look(ctx context.Context) error {
	if e.count() == 0 {
		return nil
	}
	var head int64
	err := e.DB.Read(ctx, func(tx *db.Tx) (err error) {
		head, err = audit.Head(tx)
		return err
	})
	if err != nil || head <= e.head {
		return err
	}
	var grown []db.NumberedBrief
	err = e.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		grown, err = db.ListNumberedBrief(tx, "", e.head, lookAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	organizations, many := map[id.Organization]bool{}, len(grown) >= lookAtOnce
	for _, n := range grown {
		e.head = n.Position
		if n.Organization != nil {
			organizations[*n.Organization] = true
		}
	}
	if many || len(grown) == 0 { // too many to tell apart
		e.head = head
	}
	e.each(func(h *holder) {
		if many || h.concerned(organizations) {
			h.wake()
		}
	})
	return nil
}

// claim takes streams that nobody works on.
func (e *Engine) claim(ctx context.Context) error {
	var free []id.Stream
	err := e.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		free, err = db.FreeStreams(tx, claimAtOnce)
		return err
	})
	for _, key := range free {
		if err != nil {
			break
		}
		err = e.take(ctx, key)
	}
	return err
}

func (e *Engine) take(ctx context.Context, key id.Stream) error {
	began := time.Now()
	until := e.DB.Now().Add(leaseTime)
	taken := false
	err := e.DB.InDeployment(ctx, worker, func(tx *db.AllTx) (err error) {
		taken, err = db.LeaseStream(tx, key, e.lease, until)
		return err
	})
	if err != nil || !taken {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	h := newHolder(e, key, began)
	if before := e.holders[key]; before != nil { // its lease ended unnoticed
		before.cancel()
		h.before = before.done
	}
	e.holders[key] = h
	e.work.Go(h.run)
	return nil
}

// renew keeps the leases. A stream that another process took is let go at
// once; all are, before their time, when the database cannot be reached.
func (e *Engine) renew(ctx context.Context) error {
	if e.count() == 0 {
		return nil
	}
	began := time.Now()
	var kept []db.HeldStream
	ctx, cancel := context.WithTimeout(ctx, leaseTime-renewTime)
	defer cancel()
	err := e.DB.InDeployment(ctx, worker, func(tx *db.AllTx) (err error) {
		kept, err = db.RenewStreams(tx, e.lease, e.DB.Now().Add(leaseTime))
		return err
	})
	if err != nil {
		e.each(func(h *holder) { h.expire(time.Now()) })
		return err
	}
	mine := map[id.Stream]db.HeldStream{}
	for _, s := range kept {
		mine[s.ID] = s
	}
	e.each(func(h *holder) {
		if row, still := mine[h.key]; still {
			h.renewed(began, row)
		} else if h.since.Before(began) {
			h.cancel()
		}
	})
	return nil
}

// drain waits for what is on its way.
func (e *Engine) drain() {
	e.each(func(h *holder) { h.stop() })
	done := make(chan struct{})
	go func() {
		e.work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(drainTime):
		e.each(func(h *holder) { h.cancel() })
		<-done
	}
}

func (e *Engine) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.holders)
}

func (e *Engine) each(do func(*holder)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range e.holders {
		do(h)
	}
}

// forget is a holder's last word.
func (e *Engine) forget(h *holder) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.holders[h.key] == h {
		delete(e.holders, h.key)
	}
}
