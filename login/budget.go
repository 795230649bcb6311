package login

import (
	"sync"
	"time"
)

// errorBudget bounds how many error pages are written to the audit log: they
// need no sign-in, so anybody could fill it with them.
type errorBudget struct {
	mu   sync.Mutex
	left float64
	at   time.Time
}

const (
	errorsPerSecond = 20
	errorsAtOnce    = 200
)

func (b *errorBudget) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at.IsZero() {
		b.left = errorsAtOnce
	} else {
		b.left = min(errorsAtOnce, b.left+max(0, now.Sub(b.at).Seconds())*errorsPerSecond)
	}
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
