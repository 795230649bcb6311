// Package archive writes exports of the audit log: CSV or NDJSON, made by a
// job, streamed in constant memory, resumed where a killed worker stopped.
package archive

import (
	"encoding/json"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// State is where an export stands.
type State string

// The states; the wire shows Running as pending and Cancelled as error.
const (
	Pending   State = "pending"
	Running   State = "running"
	Ready     State = "ready"
	Failed    State = "error"
	Cancelled State = "cancelled"
	Expired   State = "expired" // the file is gone
)

// Export is one file of entries.
type Export struct {
	db.MaybeOwned
	ID           id.AuditExport
	Format       string          // csv, ndjson
	Filter       json.RawMessage `gorm:"serializer:json"`
	State        State
	MadeBy       string
	Notify       *string // the address that is told
	LastPosition int64   // up to and with this entry; fixed when it begins
	Position     int64   // written up to and with this one
	Entries      int64
	Bytes        int64
	Progress     json.RawMessage `gorm:"serializer:json"` // what it takes to go on
	Checksum     *string         // SHA-256 of the file, hex
	Error        *string
	LeasedUntil  *time.Time
	Lease        *string
	ExpiresAt    *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Export) TableName() string { return "audit_exports" }
