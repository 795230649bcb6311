package jobs

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"gatehouse/internal/db"
)

// queue is River within one transaction, whichever database that is in.
type queue struct {
	insert func(context.Context, Args) error
	list   func(context.Context, *river.JobListParams) (*river.JobListResult, error)
	get    func(context.Context, int64) (*rivertype.JobRow, error)
	retry  func(context.Context, int64) (*rivertype.JobRow, error)
	cancel func(context.Context, int64) (*rivertype.JobRow, error)
	rows   riverdriver.Executor
}

func queueIn[T any](c *river.Client[T], t T) queue {
	return queue{
		insert: func(ctx context.Context, args Args) error {
			_, err := c.InsertTx(ctx, t, args, nil)
			return err
		},
		list: func(ctx context.Context, p *river.JobListParams) (*river.JobListResult, error) {
			return c.JobListTx(ctx, t, p)
		},
		get:    func(ctx context.Context, n int64) (*rivertype.JobRow, error) { return c.JobGetTx(ctx, t, n) },
		retry:  func(ctx context.Context, n int64) (*rivertype.JobRow, error) { return c.JobRetryTx(ctx, t, n) },
		cancel: func(ctx context.Context, n int64) (*rivertype.JobRow, error) { return c.JobCancelTx(ctx, t, n) },
		rows:   c.Driver().UnwrapExecutor(t),
	}
}

// within runs fn with the queue on the transaction's own connection.
func within(tx *db.Tx, fn func(context.Context, queue) error) error {
	return tx.Native(func(t pgx.Tx) error {
		client, err := postgresClient()
		if err != nil {
			return err
		}
		return fn(tx.Context(), queueIn(client, t))
	}, func(t *sql.Tx) error {
		client, err := sqliteClient()
		if err != nil {
			return err
		}
		return fn(tx.Context(), queueIn(client, t))
	})
}
