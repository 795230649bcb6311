package db

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm/clause"
)

// direct is the connection of a Postgres transaction.
type direct struct {
	tx   *Tx
	conn *sql.Conn
}

// native is a model with the connection to use it on.
type native struct {
	*model
	direct
}

// nativeOf is how a table's rows are written and read without GORM; without a
// model where it cannot be: on SQLite, outside of a transaction, and for types
// that only GORM knows.
func nativeOf[T any](tx *Tx) native {
	d, ok := tx.direct()
	if !ok {
		return native{}
	}
	return native{modelOf[T](tx.gorm), d}
}

// direct is the transaction's connection, where it is one of Postgres.
func (tx *Tx) direct() (direct, bool) {
	conn, ok := tx.conn.(*sql.Conn)
	return direct{tx, conn}, ok
}

// row reads the one row of a named query; ErrNotFound where there is none.
func (d direct) row(text string, args []any, read func(*rawRow)) error {
	return d.query(text, args, func(rows pgx.Rows) error { return firstRaw(rows, read) })
}

// query runs one statement and hands its rows to read, which reads them to
// their end. What has to come first, the transaction's beginning and its scope,
// travels with it.
func (d direct) query(text string, args []any, read func(pgx.Rows) error) error {
	err := d.conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn()
		b := &pgx.Batch{}
		first := d.tx.lead(b)
		if first == 0 {
			return readAll(read)(c.Query(d.tx.ctx, text, args...))
		}
		b.Queue(text, args...)
		results := c.SendBatch(d.tx.ctx, b)
		defer results.Close()
		for range first {
			if _, err := results.Exec(); err != nil {
				return fmt.Errorf("beginning a transaction: %w", err)
			}
		}
		return readAll(read)(results.Query())
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNotFound
	case violatesUnique(err):
		return ErrDuplicate
	}
	return err
}

func readAll(read func(pgx.Rows) error) func(pgx.Rows, error) error {
	return func(rows pgx.Rows, err error) error {
		if err != nil {
			return err
		}
		defer rows.Close()
		if err := read(rows); err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	}
}

func (d direct) exec(text string, args []any) (changed int64, err error) {
	var all pgx.Rows
	err = d.query(text, args, func(rows pgx.Rows) error {
		all = rows
		return nil
	})
	if err == nil {
		changed = all.CommandTag().RowsAffected()
	}
	return changed, err
}

// later keeps a statement for the commit.
func (d direct) later(l later, text string, args ...any) {
	l.scope, l.sql, l.args = d.tx.scope, text, args
	d.tx.state.later = append(d.tx.state.later, l)
}

// run is exec of a statement that was put together.
func (n native) run(s *statement) (int64, error) {
	if s.err != nil {
		return 0, s.err
	}
	return n.exec(string(s.text), s.args)
}

// rows hands out the rows that a statement reads; row makes a zero one for each.
func (n native) rows(s *statement, row func() reflect.Value) error {
	if s.err != nil {
		return s.err
	}
	return n.query(string(s.text), s.args, func(rows pgx.Rows) error { return n.each(rows, row) })
}

func (n native) each(rows pgx.Rows, row func() reflect.Value) error {
	for rows.Next() {
		r := rawRow{fields: rows.FieldDescriptions(), values: rows.RawValues()}
		if n.read(n.tx.ctx, row(), &r); r.err != nil {
			return r.err
		}
	}
	return nil
}

// lists is the statement that reads the rows of q, locked in that strength; "":
// not at all.
func (n native) lists(kind ownership, strength string, q Query) *statement {
	s := n.selects(kind, q.Where)
	s.orderBy(q.order())
	if q.Limit > 0 {
		_, _ = s.WriteString(" LIMIT ")
		s.bind(q.Limit)
	}
	if strength != "" {
		_, _ = s.WriteString(" FOR " + strength)
	}
	return s
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
		n.tx.state.later = append(n.tx.state.later, later{scope: n.tx.scope, sql: n.insert(len(rows)), args: args, taken: taken, model: n.model, rows: len(rows), last: n.last})
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
