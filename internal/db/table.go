package db

import (
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Query says which rows of a table, in which order.
type Query struct {
	Where []Cond
	// Order is by these columns; a leading "-" means descending. Empty: by id.
	Order []string
	Limit int // 0: no limit, for lists that are bounded by their nature
}

// table holds what the three handles share. Every call builds its own session;
// scoped adds the organization.
type table[T any] struct{}

func (table[T]) where(tx *Tx, kind ownership, conds []Cond) *gorm.DB {
	var model T
	g := tx.session().Model(&model)
	for _, c := range conds {
		g = g.Where(c.expr)
	}
	return scoped(g, tx, kind)
}

func (t table[T]) first(tx *Tx, kind ownership, lock bool, conds []Cond) (*T, error) {
	strength := ""
	if lock {
		strength = clause.LockingStrengthUpdate
	}
	return t.locked(tx, kind, strength, conds)
}

// locked is a row that meets conds, locked in that strength; "": not at all.
func (t table[T]) locked(tx *Tx, kind ownership, strength string, conds []Cond) (*T, error) {
	if n := nativeOf[T](tx); n.model != nil {
		s := n.selects(kind, conds)
		_, _ = s.WriteString(" LIMIT 1")
		if strength != "" {
			_, _ = s.WriteString(" FOR " + strength)
		}
		var row *T
		err := n.rows(s, func() reflect.Value {
			row = new(T)
			return reflect.ValueOf(row).Elem()
		})
		if err == nil && row == nil {
			err = ErrNotFound
		}
		return row, err
	}
	g := t.where(tx, kind, conds)
	if strength != "" && tx.db.Dialect == Postgres { // SQLite's writer is alone already
		g = g.Clauses(clause.Locking{Strength: strength})
	}
	var row T
	if err := translate(g.Take(&row).Error); err != nil {
		return nil, err
	}
	return &row, nil
}

func (q Query) order() []string {
	if len(q.Order) == 0 {
		return []string{"id"}
	}
	return q.Order
}

func (t table[T]) list(tx *Tx, kind ownership, q Query) ([]T, error) {
	return t.listed(tx, kind, "", q)
}

// listed is list of rows locked in that strength; "": not at all.
func (t table[T]) listed(tx *Tx, kind ownership, strength string, q Query) ([]T, error) {
	rows := []T{}
	if n := nativeOf[T](tx); n.model != nil {
		err := n.rows(n.lists(kind, strength, q), appending(&rows))
		return rows, err
	}
	g := t.where(tx, kind, q.Where)
	if strength != "" && tx.db.Dialect == Postgres { // SQLite's writer is alone already
		g = g.Clauses(clause.Locking{Strength: strength})
	}
	for _, name := range q.order() {
		descending := name[0] == '-'
		if descending {
			name = name[1:]
		}
		g = g.Order(clause.OrderByColumn{Column: column(name), Desc: descending})
	}
	if q.Limit > 0 {
		g = g.Limit(q.Limit)
	}
	err := g.Find(&rows).Error
	return rows, translate(err)
}

func (t table[T]) count(tx *Tx, kind ownership, conds []Cond) (int64, error) {
	var n int64
	err := t.where(tx, kind, conds).Count(&n).Error
	return n, translate(err)
}

// insert uses ON CONFLICT DO NOTHING, so that a taken key is an answer and not
// a broken transaction (Postgres aborts one at the first error).
func (table[T]) insert(tx *Tx, row *T) error {
	if n := nativeOf[T](tx); n.model != nil {
		added, err := n.insertNow(reflect.ValueOf(row))
		if err == nil && added == 0 {
			err = ErrDuplicate
		}
		return err
	}
	result := tx.session().Clauses(clause.OnConflict{DoNothing: true}).Create(row)
	if result.Error != nil {
		return translate(result.Error)
	}
	if result.RowsAffected == 0 {
		return ErrDuplicate
	}
	return nil
}

// insertAll is insert of several rows, of which some may be there already.
func (table[T]) insertAll(tx *Tx, rows []T) error {
	return inSizes(rows, func(some []T) error {
		if n := nativeOf[T](tx); n.model != nil {
			_, err := n.insertNow(pointers(some)...)
			return err
		}
		return translate(tx.session().Clauses(clause.OnConflict{DoNothing: true}).Create(&some).Error)
	})
}

// sizes are how many rows one statement inserts: as few statements as can be,
// of five texts, because each connection prepares each text once, and a
// text of thousands of parameters is dear to prepare.
var sizes = []int{256, 64, 16, 4, 1}

func inSizes[T any](rows []T, insert func([]T) error) error {
	for _, size := range sizes {
		for len(rows) >= size {
			if err := insert(rows[:size:size]); err != nil {
				return err
			}
			rows = rows[size:]
		}
	}
	return nil
}

// insertAllLater is insertLater of several rows.
func (table[T]) insertAllLater(tx *Tx, rows []T) error {
	return inSizes(rows, func(some []T) error {
		if n := nativeOf[T](tx); n.model != nil {
			return n.postpone(nil, pointers(some)...)
		}
		return tx.postpone(func(g *gorm.DB) *gorm.DB { return g.Create(&some) })
	})
}

func pointers[T any](rows []T) []reflect.Value {
	list := make([]reflect.Value, len(rows))
	for i := range rows {
		list[i] = reflect.ValueOf(&rows[i])
	}
	return list
}

// insertLater is insert of a row whose key nobody else makes; see later.go.
func (table[T]) insertLater(tx *Tx, row *T) error {
	if n := nativeOf[T](tx); n.model != nil {
		return n.postpone(nil, reflect.ValueOf(row))
	}
	return tx.postpone(func(g *gorm.DB) *gorm.DB { return g.Create(row) })
}

// insertUniqueLater is insert of a row with a key that somebody else may have:
// the transaction then ends in taken.
func (table[T]) insertUniqueLater(tx *Tx, row *T, taken error) error {
	if n := nativeOf[T](tx); n.model != nil {
		return n.postpone(taken, reflect.ValueOf(row))
	}
	return tx.postponeUnless(taken, func(g *gorm.DB) *gorm.DB { return g.Create(row) })
}

// updateLater is update of one row that the transaction has locked.
func (t table[T]) updateLater(tx *Tx, kind ownership, set Set, conds []Cond) error {
	if n := nativeOf[T](tx); n.model != nil {
		s := n.updates(kind, set, conds)
		tx.state.later = append(tx.state.later, later{scope: tx.scope, sql: string(s.text), args: s.args})
		return s.err
	}
	return tx.postpone(func(g *gorm.DB) *gorm.DB {
		var model T
		g = g.Model(&model)
		for _, c := range conds {
			g = g.Where(c.expr)
		}
		return scoped(g, tx, kind).Updates(map[string]any(set))
	})
}

func (t table[T]) update(tx *Tx, kind ownership, set Set, conds []Cond) (int64, error) {
	if len(conds) == 0 {
		return 0, errUnbounded
	}
	if n := nativeOf[T](tx); n.model != nil {
		return n.run(n.updates(kind, set, conds))
	}
	result := t.where(tx, kind, conds).Updates(map[string]any(set))
	return result.RowsAffected, translate(result.Error)
}

func (t table[T]) delete(tx *Tx, kind ownership, conds []Cond) (int64, error) {
	if len(conds) == 0 {
		return 0, errUnbounded
	}
	if n := nativeOf[T](tx); n.model != nil {
		s := &statement{table: n.table, text: []byte("DELETE FROM " + n.table)}
		s.where(tx, kind, conds)
		return n.run(s)
	}
	var model T
	result := t.where(tx, kind, conds).Delete(&model)
	return result.RowsAffected, translate(result.Error)
}

var (
	errUnbounded = errors.New("db: an update or a delete without a condition")
	errLoose     = errors.New("db: a scope was entered within Read; use Locate, ReadOrg or a transaction")
	errNoScope   = errors.New("db: an organization's rows were asked for outside every organization")
)

// ownership is how a table's rows belong to organizations.
type ownership int

const (
	global ownership = iota
	owned
	maybeOwned
	inherited // an organization's own and the deployment's
)

// scoped adds the organization to a statement of GORM's.
func scoped(g *gorm.DB, tx *Tx, kind ownership) *gorm.DB {
	mine, err := ofScope(tx, kind)
	if err != nil {
		_ = g.AddError(fmt.Errorf("%w: %T", err, g.Statement.Model))
	}
	if mine != nil {
		g = g.Where(mine)
	}
	return g
}

// ofScope is the condition that a row is one of those that tx may touch: nil
// where that is all of them. It is the one place that says so.
func ofScope(tx *Tx, kind ownership) (clause.Expression, error) {
	if kind == global {
		return nil, nil
	}
	switch tx.scope.reach {
	case reachOrg:
		mine := clause.Eq{Column: column("organization_id"), Value: tx.scope.org}
		if kind == inherited {
			return clause.Or(mine, clause.Eq{Column: column("organization_id")}), nil
		}
		return mine, nil
	case reachDeployment, reachLocate:
		return nil, nil
	}
	return nil, errNoScope
}
