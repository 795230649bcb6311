package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"gatehouse/internal/db"
)

// Args are what a job is told; Kind names its worker.
type Args = river.JobArgs

// The clients that work nothing need no connection: they use the transaction's.
var (
	postgresClient = sync.OnceValues(func() (*river.Client[pgx.Tx], error) {
		return river.NewClient(riverpgxv5.New(nil), &river.Config{})
	})
	sqliteClient = sync.OnceValues(func() (*river.Client[*sql.Tx], error) {
		return river.NewClient(riversqlite.New(nil), &river.Config{})
	})
)

// Enqueue adds a job to the transaction: it runs once that has committed.
func Enqueue(tx *db.Tx, args Args) error {
	err := within(tx, func(ctx context.Context, q queue) error { return q.insert(ctx, args) })
	if err != nil {
		return fmt.Errorf("enqueueing %s: %w", args.Kind(), err)
	}
	return nil
}
