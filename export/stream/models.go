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
	Broken State = "error"  // the destination refuses, or did not answer for long: it is asked now and then
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
	FailingSince      *time.Time
	ToldAt            *time.Time // whoever manages it was mailed that it fails
	NextAt            *time.Time
	LeasedUntil       *time.Time
	Lease             *string
	LastDeliveredAt   *time.Time
	LastError         *string
	LastErrorAt       *time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time // of what people set up: a delivery does not move it
}

// TableName is the table that this package owns.
func (Stream) TableName() string { return "log_streams" }

var streams = db.MaybeTable[Stream, id.Stream]{}

func (s *Stream) cell() db.Cell {
	return db.Cell{Table: "log_streams", Column: "sealed_credentials", Row: string(s.ID)}
}
