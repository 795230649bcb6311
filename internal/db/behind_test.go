package db_test

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// A database that an older version left must be told apart from a current one.
func TestBehindWhereAMigrationIsMissing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		if behind, err := d.Behind(t.Context()); err != nil || behind {
			t.Fatalf("migrated: %v, %v", behind, err)
		}
		_, conn := d.Pools()
		if _, err := conn.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id > 0"); err != nil {
			t.Fatal(err)
		}
		if behind, err := d.Behind(t.Context()); err != nil || !behind {
			t.Errorf("not migrated: %v, %v", behind, err)
		}
	})
}

// The file holds everybody's addresses: no other user of the machine reads it.
func TestTheSQLiteFileIsOursAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // has no such permission bits
	}
	path := strings.TrimPrefix(dbtest.SQLiteURL(t), "sqlite:")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
