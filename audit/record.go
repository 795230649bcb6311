package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Entry is one kind of thing that can happen. The catalog's structs are entries.
type Entry interface {
	// Type is the event's name on the wire, such as "user.created".
	Type() string
	// Targets are what it happened to, the most important first.
	Targets() []Target
	// Data is what the event carries: a resource as it is now, or a struct of
	// the catalog's.
	Data() any
}

// Target is something that an entry is about.
type Target struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Event is a recorded entry.
type Event struct {
	db.MaybeOwned
	ID         id.Event
	Type       string
	Source     Source
	OccurredAt time.Time
	RecordedAt time.Time // the id's own time: it names the partition
	Retention  int64     `gorm:"->"` // days; the database knows
	ActorKind  string
	ActorID    *string
	ActorName  *string
	Targets    []Target `gorm:"serializer:json"`
	IPAddress  *string
	UserAgent  *string
	RequestID  *string
	Reference  *string
	Data       json.RawMessage `gorm:"serializer:json"`
}

// Source is who wrote an entry.
type Source string

// The sources.
const (
	Own         Source = "gatehouse"
	Application Source = "application" // POST /audit_logs/events
)

// TableName is the table that this package owns.
func (Event) TableName() string { return "audit_events" }

// Leaf lets entries be written behind what they tell of.
func (Event) Leaf() {}

var events = db.MaybeTable[Event, id.Event]{}

// Record writes an entry of the transaction's organization.
func Record(tx *db.OrgTx, e Entry) error {
	row, err := newEvent(tx.Tx, e)
	if err != nil {
		return err
	}
	return wrap(e, events.InsertLater(tx, row))
}

// RecordDeployment writes an entry that belongs to no organization: an operator
// makes one, an unknown address tries to sign in. No organization sees it.
func RecordDeployment(tx *db.Tx, e Entry) error {
	row, err := newEvent(tx, e)
	if err != nil {
		return err
	}
	return wrap(e, events.InsertDeploymentLater(tx, row))
}

// RecordFor writes an entry of the organization org, or of the deployment where
// org is nil.
func RecordFor(tx *db.Tx, org *id.Organization, e Entry) error {
	if org == nil || *org == "" {
		return RecordDeployment(tx, e)
	}
	return tx.In(*org, func(tx *db.OrgTx) error { return Record(tx, e) })
}

func wrap(e Entry, err error) error {
	if err != nil {
		return fmt.Errorf("recording %s: %w", e.Type(), err)
	}
	return nil
}

func newEvent(tx *db.Tx, e Entry) (*Event, error) {
	tell(tx.Context(), e.Type())
	return eventOf(tx.Actor(), tx.Now(), e)
}

func eventOf(who actor.Actor, now time.Time, e Entry) (*Event, error) {
	data, err := wire.Encode(e.Data())
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", e.Type(), err)
	}
	key := id.New[id.Event]()
	return &Event{
		ID: key, Type: e.Type(), Source: Own, OccurredAt: now, RecordedAt: id.Time(key),
		ActorKind: string(who.Kind), ActorID: some(who.ID), ActorName: some(who.Name),
		Targets: e.Targets(), IPAddress: some(who.IP), UserAgent: some(clip(who.UserAgent)),
		RequestID: some(who.RequestID), Reference: some(who.Reference), Data: bytes.TrimSpace(data),
	}, nil
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// maxAgent bounds what a browser may write into the log about itself.
const maxAgent = 512

func clip(s string) string {
	if len(s) <= maxAgent {
		return s
	}
	s = s[:maxAgent]
	for len(s) > 0 && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}
