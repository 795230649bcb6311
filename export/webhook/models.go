package webhook

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Endpoint is an address that is told of events.
type Endpoint struct {
	db.MaybeOwned   // without an organization: of events of every organization
	ID              id.Endpoint
	URL             string `gorm:"column:url"`
	Description     *string
	Events          []string `gorm:"serializer:json"` // names; "*" is all
	Status          Status
	SealedSecret    []byte
	SealedPrevious  []byte // signs too, until PreviousUntil
	PreviousUntil   *time.Time
	Failures        int64 // in a row
	FailingSince    *time.Time
	OpenUntil       *time.Time // the breaker: nothing is tried before
	ToldAt          *time.Time // whoever manages it was mailed that it fails
	DisabledReason  *string
	LastStatus      *int64
	LastDeliveredAt *time.Time
	LastFailedAt    *time.Time
	DeletedAt       *time.Time // the sweep takes away what is left of it
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Status is the wire's.
type Status string

// The statuses.
const (
	Enabled  Status = "enabled"
	Disabled Status = "disabled"
)

// TableName is the table that this package owns.
func (Endpoint) TableName() string { return "webhook_endpoints" }

// State is where a delivery stands.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Delivered State = "delivered"
	Failed    State = "failed"    // every try was in vain
	Cancelled State = "cancelled" // somebody took it back
)

// Cause is why an event is sent.
type Cause string

// The causes.
const (
	Happened Cause = "event"
	Replayed Cause = "replay" // somebody asked for it again
	Tested   Cause = "test"   // an example: nothing happened
)

// Delivery is one event on its way to one endpoint. Its event keeps its id
// whenever it is sent again: receivers recognise it.
type Delivery struct {
	db.MaybeOwned
	ID          id.Delivery
	EndpointID  id.Endpoint
	EventID     id.Event
	EventType   string
	Position    int64
	Cause       Cause
	State       State
	Attempts    int64
	NextAt      *time.Time
	LeasedUntil *time.Time
	Lease       *string
	LastStatus  *int64
	LastError   *string
	FinishedAt  *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TableName is the table that this package owns.
func (Delivery) TableName() string { return "webhook_deliveries" }

// Attempt is one POST and its answer.
type Attempt struct {
	db.MaybeOwned
	ID             id.DeliveryAttempt
	DeliveryID     id.Delivery
	Number         int64
	Status         *int64 // nil: no answer came
	Milliseconds   int64
	RequestHeaders map[string]string `gorm:"serializer:json"` // less signatures
	AnswerHeaders  map[string]string `gorm:"serializer:json"`
	AnswerBody     *string           // its beginning
	Error          *string
	CreatedAt      time.Time
}

// TableName is the table that this package owns.
func (Attempt) TableName() string { return "webhook_attempts" }

var (
	endpoints  = db.MaybeTable[Endpoint, id.Endpoint]{}
	deliveries = db.MaybeTable[Delivery, id.Delivery]{}
	attempts   = db.MaybeTable[Attempt, id.DeliveryAttempt]{}
)
