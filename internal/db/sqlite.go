package db

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqlitePath is the file behind a sqlite:PATH address.
func sqlitePath(address string) (path string, ok bool) { return strings.CutPrefix(address, "sqlite:") }

// connectSQLite opens one writer and a pool of readers. Transactions of the
// writer are IMMEDIATE: a deferred one that reads and then writes fails under
// load whatever busy_timeout says.
func (d *DB) connectSQLite(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the directory of the SQLite file: %w", err)
	}
	err := foldInSQLite()
	if err != nil {
		return err
	}
	if d.write, err = sql.Open("sqlite", sqliteDSN(path, "_txlock=immediate")); err != nil {
		return fmt.Errorf("opening SQLite: %w", err)
	}
	d.write.SetMaxOpenConns(1)
	if d.read, err = sql.Open("sqlite", sqliteDSN(path, "_pragma=query_only(1)")); err != nil {
		return fmt.Errorf("opening SQLite: %w", err)
	}
	readers := max(2, runtime.GOMAXPROCS(0))
	d.read.SetMaxOpenConns(readers)
	d.read.SetMaxIdleConns(readers)
	return nil
}

// sqliteDSN is a file in WAL mode. synchronous is FULL because a 2xx must
// survive the machine, not only the process.
func sqliteDSN(path, more string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_time_format=sqlite&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=cache_size(-4000)&" + more
}

// sqliteDialector is what GORM needs to know of SQLite here: names, binding,
// quoting and error codes. Tables are made by the migrations, never by GORM.
type sqliteDialector struct{ conn gorm.ConnPool }

func (sqliteDialector) Name() string { return string(SQLite) }

func (s sqliteDialector) Initialize(g *gorm.DB) error {
	callbacks.RegisterDefaultCallbacks(g, &callbacks.Config{})
	g.ConnPool = s.conn
	return nil
}

func (s sqliteDialector) Migrator(g *gorm.DB) gorm.Migrator {
	return migrator.Migrator{Config: migrator.Config{DB: g, Dialector: s}}
}

func (sqliteDialector) DataTypeOf(f *schema.Field) string { return string(f.DataType) }

func (sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

func (sqliteDialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

func (sqliteDialector) QuoteTo(w clause.Writer, name string) {
	for i, part := range strings.Split(name, ".") {
		if i > 0 {
			_ = w.WriteByte('.')
		}
		_, _ = w.WriteString(strconv.Quote(part))
	}
}

func (sqliteDialector) Explain(query string, vars ...any) string {
	return logger.ExplainSQL(query, nil, `'`, vars...)
}

// Translate turns SQLite's codes into GORM's errors.
func (sqliteDialector) Translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return gorm.ErrDuplicatedKey
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return gorm.ErrForeignKeyViolated
	}
	return err
}
