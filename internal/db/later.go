package db

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// later is a write that nothing in its transaction reads and that cannot miss:
// a row with a fresh key, or an update of a row that the transaction has
// locked. One that can (a name that somebody else may have) says by taken what
// the transaction then ends in. On Postgres it waits and travels with the COMMIT, so that an audit
// entry costs no round trip of its own; on SQLite it is made at once.
type later struct {
	scope scope
	sql   string
	args  []any
	taken error

	model *model                              // of the rows that it adds; nil: it does something else
	rows  int                                 // that it adds
	add   func(one, other []any) (both []any) // the arguments for what two of them do, where one can; nil: none can
	apart bool                                // it is written in its scope, also where that is no organization's
	last  bool                                // nothing in the database hangs on it: it may come behind all others
}

// postpone builds a statement and keeps it for the commit.
func (tx *Tx) postpone(build func(*gorm.DB) *gorm.DB) error { return tx.postponeUnless(nil, build) }

func (tx *Tx) postponeUnless(taken error, build func(*gorm.DB) *gorm.DB) error {
	if tx.loose {
		return errLoose
	}
	if _, ok := tx.conn.(*sql.Conn); !ok {
		err := translate(build(tx.session()).Error)
		if taken != nil && errors.Is(err, ErrDuplicate) {
			return taken
		}
		return err
	}
	g := tx.gorm.Session(&gorm.Session{NewDB: true, Context: tx.ctx, NowFunc: tx.Now, DryRun: true})
	g.Statement.ConnPool = tx.conn
	built := build(g)
	if built.Error != nil {
		return translate(built.Error)
	}
	tx.state.later = append(tx.state.later, later{scope: tx.scope, sql: built.Statement.SQL.String(), args: built.Statement.Vars, taken: taken})
	return nil
}

// Flush makes the writes that were postponed so far, for a step that reads them.
func (tx *Tx) Flush() error {
	conn, ok := tx.conn.(*sql.Conn)
	if !ok || len(tx.state.later) == 0 {
		return nil
	}
	waiting := tx.state.later
	tx.state.later = nil
	return tx.send(conn, merged([][]later{waiting}), "")
}

// commit sends what was postponed and the COMMIT in one round trip. A
// statement that fails stops those behind it, the COMMIT too.
func (tx *Tx) commit(conn *sql.Conn) error {
	switch {
	case len(tx.state.later) == 0 && tx.state.begin != "":
		return nil // nothing was asked of the database
	case len(tx.state.later) == 0:
		return simpleExec(tx.ctx, conn, "COMMIT")
	case tx.joins():
		return tx.db.commits.commit(tx, conn)
	}
	return tx.commitLater(conn)
}

func (tx *Tx) commitLater(conn *sql.Conn) error {
	return tx.send(conn, merged([][]later{tx.state.later}), "COMMIT")
}

// send makes writes, and then what is last, in one round trip.
func (tx *Tx) send(conn *sql.Conn, writes []later, last string) error {
	return conn.Raw(func(driver any) error {
		b, taken := tx.batch(writes, last)
		results := driver.(*stdlib.Conn).Conn().SendBatch(tx.ctx, b)
		for _, say := range taken {
			if _, err := results.Exec(); err != nil {
				_ = results.Close()
				if say != nil && violatesUnique(err) {
					return say
				}
				return err
			}
		}
		return results.Close()
	})
}

// batch is the writes with the scopes that they need, and for each statement
// what a taken key in it means.
func (tx *Tx) batch(writes []later, last string) (*pgx.Batch, []error) {
	b, taken := &pgx.Batch{}, make([]error, 0, len(writes)+3)
	if tx.state.begin != "" {
		b.Queue(tx.state.begin)
		tx.state.begin = ""
		taken = append(taken, nil)
	}
	for _, l := range writes {
		if (l.scope.reach != reachGlobal || l.apart) && l.scope != tx.state.set {
			b.Queue(setScopeStatement, string(l.scope.org), l.scope.across())
			tx.state.set = l.scope
			taken = append(taken, nil)
		}
		b.Queue(l.sql, l.args...)
		taken = append(taken, l.taken)
	}
	if last != "" {
		b.Queue(last)
		taken = append(taken, nil)
	}
	return b, taken
}
