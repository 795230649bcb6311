package audit

import (
	"encoding/json"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// ChainHead is where a chain stands. Its id is an organization's, or OwnHead, or
// AllHead, which counts positions and has no hash.
type ChainHead struct {
	db.Global
	ID        id.AuditHead
	Sequence  int64
	Hash      []byte
	UpdatedAt time.Time
}

// The heads that belong to no organization.
const (
	OwnHead id.AuditHead = "deployment"
	AllHead id.AuditHead = "all"
)

// TableName is the table that this package owns.
func (ChainHead) TableName() string { return "audit_heads" }

// Key signs checkpoints (Ed25519, RFC 8032). One at a time is not retired.
type Key struct {
	db.Global
	ID        id.AuditKey
	PublicKey []byte
	SealedKey []byte
	RetiredAt *time.Time
	CreatedAt time.Time
}

// TableName is the table that this package owns.
func (Key) TableName() string { return "audit_keys" }

// Checkpoint is a signed head: whoever keeps it can tell later that nothing up
// to there was altered.
type Checkpoint struct {
	db.MaybeOwned
	ID        id.Checkpoint
	Sequence  int64
	Hash      []byte
	KeyID     id.AuditKey
	Signature []byte
	CreatedAt time.Time
}

// TableName is the table that this package owns.
func (Checkpoint) TableName() string { return "audit_checkpoints" }

// Expiry is a run of entries whose time was up, signed before they went. A gap
// in a chain is one of these, or a loss.
type Expiry struct {
	db.MaybeOwned
	ID            id.Expiry
	FirstSequence int64
	LastSequence  int64
	PreviousHash  []byte
	Hash          []byte
	KeyID         id.AuditKey
	Signature     []byte
	CreatedAt     time.Time
}

// TableName is the table that this package owns.
func (Expiry) TableName() string { return "audit_expiries" }

// Cursor is how far one that follows the log has come.
type Cursor struct {
	db.Global
	ID        id.Cursor
	Position  int64
	UpdatedAt time.Time
}

// TableName is the table that this package owns.
func (Cursor) TableName() string { return "audit_cursors" }

// Schema is what applications' entries of one action must look like.
type Schema struct {
	db.Global
	ID        id.AuditSchema
	Action    string
	Version   int64
	Schema    json.RawMessage `gorm:"serializer:json"`
	CreatedAt time.Time
}

// TableName is the table that this package owns.
func (Schema) TableName() string { return "audit_schemas" }

// Repeat remembers under which Idempotency-Key an application's entry came.
type Repeat struct {
	db.Owned
	ID        id.Repeat
	EventID   id.Event
	Digest    []byte
	CreatedAt time.Time
}

// TableName is the table that this package owns.
func (Repeat) TableName() string { return "audit_repeats" }

// Numbered is an entry with what the sequencer says of it.
type Numbered struct {
	Event
	Position     int64
	Sequence     int64
	PreviousHash []byte
	Hash         []byte
	targets      []byte // their column's very bytes, which the hash is over
}
