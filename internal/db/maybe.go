package db

import "gatehouse/internal/id"

// MaybeTable reads and writes rows that belong to one organization or, with no
// organization, to the deployment. An *OrgTx sees its organization's; an
// *AllTx sees all, and writes the deployment's own.
type MaybeTable[T MaybeOwnedRow, K id.Kind] struct{ t table[T] }

// Get is the row with that id, or ErrNotFound.
func (h MaybeTable[T, K]) Get(tx OwnedScope, key K) (*T, error) {
	return h.t.first(tx.base(), maybeOwned, false, []Cond{keyed(key)})
}

// First is a row that meets conds, or ErrNotFound.
func (h MaybeTable[T, K]) First(tx OwnedScope, conds ...Cond) (*T, error) {
	return h.t.first(tx.base(), maybeOwned, false, conds)
}

// List is the rows of q.
func (h MaybeTable[T, K]) List(tx OwnedScope, q Query) ([]T, error) {
	return h.t.list(tx.base(), maybeOwned, q)
}

// Count is how many rows meet conds.
func (h MaybeTable[T, K]) Count(tx OwnedScope, conds ...Cond) (int64, error) {
	return h.t.count(tx.base(), maybeOwned, conds)
}

// Insert adds a row to the transaction's organization; ErrDuplicate if its key is taken.
func (h MaybeTable[T, K]) Insert(tx *OrgTx, row *T) error {
	any(row).(ownable).setOrganization(tx.scope.org)
	return h.t.insert(tx.base(), row)
}

// InsertDeployment adds a row that belongs to the deployment. Row security lets
// an *AllTx do that, and any transaction for the audit log.
func (h MaybeTable[T, K]) InsertDeployment(tx AnyScope, row *T) error {
	return h.t.insert(tx.base(), row)
}

// InsertLater is Insert of a row with a fresh key that nothing in this
// transaction reads: it travels with the commit.
func (h MaybeTable[T, K]) InsertLater(tx *OrgTx, row *T) error {
	any(row).(ownable).setOrganization(tx.scope.org)
	return h.t.insertLater(tx.base(), row)
}

// InsertDeploymentLater is InsertDeployment in the same way. It is written in no
// organization's scope, whichever the transaction is in: what the database decides
// by that, such as how long an entry is kept, is the deployment's to say.
func (h MaybeTable[T, K]) InsertDeploymentLater(tx AnyScope, row *T) error {
	own := *tx.base()
	own.scope = scope{}
	from := len(own.state.later)
	err := h.t.insertLater(&own, row)
	for i := from; i < len(own.state.later); i++ {
		own.state.later[i].apart = true
	}
	return err
}

// Update sets columns of one row of the transaction's organization (or, in an
// *AllTx, of the deployment) if it still meets conds.
func (h MaybeTable[T, K]) Update(tx OwnedScope, key K, set Set, conds ...Cond) (int64, error) {
	return h.t.update(tx.base(), maybeOwned, set, h.writable(tx, append(conds, keyed(key))))
}

// Delete removes one row of the transaction's organization (or, in an *AllTx,
// of the deployment) if it still meets conds.
func (h MaybeTable[T, K]) Delete(tx OwnedScope, key K, conds ...Cond) (int64, error) {
	return h.t.delete(tx.base(), maybeOwned, h.writable(tx, append(conds, keyed(key))))
}

func (MaybeTable[T, K]) writable(tx OwnedScope, conds []Cond) []Cond {
	if tx.base().scope.reach == reachOrg {
		return conds
	}
	return append(conds, Null("organization_id"))
}

// ListInherited is the rows of the transaction's organization and the
// deployment's, which it has from there: an organization's roles. On Postgres
// the table needs a policy that lets everyone read the deployment's rows.
func (h MaybeTable[T, K]) ListInherited(tx *OrgTx, q Query) ([]T, error) {
	return h.t.list(tx.base(), inherited, q)
}
