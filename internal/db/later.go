package db

import (
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// later is a write that nothing in its transaction reads and that cannot miss:
// a row with a fresh key, or an update of a row that the transaction has
// locked. On Postgres it waits and travels with the COMMIT, so that an audit
// entry costs no round trip of its own; on SQLite it is made at once.
type later struct {
	scope scope
	sql   string
	args  []any
}

// postpone builds a statement and keeps it for the commit.
func (tx *Tx) postpone(build func(*gorm.DB) *gorm.DB) error {
	if tx.loose {
		return errLoose
	}
	if _, ok := tx.conn.(*sql.Conn); !ok {
		return translate(build(tx.session()).Error)
	}
	g := tx.gorm.Session(&gorm.Session{NewDB: true, Context: tx.ctx, NowFunc: tx.Now, DryRun: true})
	g.Statement.ConnPool = tx.conn
	built := build(g)
	if built.Error != nil {
		return translate(built.Error)
	}
	tx.state.later = append(tx.state.later, later{tx.scope, built.Statement.SQL.String(), built.Statement.Vars})
	return nil
}

// commit sends what was postponed and the COMMIT in one round trip. A
// statement that fails stops those behind it, the COMMIT too.
func (tx *Tx) commit(conn *sql.Conn) error {
	if len(tx.state.later) == 0 {
		return simpleExec(tx.ctx, conn, "COMMIT")
	}
	return conn.Raw(func(driver any) error {
		results := driver.(*stdlib.Conn).Conn().SendBatch(tx.ctx, tx.batch())
		return results.Close()
	})
}

func (tx *Tx) batch() *pgx.Batch {
	b := &pgx.Batch{}
	set := tx.state.set
	for _, l := range tx.state.later {
		if l.scope.reach != reachGlobal && l.scope != set {
			b.Queue("SELECT set_config('app.organization_id', $1, true), set_config('app.scope', $2, true)", string(l.scope.org), l.scope.across())
			set = l.scope
		}
		b.Queue(l.sql, l.args...)
	}
	b.Queue("COMMIT")
	return b
}
