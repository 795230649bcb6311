package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
)

// txConn is the connection of one transaction: *sql.Tx on SQLite, *sql.Conn on
// Postgres, where BEGIN and the scope travel in one round trip.
type txConn = gorm.ConnPool

// InOrg runs fn in a write transaction of one organization and commits it when
// fn returns nil.
func (d *DB) InOrg(ctx context.Context, org id.Organization, who actor.Actor, fn func(*OrgTx) error) error {
	return d.run(ctx, scope{reach: reachOrg, org: org}, who, false, func(tx *Tx) error { return fn(&OrgTx{tx}) })
}

// InDeployment runs fn in a write transaction that reads across organizations.
// internal/arch lists the packages that may call it.
func (d *DB) InDeployment(ctx context.Context, who actor.Actor, fn func(*AllTx) error) error {
	return d.run(ctx, scope{reach: reachDeployment}, who, false, func(tx *Tx) error { return fn(&AllTx{tx}) })
}

// Tx runs fn in a write transaction over global rows; tx.In enters an organization.
func (d *DB) Tx(ctx context.Context, who actor.Actor, fn func(*Tx) error) error {
	return d.run(ctx, scope{}, who, false, fn)
}

// ReadOrg is InOrg for reading: it does not wait for SQLite's writer, and
// writes fail in it.
func (d *DB) ReadOrg(ctx context.Context, org id.Organization, fn func(*OrgTx) error) error {
	return d.run(ctx, scope{reach: reachOrg, org: org}, actor.Actor{}, true, func(tx *Tx) error { return fn(&OrgTx{tx}) })
}

// ReadDeployment is InDeployment for reading.
func (d *DB) ReadDeployment(ctx context.Context, fn func(*AllTx) error) error {
	return d.run(ctx, scope{reach: reachDeployment}, actor.Actor{}, true, func(tx *Tx) error { return fn(&AllTx{tx}) })
}

// Locate is a read-only transaction for the Locate… functions, which find whose
// a thing is.
func (d *DB) Locate(ctx context.Context, fn func(*AllTx) error) error {
	return d.run(ctx, scope{reach: reachLocate}, actor.Actor{}, true, func(tx *Tx) error { return fn(&AllTx{tx}) })
}

// Read runs fn over global rows without a transaction around it: each
// statement sees the newest committed state. It is the cheapest way to read
// one row, such as a session by its secret.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	tx := d.newTx(ctx, d.read, scope{}, actor.Actor{})
	tx.loose = true
	return fn(tx)
}

func (d *DB) newTx(ctx context.Context, conn txConn, s scope, who actor.Actor) *Tx {
	return &Tx{ctx: ctx, db: d, conn: conn, gorm: d.gorm, now: d.now(), who: who, scope: s, state: &txState{set: s}}
}

func (d *DB) run(ctx context.Context, s scope, who actor.Actor, readOnly bool, fn func(*Tx) error) error {
	if d.Dialect == SQLite {
		return d.runSQLite(ctx, s, who, readOnly, fn)
	}
	return d.runOn(ctx, d.write, s, who, readOnly, fn)
}

func (d *DB) runSQLite(ctx context.Context, s scope, who actor.Actor, readOnly bool, fn func(*Tx) error) error {
	pool := d.write
	if readOnly {
		pool = d.read
	}
	t, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	defer t.Rollback() // no-op once committed; also when fn panics
	if err := fn(d.newTx(ctx, t, s, who)); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// runOn runs fn on a connection of one of the Postgres pools.
func (d *DB) runOn(ctx context.Context, pool *sql.DB, s scope, who actor.Actor, readOnly bool, fn func(*Tx) error) (err error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("taking a connection: %w", err)
	}
	defer conn.Close()
	tx := d.newTx(ctx, conn, s, who)
	tx.state.set, tx.state.begin = scope{}, "BEGIN"
	if readOnly {
		tx.state.begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	committed := false
	defer func() {
		if !committed && tx.state.begin == "" {
			// The request may be over; the connection must not go back in mid-transaction.
			_ = simpleExec(context.WithoutCancel(ctx), conn, "ROLLBACK")
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.commit(conn); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	committed = true
	return nil
}

// start begins a transaction on Postgres, if it has not begun: the first
// statement of a handle takes that along (lead), and so saves a round trip, and
// one of GORM's does not.
func (tx *Tx) start() error {
	conn, ok := tx.conn.(*sql.Conn)
	if !ok || tx.state.begin == "" {
		return nil
	}
	begin := tx.state.begin
	if tx.scope.reach != reachGlobal {
		begin += ";" + setScopeSQL(tx.scope)
		tx.state.set = tx.scope
	}
	tx.state.begin = ""
	if err := simpleExec(tx.ctx, conn, begin); err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	return nil
}

// lead adds what has to come before a statement, and says of how many
// statements that is: the transaction's beginning, and the scope that row
// security shall admit.
func (tx *Tx) lead(b *pgx.Batch) int {
	if tx.state.begin != "" {
		b.Queue(tx.state.begin)
		tx.state.begin = ""
	}
	if tx.scope.reach != reachGlobal && tx.state.set != tx.scope {
		b.Queue(setScopeStatement, string(tx.scope.org), tx.scope.across())
		tx.state.set = tx.scope
	}
	return b.Len()
}

// simpleExec sends statements in one round trip by the simple protocol. COMMIT
// of a transaction that had failed answers ROLLBACK without an error, so the
// answer's tag is looked at.
func simpleExec(ctx context.Context, conn *sql.Conn, statements string) error {
	return conn.Raw(func(driver any) error {
		results, err := driver.(*stdlib.Conn).Conn().PgConn().Exec(ctx, statements).ReadAll()
		if err != nil {
			return err
		}
		if statements == "COMMIT" && len(results) == 1 && results[0].CommandTag.String() != "COMMIT" {
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
}

// enter makes row security admit what tx may see, if it does not already. A
// transaction over global rows needs nothing: policies guard other tables.
func (d *DB) enter(tx *Tx) error {
	conn, ok := tx.conn.(*sql.Conn)
	if !ok {
		return nil
	}
	if tx.state.begin != "" {
		return tx.start()
	}
	if tx.state.set == tx.scope {
		return nil
	}
	if err := simpleExec(tx.ctx, conn, setScopeSQL(tx.scope)); err != nil {
		return fmt.Errorf("setting the transaction's scope: %w", err)
	}
	tx.state.set = tx.scope
	return nil
}

// setScopeSQL is local to the transaction, so a pooled connection starts clean.
func setScopeSQL(s scope) string {
	return "SELECT set_config('app.organization_id', " + quoteLiteral(string(s.org)) + ", true), set_config('app.scope', '" + s.across() + "', true)"
}

// across is app.scope: the word by which policies admit reading every organization.
func (s scope) across() string {
	switch s.reach {
	case reachDeployment:
		return "deployment"
	case reachLocate:
		return "locate"
	}
	return ""
}

func quoteLiteral(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", "''") + "'"
}
