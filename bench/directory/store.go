package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // database/sql's driver

	"gatehouse/bench/server"
)

// store is a migrated database that rows are written into past the server.
type store interface {
	// Rows writes many rows of a table.
	Rows(ctx context.Context, table string, columns []string, next func() []any) error
	Done(ctx context.Context) error
	Close()
}

// prepare makes and migrates the database that s will run on.
func prepare(ctx context.Context, o options, s *server.Server, n int) (store, error) {
	if o.postgres == "" {
		path := filepath.Join(s.Dir, "bench.db")
		s.Env = []string{"GATEHOUSE_DATABASE_URL=sqlite:" + path}
		if err := migrate(o.binary, s); err != nil {
			return nil, err
		}
		db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(OFF)&_pragma=foreign_keys(0)&_time_format=sqlite")
		return &sqliteStore{db}, err
	}
	name := fmt.Sprintf("directory_%d", n)
	admin, err := pgx.Connect(ctx, o.postgres)
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx)
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := admin.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(o.postgres)
	if err != nil {
		return nil, err
	}
	u.Path = "/" + name
	s.Env = []string{"GATEHOUSE_DATABASE_URL=" + u.String(), "GATEHOUSE_MASTER_KEY=YmVuY2gta2V5LWtub3duLXRvLWV2ZXJ5Ym9keS0zMi4="}
	if err := migrate(o.binary, s); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, u.String())
	return &postgresStore{conn}, err
}

func migrate(binary string, s *server.Server) error {
	command := exec.Command(binary, "migrate")
	command.Env = append(command.Environ(), append(s.Env, "GATEHOUSE_DATA_DIR="+s.Dir)...)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("migrating: %w\n%s", err, out)
	}
	return nil
}

type postgresStore struct{ conn *pgx.Conn }

func (p *postgresStore) Rows(ctx context.Context, table string, columns []string, next func() []any) error {
	var row []any
	_, err := p.conn.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		row = next()
		return row, nil
	}))
	if err != nil {
		return fmt.Errorf("filling %s: %w", table, err)
	}
	return nil
}

func (p *postgresStore) Done(ctx context.Context) error {
	_, err := p.conn.Exec(ctx, "VACUUM ANALYZE")
	return err
}

func (p *postgresStore) Close() { _ = p.conn.Close(context.Background()) }

type sqliteStore struct{ db *sql.DB }

func (q *sqliteStore) Rows(ctx context.Context, table string, columns []string, next func() []any) error {
	tx, err := q.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES (?"+strings.Repeat(", ?", len(columns)-1)+")")
	if err != nil {
		return err
	}
	for row := next(); row != nil; row = next() {
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return fmt.Errorf("filling %s: %w", table, err)
		}
	}
	return tx.Commit()
}

func (q *sqliteStore) Done(ctx context.Context) error {
	_, err := q.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func (q *sqliteStore) Close() { _ = q.db.Close() }
