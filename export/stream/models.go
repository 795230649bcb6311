// Package stream sends entries of the audit log to destinations, each in the
// order of its organization, at least once and without gaps: a cursor for each
// destination moves when the destination has taken a batch.
package stream

import (
	"encoding/json"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// State is whether a stream sends.
type State string

// The states.
const (
	Active State = "active"
	Paused State = "paused" // by somebody; it goes on where it stopped
	Broken State = "error"  // it cannot go on until somebody changes it
)

// Stream is a destination of the audit log.
type Stream struct {
	db.MaybeOwned     // without an organization: entries of every organization
	ID                id.Stream
	Name              string
	Type              string          // export/sink: http, s3, splunk …; ssf is export/signal's
	Configuration     json.RawMessage `gorm:"serializer:json"` // nothing secret
	SealedCredentials []byte
	Filter            Filter `gorm:"serializer:json"`
	State             State
	StartPosition     int64 // what is counted comes after it
	Position          int64 // delivered up to and with this one
	Delivered         int64 // entries after StartPosition that met the filter, each once
	Failures          int64 // in a row
	NextAt            *time.Time
	LeasedUntil       *time.Time
	Lease             *string
	LastDeliveredAt   *time.Time
	LastError         *string
	LastErrorAt       *time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

// Filter is which entries a stream carries; the zero value is all.
type Filter struct {
	Types []string `json:"types,omitempty"` // names, or families such as "user.*"
}

// TableName is the table that this package owns.
func (Stream) TableName() string { return "log_streams" }
