package db

import "fmt"

// Hold is Get that keeps others from changing the row until the end, and lets
// them point new rows at it meanwhile: FOR NO KEY UPDATE, where GetForUpdate is
// FOR UPDATE. A row on which much hangs (a group, a directory) is held so,
// because every INSERT below it takes FOR KEY SHARE on it.
func (h OwnedTable[T, K]) Hold(tx *OrgTx, key K, conds ...Cond) (*T, error) {
	return h.lock(tx, "NO KEY UPDATE", append(conds, keyed(key)))
}

// Hold is the same for a row that is nobody's, on which an organization's
// sessions, memberships and entries of the log hang.
func (h GlobalTable[T, K]) Hold(tx AnyScope, key K) (*T, error) {
	return h.t.locked(tx.base(), global, "NO KEY UPDATE", []Cond{keyed(key)})
}

// Share is Get that keeps the row as it is until the end; others may do so too.
func (h OwnedTable[T, K]) Share(tx *OrgTx, key K) (*T, error) {
	return h.lock(tx, "SHARE", []Cond{keyed(key)})
}

func (h OwnedTable[T, K]) lock(tx *OrgTx, strength string, conds []Cond) (*T, error) {
	return h.t.locked(tx.base(), owned, strength, conds)
}

// UpdateLater sets columns of one row that the transaction holds; it travels
// with the commit.
func (h OwnedTable[T, K]) UpdateLater(tx *OrgTx, key K, set Set) error {
	return h.t.updateLater(tx.base(), owned, set, []Cond{keyed(key)})
}

// InsertAllLater is Insert of rows with fresh keys that nothing in this
// transaction reads: they travel with the commit.
func (h OwnedTable[T, K]) InsertAllLater(tx *OrgTx, rows []T) error {
	for i := range rows {
		any(&rows[i]).(ownable).setOrganization(tx.scope.org)
	}
	return h.t.insertAllLater(tx.base(), rows)
}

// UpdateUnique is Update of columns that a unique index guards. A refusal is
// ErrDuplicate and leaves the transaction whole: on Postgres, which gives up a
// transaction at its first error, the statement has a savepoint of its own.
func (h OwnedTable[T, K]) UpdateUnique(tx *OrgTx, key K, set Set, conds ...Cond) (n int64, err error) {
	err = tx.savepoint(func() error {
		n, err = h.Update(tx, key, set, conds...)
		return err
	})
	return n, err
}

// savepoint takes back what fn did where it fails.
func (tx *Tx) savepoint(fn func() error) error {
	if tx.db.Dialect == SQLite {
		return fn() // a statement that fails takes itself back, and no more
	}
	if err := tx.session().Exec("SAVEPOINT attempt").Error; err != nil {
		return fmt.Errorf("setting a savepoint: %w", err)
	}
	if err := fn(); err != nil {
		if back := tx.session().Exec("ROLLBACK TO SAVEPOINT attempt").Error; back != nil {
			return fmt.Errorf("going back to a savepoint after %w: %w", err, back)
		}
		return err
	}
	return tx.session().Exec("RELEASE SAVEPOINT attempt").Error
}

// InsertAll adds rows with fresh keys, in few statements.
func (h MaybeTable[T, K]) InsertAll(tx *OrgTx, rows []T) error {
	for i := range rows {
		any(&rows[i]).(ownable).setOrganization(tx.scope.org)
	}
	return inSizes(rows, func(some []T) error { return translate(tx.session().Create(&some).Error) })
}

// InsertAllLater is InsertAll of rows that nothing in this transaction reads:
// they travel with the commit.
func (h MaybeTable[T, K]) InsertAllLater(tx *OrgTx, rows []T) error {
	for i := range rows {
		any(&rows[i]).(ownable).setOrganization(tx.scope.org)
	}
	return h.t.insertAllLater(tx.base(), rows)
}

// InsertAllDeployment adds rows with fresh keys that belong to the deployment,
// in one statement.
func (h MaybeTable[T, K]) InsertAllDeployment(tx *AllTx, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	return translate(tx.session().Create(&rows).Error)
}

// UpdateWhere sets columns of all rows of the transaction's organization (or,
// in an *AllTx, of the deployment) that meet conds.
func (h MaybeTable[T, K]) UpdateWhere(tx OwnedScope, set Set, conds ...Cond) (int64, error) {
	return h.t.update(tx.base(), maybeOwned, set, h.writable(tx, conds))
}

// DeleteWhere removes all rows of the transaction's organization (or, in an
// *AllTx, of the deployment) that meet conds.
func (h MaybeTable[T, K]) DeleteWhere(tx OwnedScope, conds ...Cond) (int64, error) {
	if len(conds) == 0 {
		return 0, errUnbounded
	}
	return h.t.delete(tx.base(), maybeOwned, h.writable(tx, conds))
}
