package apikeys

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Get is one key that the transaction sees, or db.ErrNotFound.
func Get(tx db.OwnedScope, key id.APIKey) (*Key, error) { return keys.Get(tx, key) }

// List is a page of the keys that the transaction sees: all, or its
// organization's.
func List(tx db.OwnedScope, page db.Page) ([]Key, db.Paging, error) {
	list := func(q db.Query) ([]Key, error) { return keys.List(tx, q) }
	return db.ListPage(list, page, "id", func(k Key) string { return string(k.ID) })
}

// Revoke ends a key of the transaction's organization, or of a member of it.
func Revoke(tx *db.OrgTx, key id.APIKey) error {
	err := revoke(tx, tx.Tx, key)
	if errors.Is(err, db.ErrNotFound) {
		return RevokeMemberKey(tx, key)
	}
	return err
}

// RevokeAny ends a key of the deployment, or of any organization or member.
func RevokeAny(tx *db.AllTx, key id.APIKey) error {
	k, err := keys.Get(tx, key)
	if errors.Is(err, db.ErrNotFound) {
		return revokeMembers(tx, key)
	}
	if err != nil {
		return err
	}
	if k.OrganizationID == nil {
		return revoke(tx, tx.Tx, key)
	}
	return tx.In(*k.OrganizationID, func(tx *db.OrgTx) error { return Revoke(tx, key) })
}

func revokeMembers(tx *db.AllTx, key id.APIKey) error {
	k, err := memberKeys.Get(tx, key)
	if err != nil {
		return err
	}
	return tx.In(k.OrganizationID, func(tx *db.OrgTx) error { return RevokeMemberKey(tx, key) })
}

func revoke(scope db.OwnedScope, tx *db.Tx, key id.APIKey) error {
	k, err := keys.Get(scope, key)
	if err != nil {
		return err
	}
	n, err := keys.Delete(scope, key)
	if err != nil {
		return err
	}
	if n == 0 {
		return db.ErrNotFound
	}
	return audit.RecordFor(tx, k.OrganizationID, audit.APIKeyRevoked{Key: k.Wire()})
}

func recordCreated(tx *db.Tx, k *Key) error {
	return audit.RecordFor(tx, k.OrganizationID, audit.APIKeyCreated{Key: k.Wire()})
}
