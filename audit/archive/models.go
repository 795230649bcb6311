package archive

import (
	"encoding/json"
	"time"

	"gatehouse/audit/search"
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

// Format is how a file is written.
type Format string

// The formats.
const (
	CSV    Format = "csv"
	NDJSON Format = "ndjson"
)

// Export is one file of entries.
type Export struct {
	db.MaybeOwned
	ID           id.AuditExport
	Format       Format
	Filter       Filter `gorm:"serializer:json"`
	State        State
	MadeBy       string
	Notify       *string  // the address that is told
	LastPosition int64    // up to and with this entry; fixed when it begins
	Position     int64    // written up to and with this one
	Entries      int64    // that are in the file
	Bytes        int64    // of the file
	Progress     progress `gorm:"serializer:json"` // what it takes to go on
	Checksum     *string  // SHA-256 of the file, hex
	Error        *string
	LeasedUntil  *time.Time
	Lease        *string
	ExpiresAt    *time.Time // the file is kept until then
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Export) TableName() string { return "audit_exports" }

// Filter says which entries an export holds; of a list one value has to fit.
type Filter struct {
	Organization id.Organization `json:"organization_id,omitempty"` // in an export over all: one organization's
	Types        []string        `json:"types,omitempty"`           // user.created, or all of a family: user.*
	Actors       []string        `json:"actors,omitempty"`          // ids
	ActorNames   []string        `json:"actor_names,omitempty"`
	Targets      []string        `json:"targets,omitempty"` // ids or types
	Addresses    []string        `json:"addresses,omitempty"`
	Reference    string          `json:"reference,omitempty"`
	Text         string          `json:"text,omitempty"`
	Since        time.Time       `json:"since,omitzero"`  // when it was recorded
	Before       time.Time       `json:"before,omitzero"` // and before when
}

// FilterOf is what a search shows.
func FilterOf(q search.Query) Filter {
	return Filter{Organization: q.Organization, Types: q.Types, Actors: q.Actors, Targets: q.Targets, Addresses: q.Addresses,
		Reference: q.Reference, Text: q.Text, Since: q.Since, Before: q.Before}
}

// progress is what it takes to go on with a file.
type progress struct {
	First int64           `json:"first,omitempty"` // the position that it began behind
	Runs  []run           `json:"runs,omitempty"`  // who wrote which parts
	Hash  json.RawMessage `json:"hash,omitempty"`  // the checksum's inner state

	Failures int `json:"failures,omitempty"` // in a row
}

// run is parts that were written under one lease, which names them: somebody
// whose lease has gone to another writes over nobody's part.
type run struct {
	Lease string `json:"lease"`
	Parts int    `json:"parts"`
}

// Percent is how much of the log was looked at.
func (e *Export) Percent() int {
	switch {
	case e.State == Ready || e.State == Expired:
		return 100
	case e.LastPosition <= e.Progress.First:
		return 0
	}
	return int(min(99, max(0, 100*(e.Position-e.Progress.First)/(e.LastPosition-e.Progress.First))))
}

// Finished reports whether nothing more will happen to the file than its end.
func (e *Export) Finished() bool { return e.State != Pending && e.State != Running }

// FileName is what browsers save it as.
func (e *Export) FileName() string {
	return "audit-log-" + e.CreatedAt.UTC().Format("2006-01-02") + "-" + string(e.ID[len(e.ID)-6:]) + "." + string(e.Format)
}
