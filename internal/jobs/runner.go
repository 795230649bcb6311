package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"gatehouse/internal/db"
)

// Registry is what a worker process can do. Fill it before Start.
type Registry struct {
	workers  *river.Workers
	periodic []*river.PeriodicJob
	timeout  time.Duration // of one job
	rescue   time.Duration // a job that has run for this long has lost its worker
	running  *running
}

// jobTimeout ends a job that goes on for too long. A job whose worker was
// killed is picked up again rescueAfter it began: later than any that lives.
const (
	jobTimeout  = 4 * time.Minute
	rescueAfter = 5 * time.Minute
)

// NewRegistry is an empty one.
func NewRegistry() *Registry {
	return &Registry{workers: river.NewWorkers(), timeout: jobTimeout, rescue: rescueAfter, running: &running{ends: map[int64]context.CancelFunc{}}}
}

// Handle registers the worker of one kind of job. An error makes River try
// again later, with growing pauses.
func Handle[T Args](r *Registry, work func(context.Context, T) error) {
	river.AddWorker(r.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error {
		ctx, end := r.running.begin(ctx, job.ID)
		defer end()
		return work(ctx, job.Args)
	}))
}

// Every enqueues args at this interval, once across all workers.
func (r *Registry) Every(interval time.Duration, args Args) {
	r.periodic = append(r.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true}))
}

// Runner works jobs until it is stopped.
type Runner struct {
	stop   func(context.Context) error // lets jobs finish
	cancel func(context.Context) error // cancels them, then waits for them
	listen func()                      // ends what hears of cancelled jobs
}

// concurrency is how many jobs one process works at a time: on Postgres half of
// the pool, so that a server's requests find connections while its jobs wait.
// SQLite has one writer, so more would only wait.
const (
	postgresConcurrency = 8
	sqliteConcurrency   = 2
)

// Start begins to work jobs from the database d.
func Start(ctx context.Context, d *db.DB, r *Registry, log *slog.Logger) (*Runner, error) {
	pool, writer := d.Pools()
	if d.Dialect == db.SQLite {
		return start[*sql.Tx](ctx, riversqlite.New(writer), r, log, sqliteConcurrency)
	}
	return start[pgx.Tx](ctx, riverpgxv5.New(pool), r, log, postgresConcurrency)
}

func start[T any](ctx context.Context, driver riverdriver.Driver[T], r *Registry, log *slog.Logger, concurrency int) (*Runner, error) {
	client, err := river.NewClient(driver, &river.Config{
		Logger:       log,
		Queues:       map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: concurrency}},
		Workers:      r.workers,
		PeriodicJobs: r.periodic,
		JobTimeout:   r.timeout, RescueStuckJobsAfter: r.rescue,
	})
	if err != nil {
		return nil, fmt.Errorf("setting up the job queue: %w", err)
	}
	if err := client.Start(ctx); err != nil {
		return nil, fmt.Errorf("starting the job queue: %w", err)
	}
	runner := &Runner{stop: client.Stop, cancel: client.StopAndCancel, listen: func() {}}
	if !driver.SupportsListener() {
		listening, end := context.WithCancel(ctx)
		go hearCancels(listening, client, r.running, log)
		runner.listen = end
	}
	return runner, nil
}

// lastWords is how long jobs that were cut off may take to say so.
const lastWords = 2 * time.Second

// Stop lets running jobs finish until ctx ends. Those that have not are
// cancelled: they end with an error and are tried again in a moment, instead
// of when their worker is missed.
func (r *Runner) Stop(ctx context.Context) error {
	defer r.listen()
	err := r.stop(ctx)
	if err == nil || ctx.Err() == nil {
		return err
	}
	cut, done := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer done()
	if r.cancel(cut) == nil {
		return nil
	}
	return err
}

// Migrate makes the queue's own tables; it is a db.Step.
func Migrate(ctx context.Context, t db.Target) error {
	if t.Dialect == db.SQLite {
		return migrate[*sql.Tx](ctx, riversqlite.New(t.SQL))
	}
	return migrate[pgx.Tx](ctx, riverpgxv5.New(t.Pool))
}

func migrate[T any](ctx context.Context, driver riverdriver.Driver[T]) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("reading the job queue's migrations: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrating the job queue: %w", err)
	}
	return nil
}
