package pace

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
)

// Counter counts this process's answers. Its zero value with a database counts;
// a nil one does not.
type Counter struct {
	DB *db.DB

	mu     sync.Mutex
	counts map[bucket]int64
}

type bucket struct {
	hour time.Time
	upTo int64
}

const (
	saveEvery = 10 * time.Second
	// lastSave is how long the end of a process waits for the database.
	lastSave = 5 * time.Second
	// kept is for how long times are kept.
	kept = 60 * 24 * time.Hour
)

// Add counts an answer that was just given.
func (c *Counter) Add(took time.Duration) {
	if c == nil {
		return
	}
	c.add(bucket{c.DB.Clock().Truncate(time.Hour), boundOf(took)}, 1)
}

func (c *Counter) add(at bucket, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[bucket]int64{}
	}
	c.counts[at] += n
}

// Run adds what was counted to everybody's until ctx ends, and then the rest.
func (c *Counter) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSave)
			defer cancel()
			return c.Save(last)
		case <-time.After(saveEvery):
			if err := c.Save(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// Save adds what was counted to everybody's. What could not be added is kept
// for the next time; where the database took it and could not say so, it
// counts twice.
func (c *Counter) Save(ctx context.Context) error {
	c.mu.Lock()
	counts := c.counts
	c.counts = nil
	c.mu.Unlock()
	if len(counts) == 0 {
		return nil
	}
	err := c.DB.InDeployment(ctx, actor.System("sign_in_times"), func(tx *db.AllTx) error { return db.AddSignInTimes(tx, rows(counts)) })
	if err != nil {
		for at, n := range counts {
			c.add(at, n)
		}
		return fmt.Errorf("saving how long sign-ins took: %w", err)
	}
	return nil
}

// rows are in one order in every process: two that add to the same rows in
// different orders would wait for each other.
func rows(counts map[bucket]int64) []db.SignInTime {
	list := make([]db.SignInTime, 0, len(counts))
	for at, n := range counts {
		list = append(list, db.SignInTime{Hour: at.hour, UpToMS: at.upTo, Answers: n})
	}
	slices.SortFunc(list, func(a, b db.SignInTime) int { return cmp.Or(a.Hour.Compare(b.Hour), cmp.Compare(a.UpToMS, b.UpToMS)) })
	return list
}

// Sweep removes times that nobody looks at any more.
func Sweep(ctx context.Context, d *db.DB) error {
	return d.InDeployment(ctx, actor.System("sweep"), func(tx *db.AllTx) error {
		return db.SweepSignInTimes(tx, tx.Now().Add(-kept))
	})
}
