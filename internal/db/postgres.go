package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// appRole is what every connection of the server runs as: it neither owns the
// tables nor bypasses their policies. Migrate makes it.
const appRole = "gatehouse_app"

const defaultMaxConns = 16

func (d *DB) connectPostgres(ctx context.Context, o Options) (err error) {
	if d.pool, err = openPool(ctx, o.URL, o.MaxConns, "GATEHOUSE_DATABASE_URL"); err != nil {
		return err
	}
	d.write = poolConn(d.pool)
	d.read = d.write
	return d.refuseBypass(ctx)
}

// openPool makes connections to what a setting names, as the server's own role.
func openPool(ctx context.Context, address string, most int, setting string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("%s is not a Postgres address: %w", setting, err)
	}
	config.MaxConns = defaultMaxConns
	if most > 0 {
		config.MaxConns = int32(most)
	}
	config.MaxConnIdleTime = 5 * time.Minute
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET ROLE "+appRole)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connecting to Postgres: %w", err)
	}
	return pool, nil
}

func poolConn(pool *pgxpool.Pool) *sql.DB {
	conn := stdlib.OpenDBFromPool(pool)
	// The pool below keeps the connections; database/sql must not hold any back.
	conn.SetMaxIdleConns(0)
	return conn
}

// refuseBypass stops a server whose role could look past row security.
func (d *DB) refuseBypass(ctx context.Context) error {
	var bypass bool
	err := d.pool.QueryRow(ctx, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").Scan(&bypass)
	if err != nil {
		d.Close()
		return notTaken(err)
	}
	if bypass {
		d.Close()
		return fmt.Errorf("the role %s may bypass row security: ALTER ROLE %s NOSUPERUSER NOBYPASSRLS", appRole, appRole)
	}
	return nil
}

// notTaken says why there is no connection that has taken the role.
func notTaken(err error) error {
	if refusal := unreachable("GATEHOUSE_DATABASE_URL", err); refusal != nil {
		return refusal
	}
	return fmt.Errorf("taking the role %s (has `server migrate` run on this database?): %w", appRole, err)
}

// unreachable says in one line why the server that the setting names gives no
// connection; nil where that is not what err is about.
func unreachable(setting string, err error) error {
	var failed *pgconn.ConnectError
	if !errors.As(err, &failed) {
		return nil
	}
	at := net.JoinHostPort(failed.Config.Host, strconv.Itoa(int(failed.Config.Port)))
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return fmt.Errorf("connecting to Postgres at %s: it refuses what %s says: %s", at, setting, refused.Message)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(failed.Unwrap().Error()), "\n") // one line for each address that was tried
	return fmt.Errorf("connecting to Postgres at %s: start it, or correct %s: %s", at, setting, first)
}

func (d *DB) dialector() gorm.Dialector {
	if d.Dialect == SQLite {
		return sqliteDialector{conn: d.write}
	}
	return postgres.New(postgres.Config{Conn: d.write})
}
