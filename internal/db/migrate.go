package db

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"gatehouse/migrations"
)

// Target is a database that is being migrated, by the role that owns its tables.
type Target struct {
	Dialect Dialect
	Pool    *pgxpool.Pool // Postgres alone
	SQL     *sql.DB
}

// Step is a further migration that another package brings: the job queue's tables.
type Step func(context.Context, Target) error

// migrationLock is the advisory lock under which one process migrates at a time.
const migrationLock = 4739183021

// Migrate brings the schema up to date and, on Postgres, makes the role that
// the server runs as. It is idempotent, and safe to run from many servers at once.
func Migrate(ctx context.Context, o Options, steps ...Step) error {
	if path, ok := sqlitePath(o.URL); ok {
		return migrateSQLite(ctx, path, steps)
	}
	address, setting := o.MigrateURL, "GATEHOUSE_MIGRATE_DATABASE_URL"
	if address == "" || address == o.URL {
		address, setting = o.URL, "GATEHOUSE_DATABASE_URL"
	}
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return fmt.Errorf("connecting to Postgres to migrate: %w", err)
	}
	defer pool.Close()
	conn, err := pool.Acquire(ctx)
	if refusal := unreachable(setting, err); refusal != nil {
		return refusal
	}
	if err != nil {
		return fmt.Errorf("connecting to Postgres to migrate: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("waiting for another migration: %w", err)
	}
	defer conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	if err := apply(ctx, Target{Postgres, pool, db}, steps); err != nil {
		return err
	}
	return grantApp(ctx, pool, o.URL)
}

func migrateSQLite(ctx context.Context, path string, steps []Step) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the directory of the SQLite file: %w", err)
	}
	// SQLite would make it readable to everybody; its -wal and -shm take after it.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("opening the SQLite file that GATEHOUSE_DATABASE_URL or GATEHOUSE_DATA_DIR name: %w", err)
	}
	file.Close()
	db, err := sql.Open("sqlite", sqliteDSN(path, "_txlock=immediate"))
	if err != nil {
		return fmt.Errorf("opening SQLite to migrate: %w", err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	return apply(ctx, Target{Dialect: SQLite, SQL: db}, steps)
}

func apply(ctx context.Context, t Target, steps []Step) error {
	dialect := goose.DialectPostgres
	if t.Dialect == SQLite {
		dialect = goose.DialectSQLite3
	}
	files, err := fs.Sub(migrations.Files, string(t.Dialect))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, t.SQL, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	for _, step := range steps {
		if err := step(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// grantApp makes the role that owns nothing and bypasses nothing, lets the
// server's login take it, and gives it the tables. Audit entries are
// insert-only for it.
func grantApp(ctx context.Context, pool *pgxpool.Pool, serverURL string) error {
	config, err := pgxpool.ParseConfig(serverURL)
	if err != nil {
		return fmt.Errorf("GATEHOUSE_DATABASE_URL is not a Postgres address: %w", err)
	}
	login := quoteIdentifier(config.ConnConfig.User)
	for _, statement := range []string{
		`DO $$ BEGIN CREATE ROLE ` + appRole + ` NOLOGIN NOSUPERUSER NOBYPASSRLS; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
		`DO $$ BEGIN IF NOT pg_has_role(` + quoteLiteral(config.ConnConfig.User) + `, '` + appRole + `', 'MEMBER') THEN GRANT ` + appRole + ` TO ` + login + `; END IF; END $$`,
		`GRANT USAGE ON SCHEMA public TO ` + appRole,
		`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ` + appRole,
		`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ` + appRole,
		`REVOKE UPDATE, DELETE, TRUNCATE ON audit_events, audit_tiles, audit_checkpoints, audit_expiries FROM ` + appRole,
		// partitions are reached through their parent, whose policies guard them
		`DO $$ DECLARE part regclass; BEGIN FOR part IN SELECT oid FROM pg_class WHERE relispartition AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace LOOP EXECUTE format('REVOKE ALL ON %s FROM ` + appRole + `', part); END LOOP; END $$`,
	} {
		if _, err := pool.Exec(ctx, statement); err != nil {
			return fmt.Errorf("preparing the role %s: %w", appRole, err)
		}
	}
	return nil
}

func quoteIdentifier(s string) string {
	out := []byte{'"'}
	for i := range len(s) {
		if s[i] == '"' {
			out = append(out, '"')
		}
		out = append(out, s[i])
	}
	return string(append(out, '"'))
}
