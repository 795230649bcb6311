package audit

import (
	"errors"
	"fmt"

	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

var (
	keys        = db.GlobalTable[Key, id.AuditKey]{}
	checkpoints = db.MaybeTable[Checkpoint, id.Checkpoint]{}
	expiries    = db.MaybeTable[Expiry, id.Expiry]{}
)

// Keys are the keys that sign checkpoints, the newest first.
func Keys(tx db.AnyScope) ([]Key, error) { return keys.List(tx, db.Query{Order: []string{"-id"}}) }

// PresentKey is the key that signs, or db.ErrNotFound before the first.
func PresentKey(tx db.AnyScope) (*Key, error) {
	rows, err := keys.List(tx, db.Query{Where: []db.Cond{db.Null("retired_at")}, Order: []string{"-id"}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, db.ErrNotFound
	}
	return &rows[0], nil
}

// ReplaceKey retires what signs at present for another key. The first key of
// all gives way where another server's is there already.
func ReplaceKey(tx *db.Tx, key *Key, first bool) error {
	if first {
		if _, err := PresentKey(tx); !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	if _, err := keys.UpdateWhere(tx, db.Set{"retired_at": tx.Now()}, db.Null("retired_at")); err != nil {
		return fmt.Errorf("retiring the key that signs checkpoints: %w", err)
	}
	if err := keys.Insert(tx, key); err != nil {
		return fmt.Errorf("storing a key that signs checkpoints: %w", err)
	}
	return RecordDeployment(tx, AuditKeyRotated{Key: key.ID, PublicKey: key.PublicKey})
}

// LastCheckpoint is the newest checkpoint of a chain, or db.ErrNotFound.
func LastCheckpoint(tx db.OwnedScope, org *id.Organization) (*Checkpoint, error) {
	rows, err := checkpoints.List(tx, db.Query{Where: chainOf(org), Order: []string{"-sequence", "-id"}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, db.ErrNotFound
	}
	return &rows[0], nil
}

// KeepCheckpoint stores a checkpoint of the organization, or of the
// deployment's own chain where org is nil.
func KeepCheckpoint(tx *db.Tx, org *id.Organization, c *Checkpoint) error {
	if org == nil {
		return tx.AsDeployment(func(tx *db.AllTx) error { return checkpoints.InsertDeployment(tx, c) })
	}
	return tx.In(*org, func(tx *db.OrgTx) error { return checkpoints.Insert(tx, c) })
}

// KeepExpiry stores a signed run of entries whose time was up.
func KeepExpiry(tx *db.Tx, org *id.Organization, e *Expiry) error {
	if org == nil {
		return tx.AsDeployment(func(tx *db.AllTx) error { return expiries.InsertDeployment(tx, e) })
	}
	return tx.In(*org, func(tx *db.OrgTx) error { return expiries.Insert(tx, e) })
}

// ChainCheckpoint is the checkpoint in the chain's terms.
func ChainCheckpoint(c *Checkpoint) chain.Checkpoint {
	signed := chain.Checkpoint{ID: string(c.ID), Organization: name(c.OrganizationID), Sequence: c.Sequence, KeyID: string(c.KeyID), CreatedAt: c.CreatedAt, Signature: c.Signature}
	signed.Hash, _ = chain.HashOf(c.Hash)
	return signed
}

// ChainExpiry is the expiry in the chain's terms.
func ChainExpiry(e *Expiry) chain.Expiry {
	signed := chain.Expiry{ID: string(e.ID), Organization: name(e.OrganizationID), FirstSequence: e.FirstSequence, LastSequence: e.LastSequence,
		KeyID: string(e.KeyID), CreatedAt: e.CreatedAt, Signature: e.Signature}
	signed.PreviousHash, _ = chain.HashOf(e.PreviousHash)
	signed.Hash, _ = chain.HashOf(e.Hash)
	return signed
}

func name(org *id.Organization) string {
	if org == nil {
		return ""
	}
	return string(*org)
}
