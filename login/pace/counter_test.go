package pace_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/login/pace"
)

func lastDay(t *testing.T, d *db.DB) (day pace.Day) {
	t.Helper()
	if err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		day, err = pace.LastDay(tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return day
}

func answers(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	if err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
		times, err := db.ListSignInTimes(tx, time.Unix(0, 0), tx.Now().Add(time.Hour))
		for _, row := range times {
			n += row.Answers
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// Servers that add to the same rows at once must neither lose one another's
// counts nor wait for each other for ever.
func TestTwoProcessesCountIntoTheSameRows(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const each, rounds = 30, 5
		var running sync.WaitGroup
		for range 2 {
			c := &pace.Counter{DB: d}
			running.Go(func() {
				for range rounds {
					for i := range each {
						c.Add(time.Duration(i*30) * time.Millisecond)
					}
					if err := c.Save(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		running.Wait()
		if n := answers(t, d); n != 2*rounds*each {
			t.Errorf("%d answers are counted, and not %d", n, 2*rounds*each)
		}
		// the nineteenth of twenty took between 750 and 1000 ms: 30 lie within 870
		if day := lastDay(t, d); !day.Known || day.Compared || day.P95 < 750*time.Millisecond || day.P95 > time.Second {
			t.Errorf("the day is %+v", day)
		}
	})
}

// A day is compared with the day before, what is older is gone, and a counter
// whose clock passes an hour splits what it has.
func TestADayIsComparedWithTheDayBefore(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		at := time.Date(2026, 11, 20, 9, 59, 58, 0, time.UTC)
		d.Now = func() time.Time { return at }
		c := &pace.Counter{DB: d}
		save := func() {
			if err := c.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		c.Add(400 * time.Millisecond)
		at = at.Add(3 * time.Second) // another hour
		c.Add(400 * time.Millisecond)
		save()
		at = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
		c.Add(20 * time.Millisecond)
		save()
		// 09:00 of yesterday is the day before, 10:00 is this day's first hour
		if day := lastDay(t, d); !day.Known || !day.Compared || day.P95 < 300*time.Millisecond || day.Before < 300*time.Millisecond {
			t.Errorf("the day is %+v", day)
		}
		at = at.Add(time.Hour)
		if day := lastDay(t, d); day.P95 > 20*time.Millisecond || day.Before < 300*time.Millisecond {
			t.Errorf("an hour later it is %+v", day)
		}
		for _, tt := range []struct {
			days int
			left int64
		}{{58, 3}, {61, 0}} {
			at = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC).AddDate(0, 0, tt.days)
			if err := pace.Sweep(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if n := answers(t, d); n != tt.left {
				t.Errorf("%d are left after %d days", n, tt.days)
			}
		}
	})
}

// What could not be saved is saved later, and a process that stops saves what
// it has: a restart each minute must not leave the figure empty.
func TestWhatCouldNotBeSavedIsSavedLater(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := &pace.Counter{DB: d}
		c.Add(time.Millisecond)
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Save(over); err == nil {
			t.Fatal("a save that was given up said that it saved")
		}
		c.Add(time.Millisecond)
		if err := c.Run(over); err != nil { // it stops at once, and saves
			t.Fatal(err)
		}
		if n := answers(t, d); n != 2 {
			t.Errorf("%d answers are counted, and not 2", n)
		}
		(*pace.Counter)(nil).Add(time.Second) // nobody counts, and nothing breaks
	})
}
