package stream_test

import (
	"testing"
	"time"

	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// A destination that was down for a day has a backlog: it must be worked off
// much faster than entries come.
func TestABacklogIsWorkedOff(t *testing.T) {
	const backlog, perSecond = 4_000, 100 // on a busy machine; what it does on this one is logged
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a := w.org("Halden")
		r := newReceiver(t)
		for range backlog / 500 {
			w.record(a, 500)
		}
		for {
			if n, err := w.numbers.Once(t.Context()); err != nil {
				t.Fatal(err)
			} else if n == 0 {
				break
			}
		}
		key := w.stream(a, r.URL)
		began := time.Now()
		w.working()
		st := w.await(a, key, "complete", func(st stream.Status) bool { return st.Complete() && st.Head >= backlog })
		took := time.Since(began) - time.Second // until the stream is taken up
		t.Logf("%s in %s: %.0f entries/s", st.Report(), took.Round(time.Millisecond), float64(st.Stream.Delivered)/took.Seconds())
		if n := r.gapless(t); int64(n) != st.Stream.Delivered {
			t.Errorf("%d arrived, %s", n, st.Report())
		}
		if took > backlog/perSecond*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}
