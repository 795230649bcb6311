package jobs

import (
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

// The clients that only insert need no connection: they use the transaction's.
var (
	postgresInserts = sync.OnceValues(func() (*river.Client[pgx.Tx], error) {
		return river.NewClient(riverpgxv5.New(nil), &river.Config{})
	})
	sqliteInserts = sync.OnceValues(func() (*river.Client[*sql.Tx], error) {
		return river.NewClient(riversqlite.New(nil), &river.Config{})
	})
)

// Enqueue adds a job to the transaction: it runs once that has committed.
func Enqueue(tx *db.Tx, args Args) error {
	err := tx.Native(func(t pgx.Tx) error {
		client, err := postgresInserts()
		if err == nil {
			_, err = client.InsertTx(tx.Context(), t, args, nil)
		}
		return err
	}, func(t *sql.Tx) error {
		client, err := sqliteInserts()
		if err == nil {
			_, err = client.InsertTx(tx.Context(), t, args, nil)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("enqueueing %s: %w", args.Kind(), err)
	}
	return nil
}
