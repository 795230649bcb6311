package limit

import (
	"sync"
	"time"
)

// Bucket bounds how often one process does something that costs little and
// that anybody can cause, such as writing down a refusal: so many at once, and
// so many a second after that. The zero value is full. Each process has its
// own; what must hold across processes is a Limiter's.
type Bucket struct {
	mu   sync.Mutex
	used float64
	at   time.Time
}

// Take reports whether one more may be done at now.
func (b *Bucket) Take(now time.Time, perSecond, atOnce float64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = max(0, b.used-max(0, now.Sub(b.at).Seconds())*perSecond)
	b.at = now
	if b.used+1 > atOnce {
		return false
	}
	b.used++
	return true
}
