package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// deploymentOwner owns the data key of what belongs to no organization.
const deploymentOwner = "deployment"

// ErrNoKeys says that the database was opened without master keys.
var ErrNoKeys = errors.New("db: opened without master keys, so nothing can be sealed")

// dataKey is one organization's (or the deployment's) key, wrapped by a master key.
type dataKey struct {
	Global
	ID        id.DataKey
	Owner     string
	Wrapped   []byte
	CreatedAt time.Time
}

func (dataKey) TableName() string { return "data_keys" }

var dataKeyRows = GlobalTable[dataKey, id.DataKey]{}

// opened keeps unwrapped data keys: an owner's key never changes.
type dataKeys struct {
	mu   sync.RWMutex
	keys map[string]*seal.Key
}

func (k *dataKeys) get(owner string) *seal.Key {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.keys[owner]
}

func (k *dataKeys) put(owner string, key *seal.Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = map[string]*seal.Key{}
	}
	k.keys[owner] = key
}

// Cell is where a sealed value lives: a column of one row.
type Cell struct{ Table, Column, Row string }

// Seal encrypts a secret that must be read again, for one cell, with the data
// key of the transaction's organization or, outside of one, the deployment's.
func (tx *Tx) Seal(at Cell, plain []byte) ([]byte, error) {
	key, err := tx.dataKey()
	if err != nil {
		return nil, err
	}
	return key.Seal(tx.place(at), plain), nil
}

// Open decrypts what Seal made for the same cell in the same organization.
func (tx *Tx) Open(at Cell, sealed []byte) ([]byte, error) {
	key, err := tx.dataKey()
	if err != nil {
		return nil, err
	}
	return key.Open(tx.place(at), sealed)
}

// SealGlobal encrypts a secret of a row that belongs to no organization, with
// the deployment's key, whichever organization the transaction is in.
func (tx *Tx) SealGlobal(at Cell, plain []byte) ([]byte, error) {
	key, err := tx.keyOf(deploymentOwner)
	if err != nil {
		return nil, err
	}
	return key.Seal(globalPlace(at), plain), nil
}

// OpenGlobal decrypts what SealGlobal made for the same cell.
func (tx *Tx) OpenGlobal(at Cell, sealed []byte) ([]byte, error) {
	key, err := tx.keyOf(deploymentOwner)
	if err != nil {
		return nil, err
	}
	return key.Open(globalPlace(at), sealed)
}

// Derive is what only this deployment can compute from purpose and parts
// (seal.Key.Derive): how codes are hashed that are too short for a plain hash.
func (tx *Tx) Derive(purpose string, parts ...string) ([]byte, error) {
	key, err := tx.keyOf(deploymentOwner)
	if err != nil {
		return nil, err
	}
	return key.Derive(purpose, parts...), nil
}

func globalPlace(at Cell) seal.Place {
	return seal.Place{Table: at.Table, Column: at.Column, Row: at.Row}
}

func (tx *Tx) place(at Cell) seal.Place {
	return seal.Place{Organization: string(tx.scope.org), Table: at.Table, Column: at.Column, Row: at.Row}
}

func (tx *Tx) owner() string {
	if tx.scope.reach == reachOrg {
		return string(tx.scope.org)
	}
	return deploymentOwner
}

// dataKey is the key of the transaction's scope.
func (tx *Tx) dataKey() (*seal.Key, error) { return tx.keyOf(tx.owner()) }

// keyOf is an owner's key, made by the first who needs it.
func (tx *Tx) keyOf(owner string) (*seal.Key, error) {
	if key := tx.db.opened.get(owner); key != nil {
		return key, nil
	}
	if tx.db.keys == nil {
		return nil, ErrNoKeys
	}
	row, err := dataKeyRows.First(tx, Eq("owner", owner))
	if errors.Is(err, ErrNotFound) {
		row, err = tx.makeDataKey(owner)
		tx.state.made = append(tx.state.made, owner)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the data key: %w", err)
	}
	key, err := tx.db.keys.Unwrap(keyPlace(row), row.Wrapped)
	if err != nil {
		return nil, fmt.Errorf("unwrapping the data key of %s (is GATEHOUSE_MASTER_KEY the one that this database was made with?): %w", owner, err)
	}
	if !slices.Contains(tx.state.made, owner) { // else this transaction may still roll back
		tx.db.opened.put(owner, key)
	}
	return key, nil
}

func (tx *Tx) makeDataKey(owner string) (*dataKey, error) {
	row := &dataKey{ID: id.New[id.DataKey](), Owner: owner}
	row.Wrapped = tx.db.keys.Wrap(keyPlace(row), seal.NewKey())
	err := dataKeyRows.Insert(tx, row)
	if errors.Is(err, ErrDuplicate) { // another node was first
		return dataKeyRows.First(tx, Eq("owner", owner))
	}
	return row, err
}

func keyPlace(row *dataKey) seal.Place {
	return seal.Place{Organization: row.Owner, Table: "data_keys", Column: "wrapped", Row: string(row.ID)}
}

// DeploymentKey is the deployment's data key, for what is derived rather than
// sealed (refresh tokens). Call it outside of transactions.
func (d *DB) DeploymentKey(ctx context.Context) (*seal.Key, error) {
	if key := d.opened.get(deploymentOwner); key != nil {
		return key, nil
	}
	for range 2 { // the first time makes it, the second reads it back, committed
		err := d.Tx(ctx, actor.System("keys"), func(tx *Tx) error {
			_, err := tx.dataKey()
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return d.opened.get(deploymentOwner), nil
}
