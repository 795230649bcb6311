package limit

import (
	"testing"
	"time"
)

// A flood must find the bucket empty after what it holds, and fill it again
// no faster than it drips.
func TestABucketHoldsWhatItHolds(t *testing.T) {
	var b Bucket
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	taken := func(at time.Time) (n int) {
		for range 50 {
			if b.Take(at, 2, 10) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 10}, {0, 0}, {3 * time.Second, 6}, {4 * time.Second, 2}, {time.Hour, 10}} {
		if n := taken(now.Add(c.after)); n != c.want {
			t.Errorf("after %s: %d, want %d", c.after, n, c.want)
		}
	}
}
