package stream

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"time"

	"gatehouse/export/sink"
	"gatehouse/internal/db"
)

// advance moves the cursor behind what the destination has. It is tried a few
// times: otherwise all of it would go again.
func (h *holder) advance(b batch) error {
	a := db.StreamAdvance{Stream: h.key, Lease: h.engine.lease, From: b.stream.Position, To: b.entries[len(b.entries)-1].Position, Entries: int64(len(b.entries))}
	move := func(tx *db.AllTx) (bool, error) { return db.AdvanceStream(tx, a) }
	tell := h.engine.recovered(b.stream)
	err := h.write(move, tell)
	for try := 0; err != nil && try < 3 && h.ctx.Err() == nil; try++ {
		time.Sleep(200 * time.Millisecond)
		err = h.write(move, tell)
	}
	return err
}

// skip remembers that nothing up to the log's head is for this stream, and
// moves the cursor there once that is a long way.
func (h *holder) skip(b batch) error {
	h.scanned = max(h.scanned, b.head)
	if b.head-b.stream.Position < scanAhead {
		return nil
	}
	return h.write(func(tx *db.AllTx) (bool, error) {
		return db.AdvanceStream(tx, db.StreamAdvance{Stream: h.key, Lease: h.engine.lease, From: b.stream.Position, To: b.head})
	}, nil)
}

// maxFailures in a row, and people are to look.
const maxFailures = 10

// failed notes why the destination did not take the batch, and says when to
// ask again.
func (h *holder) failed(b batch, err error) (pause, error) {
	if h.ctx.Err() != nil {
		return pause{end: true}, nil // it was not the destination that failed
	}
	f := sink.FailureOf(err)
	if where := sink.Panic(err); where != "" {
		h.engine.Log.Error("what a log stream's destination answered made this server panic", "stream", h.key, "type", b.stream.Type, "panic", where)
	}
	if f.TooLarge && h.limit > 1 {
		h.limit = max(min(h.limit, len(b.entries))/2, 1)
		return pause{}, nil
	}
	wait := backOff(b.stream.Failures, f)
	tell := b.stream.tells(h.engine.DB.Now(), f.Refused)
	broken := f.Refused || tell || b.stream.Failures+1 >= maxFailures
	err = h.write(func(tx *db.AllTx) (bool, error) {
		return db.FailStream(tx, db.StreamFailure{Stream: h.key, Lease: h.engine.lease, Error: f.Message, Next: tx.Now().Add(wait), Broken: broken, Told: tell})
	}, h.engine.failing(b.stream, tell))
	if broken && b.stream.State == Active {
		h.engine.Log.Warn("a log stream's destination takes nothing", "stream", h.key, "type", b.stream.Type, "why", f.Message)
	}
	return pause{}, err // the row says how long
}

// write changes the stream's row, and then has told what there is to tell. A
// row that is not this process's any more stays as it is: the next look at it
// says why.
func (h *holder) write(change func(*db.AllTx) (bool, error), tell after) error {
	ctx, cancel := context.WithTimeout(h.ctx, leaseTime)
	defer cancel()
	return h.engine.DB.InDeployment(ctx, worker, func(tx *db.AllTx) error {
		held, err := change(tx)
		if err != nil || !held || tell == nil {
			return err
		}
		if err := Within(tx, h.key, tell); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		return nil
	})
}

// How long a destination is left alone after it failed for the nth time.
const (
	firstPause, longestPause     = time.Second, 5 * time.Minute
	firstRefusal, longestRefusal = 10 * time.Second, 10 * time.Minute
	shareOfJitter                = 5 // a fifth, either way
)

// backOff doubles with each failure. A destination that refuses needs somebody
// to do something, and is asked less often.
func backOff(failures int64, f *sink.Failure) time.Duration {
	first, longest := firstPause, longestPause
	if f.Refused {
		first, longest = firstRefusal, longestRefusal
	}
	wait := longest
	if failures < 20 {
		wait = min(first<<failures, longest)
	}
	spread := int64(wait) / shareOfJitter
	if n, err := rand.Int(rand.Reader, big.NewInt(2*spread+1)); err == nil {
		wait += time.Duration(n.Int64() - spread)
	}
	return max(wait, f.After)
}
