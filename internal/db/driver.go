package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// Pools are the connections that the job queue works with: the pool on
// Postgres, the writer on SQLite. Nobody else asks for them (internal/arch).
func (d *DB) Pools() (*pgxpool.Pool, *sql.DB) { return d.pool, d.write }

// Native lends the transaction itself to the job queue, so that a job commits
// with what it is about: exactly one of the two functions is called. Neither
// may keep it.
func (tx *Tx) Native(onPostgres func(pgx.Tx) error, onSQLite func(*sql.Tx) error) error {
	switch conn := tx.conn.(type) {
	case *sql.Tx:
		return onSQLite(conn)
	case *sql.Conn:
		if err := tx.start(); err != nil {
			return err
		}
		return conn.Raw(func(driver any) error { return onPostgres(pgxView{driver.(*stdlib.Conn).Conn()}) })
	}
	return errLoose
}

// pgxView shows a connection that is in a transaction as a pgx.Tx that cannot
// end it.
type pgxView struct{ conn *pgx.Conn }

var errNotYours = errors.New("db: this transaction is ended by who began it")

func (v pgxView) Begin(ctx context.Context) (pgx.Tx, error) {
	if _, err := v.conn.Exec(ctx, "SAVEPOINT lent"); err != nil {
		return nil, err
	}
	return lentSavepoint{v}, nil
}
func (pgxView) Commit(context.Context) error   { return errNotYours }
func (pgxView) Rollback(context.Context) error { return errNotYours }
func (v pgxView) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return v.conn.CopyFrom(ctx, table, columns, rows)
}
func (v pgxView) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return v.conn.SendBatch(ctx, b)
}
func (pgxView) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }
func (v pgxView) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return v.conn.Prepare(ctx, name, sql)
}
func (v pgxView) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return v.conn.Exec(ctx, sql, args...)
}
func (v pgxView) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return v.conn.Query(ctx, sql, args...)
}
func (v pgxView) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return v.conn.QueryRow(ctx, sql, args...)
}
func (v pgxView) Conn() *pgx.Conn { return v.conn }

// lentSavepoint is a part of the lent transaction that may be taken back alone.
type lentSavepoint struct{ pgxView }

func (s lentSavepoint) Commit(ctx context.Context) error {
	_, err := s.conn.Exec(ctx, "RELEASE SAVEPOINT lent")
	return err
}

func (s lentSavepoint) Rollback(ctx context.Context) error {
	_, err := s.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT lent")
	return err
}
