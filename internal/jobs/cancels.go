package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// On Postgres a running job hears by NOTIFY that it was cancelled. SQLite has
// none, and there River leaves running jobs alone: so the mark that Cancel
// leaves is looked for, and the context of the marked job is cancelled here.

// running are the jobs that this process is in, by their number.
type running struct {
	mu   sync.Mutex
	ends map[int64]context.CancelFunc
}

// begin is the context of a job, which ends with it or when it is cancelled.
func (r *running) begin(ctx context.Context, n int64) (context.Context, func()) {
	ctx, end := context.WithCancel(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends[n] = end
	return ctx, func() {
		r.mu.Lock()
		delete(r.ends, n)
		r.mu.Unlock()
		end()
	}
}

func (r *running) cancel(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if end, here := r.ends[n]; here {
		end()
	}
}

func (r *running) none() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ends) == 0
}

// hearEvery is how soon a running job hears that it was cancelled.
const hearEvery = time.Second

// hearCancels tells running jobs that they were cancelled, until ctx ends.
func hearCancels[T any](ctx context.Context, client *river.Client[T], here *running, log *slog.Logger) {
	marked := river.NewJobListParams().States(rivertype.JobStateRunning).Where("metadata ->> '$.cancel_attempted_at' IS NOT NULL")
	tick := time.NewTicker(hearEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if here.none() {
			continue
		}
		found, err := client.JobList(ctx, marked)
		if err != nil {
			if ctx.Err() == nil {
				log.WarnContext(ctx, "cancelled jobs could not be looked for", "error", err)
			}
			continue
		}
		for _, job := range found.Jobs {
			here.cancel(job.ID)
		}
	}
}
