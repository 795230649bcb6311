// Package dbtest gives a test a fresh migrated database on each dialect:
// SQLite always, Postgres where GATEHOUSE_TEST_POSTGRES names a superuser's
// address (make test starts a cluster and sets it; in CI a missing one fails).
package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/seal"
	"gatehouse/migrations"
)

const variable = "GATEHOUSE_TEST_POSTGRES"

// Run runs fn as one subtest for each database.
func Run(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	OnPostgres(t, func(t *testing.T, address string) { fn(t, openPostgres(t, address)) })
}

// RunNodes runs fn with one database and a handle for each server that works on
// it: two with their own connections on Postgres, the one that SQLite can have.
func RunNodes(t *testing.T, fn func(t *testing.T, nodes []*db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, []*db.DB{SQLite(t)}) })
	OnPostgres(t, func(t *testing.T, address string) {
		fn(t, []*db.DB{openPostgres(t, address), openPostgres(t, address)})
	})
}

// OnPostgres runs fn as a subtest with the address of a fresh migrated
// database, for what only Postgres can do.
func OnPostgres(t *testing.T, fn func(t *testing.T, address string)) {
	t.Helper()
	if os.Getenv(variable) == "" && os.Getenv("CI") == "" {
		return // make check: fast tests, SQLite alone
	}
	t.Run("postgres", func(t *testing.T) { fn(t, PostgresURL(t)) })
}

// SQLite is a fresh database in the test's own directory.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.Options{URL: SQLiteURL(t)})
}

// SQLiteURL is the address of a fresh migrated SQLite file.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	address := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	if err := db.Migrate(t.Context(), db.Options{URL: address}, jobs.Migrate); err != nil {
		t.Fatal(err)
	}
	return address
}

// Postgres is a fresh database in the cluster that the environment names.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return openPostgres(t, PostgresURL(t))
}

func openPostgres(t testing.TB, address string) *db.DB {
	t.Helper()
	return open(t, db.Options{URL: address, MaxConns: 8})
}

func open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	keys, err := seal.NewKeyring([][]byte{make([]byte, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	o.Keys = keys
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// PostgresURL is the address of a fresh migrated Postgres database, copied
// from a template that the first caller makes.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(variable)
	if server == "" {
		t.Fatalf("%s is not set: `make test` starts Postgres and sets it", variable)
	}
	if err := template(server); err != nil {
		t.Fatal(err)
	}
	name := "t_" + strings.ToLower(strings.NewReplacer("/", "_").Replace(fmt.Sprintf("%x", sha256.Sum256([]byte(t.Name()+time.Now().String())))))[:20]
	if err := statement(server, "CREATE DATABASE "+name+" TEMPLATE "+templateName()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := statement(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	return withDatabase(server, name)
}

var made sync.Mutex

// template makes the migrated database that tests copy, once for each version
// of the migrations and whichever of the test processes comes first.
func template(server string) error {
	made.Lock()
	defer made.Unlock()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	const lock = 77120031
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return err
	}
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", templateName()).Scan(&exists); err != nil || exists {
		return err
	}
	building := templateName() + "_new"
	for _, s := range []string{"DROP DATABASE IF EXISTS " + building + " WITH (FORCE)", "CREATE DATABASE " + building} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	if err := db.Migrate(ctx, db.Options{URL: withDatabase(server, building)}, jobs.Migrate); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+building+" RENAME TO "+templateName())
	return err
}

var templateName = sync.OnceValue(func() string {
	h := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := fs.ReadFile(migrations.Files, path)
		fmt.Fprintf(h, "%s %d %s", path, len(content), content)
		return err
	})
	if err != nil {
		panic(err)
	}
	return "template_" + hex.EncodeToString(h.Sum(nil))[:12]
})

func statement(server, s string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, s)
	return err
}

func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}
