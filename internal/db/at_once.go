package db

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Part is one look-up or change that can travel with others (AtOnce).
type Part struct {
	alone func() error // by itself
	text  string       // else: its statement, where GORM is not needed for it
	args  []any
	read  func(pgx.Rows) error
}

// AtOnce makes parts in their order, each seeing what those before it did: on
// Postgres in one round trip. What was postponed stays so.
func AtOnce(tx AnyScope, parts ...Part) error {
	base := tx.base()
	d, ok := base.direct()
	if ok && !slices.ContainsFunc(parts, func(p Part) bool { return p.text == "" }) {
		return d.atOnce(parts)
	}
	for _, p := range parts {
		if err := p.alone(); err != nil {
			return err
		}
	}
	return nil
}

func (d direct) atOnce(parts []Part) error {
	return d.conn.Raw(func(driver any) error {
		b := &pgx.Batch{}
		first := d.tx.lead(b)
		for _, p := range parts {
			b.Queue(p.text, p.args...)
		}
		results := driver.(*stdlib.Conn).Conn().SendBatch(d.tx.ctx, b)
		defer results.Close()
		for range first {
			if _, err := results.Exec(); err != nil {
				return fmt.Errorf("beginning a transaction: %w", err)
			}
		}
		for _, p := range parts {
			if err := readAll(p.read)(results.Query()); err != nil {
				return err
			}
		}
		return nil
	})
}

// part is statement s, whose rows read takes.
func (n native) part(s *statement, read func(pgx.Rows) error, alone func() error) Part {
	if s.err != nil {
		return Part{alone: func() error { return s.err }}
	}
	return Part{alone: alone, text: string(s.text), args: s.args, read: read}
}

func (t table[T]) reads(tx *Tx, kind ownership, strength string, rows *[]T, q Query) Part {
	alone := func() (err error) {
		*rows, err = t.listed(tx, kind, strength, q)
		return err
	}
	n := nativeOf[T](tx)
	if n.model == nil {
		return Part{alone: alone}
	}
	return n.part(n.lists(kind, strength, q), func(all pgx.Rows) error { return n.each(all, appending(rows)) }, alone)
}

func (t table[T]) updates(tx *Tx, kind ownership, changed *int64, set Set, conds []Cond) Part {
	alone := func() (err error) {
		*changed, err = t.update(tx, kind, set, conds)
		return err
	}
	n := nativeOf[T](tx)
	if n.model == nil || len(conds) == 0 {
		return Part{alone: alone}
	}
	return n.part(n.updates(kind, set, conds), func(all pgx.Rows) error {
		all.Close()
		*changed = all.CommandTag().RowsAffected()
		return all.Err()
	}, alone)
}

// appending makes a zero row at the end of rows.
func appending[T any](rows *[]T) func() reflect.Value {
	return func() reflect.Value {
		*rows = append(*rows, *new(T))
		return reflect.ValueOf(&(*rows)[len(*rows)-1]).Elem()
	}
}

// Reads is List as a part.
func (h OwnedTable[T, K]) Reads(tx OwnedScope, rows *[]T, q Query) Part {
	return h.t.reads(tx.base(), owned, "", rows, q)
}

// Holds is Reads that keeps others from changing the rows until the end (Hold).
func (h OwnedTable[T, K]) Holds(tx *OrgTx, rows *[]T, q Query) Part {
	return h.t.reads(tx.base(), owned, "NO KEY UPDATE", rows, q)
}

// Updates is Update as a part.
func (h OwnedTable[T, K]) Updates(tx *OrgTx, changed *int64, key K, set Set, conds ...Cond) Part {
	return h.t.updates(tx.base(), owned, changed, set, append(conds, keyed(key)))
}

// Reads is List as a part.
func (h GlobalTable[T, K]) Reads(tx AnyScope, rows *[]T, q Query) Part {
	return h.t.reads(tx.base(), global, "", rows, q)
}

// Shares is Reads that keeps the rows as they are until the end; others may do
// so too.
func (h GlobalTable[T, K]) Shares(tx AnyScope, rows *[]T, q Query) Part {
	return h.t.reads(tx.base(), global, "SHARE", rows, q)
}
