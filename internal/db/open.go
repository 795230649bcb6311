package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"gatehouse/internal/seal"
)

// Dialect is which database it is.
type Dialect string

// The two databases.
const (
	Postgres Dialect = "postgres"
	SQLite   Dialect = "sqlite"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	Dialect Dialect
	Now     func() time.Time // the clock of transactions; tests may set it before use
	Rand    io.Reader

	pool  *pgxpool.Pool // Postgres alone
	write *sql.DB
	read  *sql.DB // the same as write on Postgres
	gorm  *gorm.DB

	replica *replica // nil: none is set

	keys   *seal.Keyring
	opened dataKeys

	apiKeys together[string, APIKeyRow]
	scim    together[scimAsk, scimFound]
	fresh   fresh   // Postgres alone
	links   links   // likewise
	commits commits // likewise
}

// Options say what to open.
type Options struct {
	// URL is postgres://… or sqlite:PATH.
	URL string
	// MigrateURL is the role that owns the tables; empty means URL.
	MigrateURL string
	// ReadURL is a replica's, postgres://…; empty where there is none.
	ReadURL string
	// Log hears whether the replica serves; nil is slog's default.
	Log *slog.Logger
	// MaxConns bounds the Postgres pool; 0 means 16.
	MaxConns int
	// Keys wrap the data keys that seal secrets at rest; nil where nothing is sealed.
	Keys *seal.Keyring
}

// Open connects. It does not migrate: Migrate does, and on Postgres must have
// run once before Open, because every connection takes the role it makes.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{Now: time.Now, Rand: rand.Reader, keys: o.Keys}
	if err := d.connect(ctx, o); err != nil {
		return nil, err
	}
	config := &gorm.Config{
		SkipDefaultTransaction: true, DisableAutomaticPing: true, DisableForeignKeyConstraintWhenMigrating: true,
		Logger: logger.Discard, TranslateError: true,
	}
	g, err := gorm.Open(d.dialector(), config)
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	d.gorm = g
	return d, nil
}

func (d *DB) connect(ctx context.Context, o Options) error {
	path, isFile := sqlitePath(o.URL)
	if isFile {
		d.Dialect = SQLite
		return d.connectSQLite(path)
	}
	d.Dialect = Postgres
	if err := d.connectPostgres(ctx, o); err != nil || o.ReadURL == "" {
		return err
	}
	return d.openReplica(ctx, o)
}

// Ping asks the database whether it answers.
func (d *DB) Ping(ctx context.Context) error { return d.write.PingContext(ctx) }

// Close ends all connections.
func (d *DB) Close() error {
	if d.read != nil && d.read != d.write {
		d.read.Close()
	}
	if d.write != nil {
		d.write.Close()
	}
	if d.pool != nil {
		d.pool.Close()
	}
	if d.replica != nil {
		d.replica.conn.Close()
		d.replica.pool.Close()
	}
	return nil
}

// now is the present instant as both databases keep it: UTC, microseconds.
func (d *DB) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }
