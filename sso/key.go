package sso

import (
	"sync"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/saml"
)

// key is a key of ours for one connection, as it is stored.
type key struct {
	db.Owned
	ID           id.ConnectionKey
	ConnectionID id.Connection
	Standing     KeyStanding
	Certificate  []byte // DER
	Sealed       []byte // saml.Key.MarshalPEM
	NotAfter     time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (key) TableName() string { return "connection_keys" }

var keys = db.OwnedTable[key, id.ConnectionKey]{}

// KeyStanding is what a key of ours is to its connection.
type KeyStanding string

// The standings. The next key is published beside the active one, so that the
// provider learns of it before it signs; the previous one signs no more, and
// still opens what was encrypted for it.
const (
	ActiveKey   KeyStanding = "active"
	NextKey     KeyStanding = "next"
	PreviousKey KeyStanding = "previous"
)

func (k *key) cell() db.Cell {
	return db.Cell{Table: "connection_keys", Column: "sealed", Row: string(k.ID)}
}

// readKeys keeps keys that were read: reading one takes as long as verifying
// several signatures, and every sign-in needs its connection's. A row's key
// never changes.
var readKeys = struct {
	sync.Mutex
	keys map[id.ConnectionKey]*saml.Key
}{keys: map[id.ConnectionKey]*saml.Key{}}

const maxReadKeys = 512 // of 2 KB each

// open is the key itself.
func (k *key) open(tx *db.OrgTx) (*saml.Key, error) {
	readKeys.Lock()
	known := readKeys.keys[k.ID]
	readKeys.Unlock()
	if known != nil {
		return known, nil
	}
	document, err := tx.Open(k.cell(), k.Sealed)
	if err != nil {
		return nil, err
	}
	read, err := saml.ParseKey(document)
	if err != nil {
		return nil, err
	}
	readKeys.Lock()
	defer readKeys.Unlock()
	if len(readKeys.keys) >= maxReadKeys {
		clear(readKeys.keys)
	}
	readKeys.keys[k.ID] = read
	return read, nil
}
