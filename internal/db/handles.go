package db

import "gatehouse/internal/id"

// keyed is the primary-key column of every table but those that say otherwise
// by their own conditions.
func keyed[K ~string](key K) Cond { return Eq("id", string(key)) }

// OwnedTable reads and writes rows of one organization. K is its id's type.
type OwnedTable[T OwnedRow, K id.Kind] struct{ t table[T] }

// Get is the row with that id, or ErrNotFound.
func (h OwnedTable[T, K]) Get(tx OwnedScope, key K) (*T, error) {
	return h.t.first(tx.base(), owned, false, []Cond{keyed(key)})
}

// GetForUpdate is Get that keeps others from changing the row until the end.
func (h OwnedTable[T, K]) GetForUpdate(tx *OrgTx, key K) (*T, error) {
	return h.t.first(tx.base(), owned, true, []Cond{keyed(key)})
}

// First is a row that meets conds, or ErrNotFound.
func (h OwnedTable[T, K]) First(tx OwnedScope, conds ...Cond) (*T, error) {
	return h.t.first(tx.base(), owned, false, conds)
}

// List is the rows of q.
func (h OwnedTable[T, K]) List(tx OwnedScope, q Query) ([]T, error) {
	return h.t.list(tx.base(), owned, q)
}

// Count is how many rows meet conds.
func (h OwnedTable[T, K]) Count(tx OwnedScope, conds ...Cond) (int64, error) {
	return h.t.count(tx.base(), owned, conds)
}

// Insert adds a row to the transaction's organization; ErrDuplicate if its key is taken.
func (h OwnedTable[T, K]) Insert(tx *OrgTx, row *T) error {
	any(row).(ownable).setOrganization(tx.scope.org)
	return h.t.insert(tx.base(), row)
}

// InsertLater is Insert of a row with a fresh key that nothing in this
// transaction reads: it travels with the commit.
func (h OwnedTable[T, K]) InsertLater(tx *OrgTx, row *T) error {
	any(row).(ownable).setOrganization(tx.scope.org)
	return h.t.insertLater(tx.base(), row)
}

// InsertUniqueLater is InsertLater of a row with another key that somebody else
// may have: then the transaction ends in taken, here or as it commits.
func (h OwnedTable[T, K]) InsertUniqueLater(tx *OrgTx, row *T, taken error) error {
	any(row).(ownable).setOrganization(tx.scope.org)
	return h.t.insertUniqueLater(tx.base(), row, taken)
}

// InsertAll adds rows in few statements. Those whose key is taken are left out,
// without a word.
func (h OwnedTable[T, K]) InsertAll(tx *OrgTx, rows []T) error {
	for i := range rows {
		any(&rows[i]).(ownable).setOrganization(tx.scope.org)
	}
	return h.t.insertAll(tx.base(), rows)
}

// Update sets columns of one row if it still meets conds, and says how many it changed.
func (h OwnedTable[T, K]) Update(tx *OrgTx, key K, set Set, conds ...Cond) (int64, error) {
	return h.t.update(tx.base(), owned, set, append(conds, keyed(key)))
}

// UpdateWhere sets columns of all rows of the organization that meet conds.
func (h OwnedTable[T, K]) UpdateWhere(tx *OrgTx, set Set, conds ...Cond) (int64, error) {
	return h.t.update(tx.base(), owned, set, conds)
}

// Delete removes one row if it still meets conds.
func (h OwnedTable[T, K]) Delete(tx *OrgTx, key K, conds ...Cond) (int64, error) {
	return h.t.delete(tx.base(), owned, append(conds, keyed(key)))
}

// DeleteWhere removes all rows of the organization that meet conds.
func (h OwnedTable[T, K]) DeleteWhere(tx *OrgTx, conds ...Cond) (int64, error) {
	return h.t.delete(tx.base(), owned, conds)
}

// GlobalTable reads and writes rows that belong to no organization.
type GlobalTable[T GlobalRow, K ~string] struct{ t table[T] }

// Get is the row with that id, or ErrNotFound.
func (h GlobalTable[T, K]) Get(tx AnyScope, key K) (*T, error) {
	return h.t.first(tx.base(), global, false, []Cond{keyed(key)})
}

// GetForUpdate is Get that keeps others from changing the row until the end.
func (h GlobalTable[T, K]) GetForUpdate(tx AnyScope, key K) (*T, error) {
	return h.t.first(tx.base(), global, true, []Cond{keyed(key)})
}

// First is a row that meets conds, or ErrNotFound.
func (h GlobalTable[T, K]) First(tx AnyScope, conds ...Cond) (*T, error) {
	return h.t.first(tx.base(), global, false, conds)
}

// List is the rows of q.
func (h GlobalTable[T, K]) List(tx AnyScope, q Query) ([]T, error) {
	return h.t.list(tx.base(), global, q)
}

// Count is how many rows meet conds.
func (h GlobalTable[T, K]) Count(tx AnyScope, conds ...Cond) (int64, error) {
	return h.t.count(tx.base(), global, conds)
}

// Insert adds a row; ErrDuplicate if its key is taken.
func (h GlobalTable[T, K]) Insert(tx AnyScope, row *T) error { return h.t.insert(tx.base(), row) }

// InsertUniqueLater is Insert of a row that nothing in this transaction reads:
// it travels with the commit, and where its key is taken the transaction ends
// in taken, here or as it commits.
func (h GlobalTable[T, K]) InsertUniqueLater(tx AnyScope, row *T, taken error) error {
	return h.t.insertUniqueLater(tx.base(), row, taken)
}

// Update sets columns of one row if it still meets conds, and says how many it changed.
func (h GlobalTable[T, K]) Update(tx AnyScope, key K, set Set, conds ...Cond) (int64, error) {
	return h.t.update(tx.base(), global, set, append(conds, keyed(key)))
}

// UpdateLater sets columns of one row that the transaction has locked by
// GetForUpdate; it travels with the commit.
func (h GlobalTable[T, K]) UpdateLater(tx AnyScope, key K, set Set) error {
	return h.t.updateLater(tx.base(), global, set, []Cond{keyed(key)})
}

// UpdateWhere sets columns of all rows that meet conds.
func (h GlobalTable[T, K]) UpdateWhere(tx AnyScope, set Set, conds ...Cond) (int64, error) {
	return h.t.update(tx.base(), global, set, conds)
}

// Delete removes one row if it still meets conds.
func (h GlobalTable[T, K]) Delete(tx AnyScope, key K, conds ...Cond) (int64, error) {
	return h.t.delete(tx.base(), global, append(conds, keyed(key)))
}

// DeleteWhere removes all rows that meet conds.
func (h GlobalTable[T, K]) DeleteWhere(tx AnyScope, conds ...Cond) (int64, error) {
	return h.t.delete(tx.base(), global, conds)
}
