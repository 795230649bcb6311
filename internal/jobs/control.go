package jobs

import (
	"context"

	"github.com/riverqueue/river/rivertype"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
)

// What cannot be done with a job.
var (
	ErrRunning   = problem.New(problem.Conflict, "job_running", "That job is running. Wait for it, or cancel it first.")
	ErrCompleted = problem.New(problem.Conflict, "job_completed", "That job did what it was to do. It isn't run again.")
	ErrOver      = problem.New(problem.Conflict, "job_finished", "That job is over: there is nothing to cancel.")
)

// Retry has a job run as soon as a worker is free: at once instead of at its
// time, and once more where it had failed for good or was cancelled.
func Retry(tx *db.Tx, n ID) (*Job, error) {
	j, err := Get(tx, n)
	switch {
	case err != nil:
		return nil, err
	case j.State == Running:
		return nil, ErrRunning
	case j.State == Completed:
		return nil, ErrCompleted
	}
	j, err = one(tx, func(ctx context.Context, q queue) (*rivertype.JobRow, error) { return q.retry(ctx, int64(n)) })
	if err == nil && j.State == Running { // a worker took it meanwhile; River left it alone
		err = ErrRunning
	}
	return j, err
}

// Cancel keeps a job from running. One that runs is told to end: its context
// is cancelled, and it is over when it returns.
func Cancel(tx *db.Tx, n ID) (*Job, error) {
	j, err := Get(tx, n)
	switch {
	case err != nil:
		return nil, err
	case j.State.Over():
		return nil, ErrOver
	}
	return one(tx, func(ctx context.Context, q queue) (*rivertype.JobRow, error) { return q.cancel(ctx, int64(n)) })
}
