package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/jobs"
)

// slow starts a runner with one job in the middle of its work, which goes on
// until release is closed.
func slow(t *testing.T, d *db.DB) (runner *jobs.Runner, release chan struct{}, finished *atomic.Int32) {
	t.Helper()
	begun, release, finished := make(chan struct{}), make(chan struct{}), &atomic.Int32{}
	r := jobs.NewRegistry()
	jobs.Handle(r, func(ctx context.Context, _ noteArgs) error {
		close(begun)
		select {
		case <-release:
			finished.Add(1)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	runner, err := jobs.Start(context.WithoutCancel(t.Context()), d, r, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error { return jobs.Enqueue(tx, noteArgs{}) }); err != nil {
		t.Fatal(err)
	}
	select {
	case <-begun:
	case <-time.After(30 * time.Second):
		t.Fatal("the job was not begun")
	}
	return runner, release, finished
}

// A process that ends must finish the job that it is in: cut off, it would be
// done a second time some minutes later.
func TestStopLetsARunningJobFinish(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		runner, release, finished := slow(t, d)
		time.AfterFunc(300*time.Millisecond, func() { close(release) })
		if err := runner.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
		if finished.Load() != 1 {
			t.Error("stopped before the job was finished")
		}
	})
}

// A job that outlives the time to drain is cut off and tried again at once by
// whoever works next: left as it is, it would be missed some minutes later.
func TestAJobThatIsCutOffWaitsForTheNextWorker(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		runner, _, finished := slow(t, d)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if err := runner.Stop(ctx); err != nil {
			t.Errorf("got %v", err)
		}
		if finished.Load() != 0 {
			t.Error("the job came to its end")
		}
		rows, _ := list(t, d, jobs.Query{})
		if len(rows) != 1 || rows[0].State != jobs.Retrying && rows[0].State != jobs.Waiting {
			t.Errorf("%+v", rows)
		}
	})
}

// A job that hears nothing must not keep the process from ending.
func TestStopHasAnEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		deaf := make(chan struct{})
		begun := make(chan struct{})
		r := jobs.NewRegistry()
		jobs.Handle(r, func(context.Context, noteArgs) error { close(begun); <-deaf; return nil })
		runner, err := jobs.Start(context.WithoutCancel(t.Context()), d, r, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		enqueue(t, d, noteArgs{})
		<-begun
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if err := runner.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(deaf)
		if err := runner.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("and after the job's end: %v", err)
		}
	})
}
