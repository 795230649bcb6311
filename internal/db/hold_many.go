package db

import "gorm.io/gorm/clause"

// HoldAll is the rows that meet conds in the order of a column, and keeps
// others from changing them until the end. Two transactions that hold many of
// the same come one after the other, because both begin with the first.
func (h OwnedTable[T, K]) HoldAll(tx *OrgTx, order string, conds ...Cond) ([]T, error) {
	return h.locked(tx, clause.Locking{Strength: "NO KEY UPDATE"}, order, conds)
}

// ShareFree is those rows of keys, by id, that nobody is changing at this
// moment, and keeps them as they are until the end. It waits for nobody, so
// that whoever holds something else already may call it.
func (h OwnedTable[T, K]) ShareFree(tx *OrgTx, keys []K) ([]T, error) {
	return h.locked(tx, clause.Locking{Strength: "SHARE", Options: "SKIP LOCKED"}, "id", []Cond{In("id", keys)})
}

// HoldFree is Hold that waits for nobody: what somebody is changing at this
// moment is ErrNotFound, like what is not there.
func (h OwnedTable[T, K]) HoldFree(tx *OrgTx, key K) (*T, error) {
	rows, err := h.locked(tx, clause.Locking{Strength: "NO KEY UPDATE", Options: "SKIP LOCKED"}, "id", []Cond{keyed(key)})
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

func (h OwnedTable[T, K]) locked(tx *OrgTx, lock clause.Locking, order string, conds []Cond) ([]T, error) {
	g := h.t.where(tx.base(), owned, conds).Order(clause.OrderByColumn{Column: column(order)})
	if tx.db.Dialect == Postgres { // SQLite's writer is alone already
		g = g.Clauses(lock)
	}
	rows := []T{}
	err := g.Find(&rows).Error
	return rows, translate(err)
}
