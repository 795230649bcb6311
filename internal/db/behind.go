package db

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"gatehouse/migrations"
)

// hasVersions asks whether the database was ever migrated.
var hasVersions = map[Dialect]string{
	SQLite:   `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version')`,
	Postgres: `SELECT to_regclass('public.goose_db_version') IS NOT NULL`,
}

// Behind reports whether there are migrations that this database has not seen.
func (d *DB) Behind(ctx context.Context) (bool, error) {
	newest, err := newestMigration(d.Dialect)
	if err != nil {
		return false, err
	}
	var migrated bool
	if err := d.read.QueryRowContext(ctx, hasVersions[d.Dialect]).Scan(&migrated); err != nil {
		return false, fmt.Errorf("looking for the database's version: %w", err)
	}
	if !migrated {
		return true, nil
	}
	var version int64
	err = d.read.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if err != nil {
		return false, fmt.Errorf("reading the database's version: %w", err)
	}
	return version < newest, nil
}

func newestMigration(d Dialect) (newest int64, err error) {
	files, err := fs.Glob(migrations.Files, string(d)+"/*.sql")
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		version, err := goose.NumericComponent(f)
		if err != nil {
			return 0, fmt.Errorf("reading the migrations: %w", err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}
