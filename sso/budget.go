package sso

import (
	"sync"
	"time"
)

// budget bounds how many records are written of answers that belong to no
// request: anybody can post those, and could fill an organization's log.
type budget struct {
	mu   sync.Mutex
	left float64
	at   time.Time
}

const (
	strangersPerSecond = 10
	strangersAtOnce    = 200
)

// Take reports whether one more may be written down.
func (b *budget) Take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at.IsZero() {
		b.left = strangersAtOnce
	} else {
		b.left = min(strangersAtOnce, b.left+max(0, now.Sub(b.at).Seconds())*strangersPerSecond)
	}
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
