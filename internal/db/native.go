package db

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm/clause"
)

// native is a model with the connection of a Postgres transaction.
type native struct {
	*model
	tx   *Tx
	conn *sql.Conn
}

// nativeOf is how a table's rows are written and read without GORM; without a
// model where it cannot be: on SQLite, outside of a transaction, and for types
// that only GORM knows.
func nativeOf[T any](tx *Tx) native {
	conn, ok := tx.conn.(*sql.Conn)
	if !ok {
		return native{}
	}
	return native{modelOf[T](tx.gorm), tx, conn}
}

// on runs fn on the connection, once row security admits what tx may see.
func (n native) on(fn func(context.Context, *pgx.Conn) error) error {
	if n.tx.scope.reach != reachGlobal {
		if err := n.tx.db.enter(n.tx); err != nil {
			return err
		}
	}
	err := n.conn.Raw(func(driver any) error { return fn(n.tx.ctx, driver.(*stdlib.Conn).Conn()) })
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNotFound
	case violatesUnique(err):
		return ErrDuplicate
	}
	return err
}

func (n native) exec(text string, args []any) (changed int64, err error) {
	err = n.on(func(ctx context.Context, c *pgx.Conn) error {
		var tag pgconn.CommandTag
		tag, err := c.Exec(ctx, text, args...)
		changed = tag.RowsAffected()
		return err
	})
	return changed, err
}

// run is exec of a statement that was put together.
func (n native) run(s *statement) (int64, error) {
	if s.err != nil {
		return 0, s.err
	}
	return n.exec(string(s.text), s.args)
}

// query hands out the rows that a statement reads, which each fills a zero row.
func (n native) query(s *statement, row func() reflect.Value) error {
	if s.err != nil {
		return s.err
	}
	return n.on(func(ctx context.Context, c *pgx.Conn) error {
		rows, err := c.Query(ctx, string(s.text), s.args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r := rawRow{fields: rows.FieldDescriptions(), values: rows.RawValues()}
			if n.read(ctx, row(), &r); r.err != nil {
				return r.err
			}
		}
		return rows.Err()
	})
}

func (n native) selects(kind ownership, conds []Cond) *statement {
	s := &statement{table: n.table, text: make([]byte, 0, 512)}
	_, _ = s.WriteString("SELECT " + n.list + " FROM " + n.table)
	s.where(n.tx, kind, conds)
	return s
}

// insertArgs are the values of rows: a pointer to each.
func (n native) insertArgs(rows ...reflect.Value) (args []any, err error) {
	args = make([]any, 0, len(rows)*len(n.columns))
	for _, row := range rows {
		if args, err = n.appendArgs(n.tx.ctx, args, row.Elem(), n.tx.now); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// postpone keeps the insertion of rows for the commit.
func (n native) postpone(taken error, rows ...reflect.Value) error {
	args, err := n.insertArgs(rows...)
	if err == nil {
		n.tx.state.later = append(n.tx.state.later, later{n.tx.scope, n.insert(len(rows)), args, taken})
	}
	return err
}

// insertNow adds rows, less those whose key is taken.
func (n native) insertNow(rows ...reflect.Value) (int64, error) {
	args, err := n.insertArgs(rows...)
	if err != nil {
		return 0, err
	}
	return n.exec(n.insert(len(rows))+" ON CONFLICT DO NOTHING", args)
}

// updates is the statement that sets columns; what says when a row was changed
// last moves along.
func (n native) updates(kind ownership, set Set, conds []Cond) *statement {
	s := &statement{table: n.table, text: make([]byte, 0, 256)}
	_, _ = s.WriteString("UPDATE " + n.table + " SET ")
	first := true
	assign := func(name string, value any) {
		if !first {
			_ = s.WriteByte(',')
		}
		first = false
		_, _ = s.WriteString(name + "=")
		s.AddVar(s, value)
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		c := n.byName[name]
		switch {
		case c == nil:
			assign(quoted(name), set[name])
		case c.field.Updatable:
			assign(c.quoted, set[name])
		}
	}
	for i := range n.columns {
		c := &n.columns[i]
		if c.field.AutoUpdateTime > 0 && set[c.name] == nil && set[c.field.Name] == nil {
			assign(c.quoted, n.tx.now)
		}
	}
	s.where(n.tx, kind, conds)
	return s
}

// orderBy adds columns; a leading "-" means descending.
func (s *statement) orderBy(order []string) {
	for i, name := range order {
		text, descending := ",", false
		if i == 0 {
			text = " ORDER BY "
		}
		if name[0] == '-' {
			name, descending = name[1:], true
		}
		text += quoted(name)
		if descending {
			text += " DESC"
		}
		_, _ = s.WriteString(text)
	}
}

var _ clause.Builder = (*statement)(nil)
