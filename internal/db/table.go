package db

import (
	"errors"
	"fmt"

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
	g := t.where(tx, kind, conds)
	if lock && tx.db.Dialect == Postgres { // SQLite's writer is alone already
		g = g.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	var row T
	if err := translate(g.Take(&row).Error); err != nil {
		return nil, err
	}
	return &row, nil
}

func (t table[T]) list(tx *Tx, kind ownership, q Query) ([]T, error) {
	g := t.where(tx, kind, q.Where)
	order := q.Order
	if len(order) == 0 {
		order = []string{"id"}
	}
	for _, name := range order {
		descending := name[0] == '-'
		if descending {
			name = name[1:]
		}
		g = g.Order(clause.OrderByColumn{Column: column(name), Desc: descending})
	}
	if q.Limit > 0 {
		g = g.Limit(q.Limit)
	}
	rows := []T{}
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

// insertLater is insert of a row whose key nobody else makes; see later.go.
func (table[T]) insertLater(tx *Tx, row *T) error {
	return tx.postpone(func(g *gorm.DB) *gorm.DB { return g.Create(row) })
}

// insertUniqueLater is insert of a row with a key that somebody else may have:
// the transaction then ends in taken.
func (table[T]) insertUniqueLater(tx *Tx, row *T, taken error) error {
	return tx.postponeUnless(taken, func(g *gorm.DB) *gorm.DB { return g.Create(row) })
}

// updateLater is update of one row that the transaction has locked.
func (t table[T]) updateLater(tx *Tx, kind ownership, set Set, conds []Cond) error {
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
	result := t.where(tx, kind, conds).Updates(map[string]any(set))
	return result.RowsAffected, translate(result.Error)
}

func (t table[T]) delete(tx *Tx, kind ownership, conds []Cond) (int64, error) {
	if len(conds) == 0 {
		return 0, errUnbounded
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

// scoped adds the organization to a statement. It is the one place that does.
func scoped(g *gorm.DB, tx *Tx, kind ownership) *gorm.DB {
	if kind == global {
		return g
	}
	switch tx.scope.reach {
	case reachOrg:
		if kind == inherited {
			return g.Where(clause.Or(clause.Eq{Column: column("organization_id"), Value: tx.scope.org}, clause.Eq{Column: column("organization_id")}))
		}
		return g.Where(clause.Eq{Column: column("organization_id"), Value: tx.scope.org})
	case reachDeployment, reachLocate:
		return g
	}
	_ = g.AddError(fmt.Errorf("%w: %T", errNoScope, g.Statement.Model))
	return g
}
