package webhook

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// How long what is not answered with 2xx is tried again, and how an endpoint
// that fails is spared.
const (
	tryFor       = 72 * time.Hour
	failuresOpen = 5 // in a row: from then on the endpoint is spared
	firstSpare   = 30 * time.Second
	longestSpare = time.Hour
	disableAfter = 72 * time.Hour
	tellEvery    = 24 * time.Hour // one that comes and goes is told of once a day
)

// pauses are those between the attempts of one delivery; the last one repeats.
var pauses = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
}

// next is when a delivery is tried again that failed at now for the given
// number of times; false: never, its three days are over.
func next(d *Delivery, attempts int64, now time.Time, atLeast time.Duration) (time.Time, bool) {
	wait := pauses[min(max(attempts, 1), int64(len(pauses)))-1]
	at := now.Add(max(jitter(wait), atLeast))
	return at, at.Sub(d.CreatedAt) <= tryFor
}

// jitter is d, a fifth more or less: what failed together is not tried again
// together.
func jitter(d time.Duration) time.Duration {
	var b [8]byte
	_, _ = rand.Read(b[:])
	part := float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53) // from 0 to 1
	return time.Duration(float64(d) * (0.8 + 0.4*part))
}

// open reports whether anything may be tried at now.
func (e *Endpoint) open(now time.Time) bool {
	return e.Status == Enabled && (e.OpenUntil == nil || !now.Before(*e.OpenUntil))
}

// turn is what an endpoint's answers make of it.
type turn int

const (
	same      turn = iota
	failing        // it is spared from now on
	recovered      // it was, and answers again
	givenUp        // it failed for three days
)

// note is what became of an attempt at now.
func (e *Endpoint) note(delivered bool, now time.Time) turn {
	if delivered {
		spared := e.OpenUntil != nil
		e.Failures, e.FailingSince, e.OpenUntil = 0, nil, nil
		if spared {
			return recovered
		}
		return same
	}
	e.Failures++
	if e.FailingSince == nil {
		e.FailingSince = &now
	}
	if e.Failures < failuresOpen {
		return same
	}
	failed := now.Sub(*e.FailingSince)
	first := e.OpenUntil == nil
	until := now.Add(jitter(min(max(failed/4, firstSpare), longestSpare)))
	e.OpenUntil = &until
	switch {
	case failed >= disableAfter:
		return givenUp
	case first:
		return failing
	}
	return same
}
