package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
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
