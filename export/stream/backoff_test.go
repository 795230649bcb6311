package stream

import (
	"testing"
	"time"

	"gatehouse/export/sink"
)

// A destination that is down must not be hammered, and must not wait an hour
// once it is back.
func TestPausesGrowAndEnd(t *testing.T) {
	for _, tt := range []struct {
		failures  int64
		f         sink.Failure
		low, high time.Duration
	}{
		{0, sink.Failure{}, 800 * time.Millisecond, 1200 * time.Millisecond},
		{3, sink.Failure{}, 6400 * time.Millisecond, 9600 * time.Millisecond},
		{1000, sink.Failure{}, 4 * time.Minute, 6 * time.Minute},
		{0, sink.Failure{Refused: true}, 8 * time.Second, 12 * time.Second},
		{1000, sink.Failure{Refused: true}, 8 * time.Minute, 12 * time.Minute},
		{0, sink.Failure{After: time.Minute}, time.Minute, time.Minute},
	} {
		for range 50 {
			if wait := backOff(tt.failures, &tt.f); wait < tt.low || wait > tt.high {
				t.Fatalf("%d %+v: %s", tt.failures, tt.f, wait)
			}
		}
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1204331: "1,204,331"} {
		if got := grouped(n); got != want {
			t.Errorf("%s", got)
		}
	}
}
