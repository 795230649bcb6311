package limit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
)

// Rate allows Limit takes in each window of Per.
type Rate struct {
	Limit int64
	Per   time.Duration
}

// step is how many takes a process counts before it writes them: one for small
// limits, which are exact across servers, a sixteenth of large ones.
func (r Rate) step() int64 { return max(1, r.Limit/16) }

// Limiter counts for one process. Its zero value but for DB is ready.
type Limiter struct {
	DB *db.DB

	mu       sync.Mutex
	windows  map[key]*window
	underWay map[key]int64
}

// window is what this process knows of one.
type window struct {
	start time.Time
	end   time.Time
	known int64 // written, by all servers, as far as heard
	local int64 // not yet written
}

// maxWindows bounds the memory for subjects, which strangers choose.
const maxWindows = 1 << 15

// Take counts one for the subject and reports whether that is within rate;
// where it is not, retryAfter is when the next window begins. It opens a
// transaction of its own: never call it inside one.
func (l *Limiter) Take(ctx context.Context, kind, subject string, rate Rate) (ok bool, retryAfter time.Duration, err error) {
	k := keyOf("window", kind, subject)
	now := l.now()
	l.mu.Lock()
	w := l.window(k, now, rate)
	if w.known+w.local >= rate.Limit {
		l.mu.Unlock()
		return false, w.end.Sub(now), nil // a flood costs no write
	}
	w.local++
	if w.local < rate.step() {
		l.mu.Unlock()
		return true, 0, nil
	}
	delta := w.local
	w.local, w.known = 0, w.known+delta
	start, end := w.start, w.end
	l.mu.Unlock()

	total, err := l.add(ctx, k, start, end, delta)
	if err != nil {
		return false, 0, fmt.Errorf("counting towards the limit %s: %w", kind, err)
	}
	l.mu.Lock()
	if w.start.Equal(start) {
		w.known = max(w.known, total)
	}
	l.mu.Unlock()
	if rate.step() == 1 && total > rate.Limit {
		return false, end.Sub(now), nil
	}
	return true, 0, nil
}

func (l *Limiter) now() time.Time { return l.DB.Now().UTC().Truncate(time.Microsecond) }

// window is the current one of k. The caller holds mu.
func (l *Limiter) window(k key, now time.Time, rate Rate) *window {
	start := now.Truncate(rate.Per)
	w := l.windows[k]
	if w == nil {
		if len(l.windows) >= maxWindows {
			l.forget(now)
		}
		if l.windows == nil {
			l.windows = map[key]*window{}
		}
		w = &window{}
		l.windows[k] = w
	}
	if !w.start.Equal(start) {
		*w = window{start: start, end: start.Add(rate.Per)}
	}
	return w
}

// forget drops windows that have ended, and where that is not enough any
// quarter of them: their counts are in the database but for the last step.
func (l *Limiter) forget(now time.Time) {
	drop := maxWindows / 4
	for k, w := range l.windows {
		if w.end.Before(now) {
			delete(l.windows, k)
			drop--
		}
	}
	for k := range l.windows {
		if drop <= 0 {
			return
		}
		delete(l.windows, k)
		drop--
	}
}

// add writes delta and returns the count of all servers.
func (l *Limiter) add(ctx context.Context, k key, start, end time.Time, delta int64) (total int64, err error) {
	err = l.DB.Tx(ctx, actor.System("rate limit"), func(tx *db.Tx) error {
		return change(tx, k, start, func(row *counter) {
			if row.WindowStart.Before(start) {
				row.Count = 0
			}
			row.WindowStart, row.ExpiresAt = start, end
			row.Count += delta
			total = row.Count
		})
	})
	return total, err
}
