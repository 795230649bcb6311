package wire

import (
	"encoding/json"

	"gatehouse/internal/id"
)

type (
	eventObject    struct{}
	endpointObject struct{}
	deliveryObject struct{}
)

func (eventObject) object() string    { return "event" }
func (endpointObject) object() string { return "webhook_endpoint" }
func (deliveryObject) object() string { return "webhook_delivery" }

// Event is something that happened, as /events lists and webhooks deliver it.
// Data is the resource as it was then, less its secrets.
type Event struct {
	Object    Object[eventObject] `json:"object"`
	ID        id.Event            `json:"id"`
	Event     string              `json:"event"`
	Data      json.RawMessage     `json:"data"`
	CreatedAt Timestamp           `json:"created_at"`
	Context   *EventContext       `json:"context,omitempty"`
}

// EventContext says who did it, and what was there before.
type EventContext struct {
	ClientID           id.Client       `json:"client_id,omitempty"`
	Actor              *EventActor     `json:"actor,omitempty"`
	PreviousAttributes json.RawMessage `json:"previous_attributes,omitempty"`
}

// EventActor is who did it.
type EventActor struct {
	ID     string  `json:"id"`
	Source string  `json:"source"` // api, dashboard, admin_portal or system
	Name   *string `json:"name"`
}

// WebhookEndpoint is an address that is told of events. Secret is there in the
// answers that made it, and never again.
type WebhookEndpoint struct {
	Object         Object[endpointObject] `json:"object"`
	ID             id.Endpoint            `json:"id"`
	OrganizationID *id.Organization       `json:"organization_id"` // null: it hears of every organization
	EndpointURL    string                 `json:"endpoint_url"`
	Description    *string                `json:"description"`
	Secret         string                 `json:"secret,omitempty"`
	Status         string                 `json:"status"` // enabled, disabled
	DisabledReason *string                `json:"disabled_reason"`
	Events         Array[string]          `json:"events"`
	FailingSince   *Timestamp             `json:"failing_since"`
	PausedUntil    *Timestamp             `json:"paused_until"`          // it fails, and nothing is tried before
	RotatingUntil  *Timestamp             `json:"secret_rotating_until"` // the secret before this one signs too
	CreatedAt      Timestamp              `json:"created_at"`
	UpdatedAt      Timestamp              `json:"updated_at"`
}

// WebhookDelivery is one event on its way to one endpoint.
type WebhookDelivery struct {
	Object        Object[deliveryObject] `json:"object"`
	ID            id.Delivery            `json:"id"`
	EndpointID    id.Endpoint            `json:"webhook_endpoint_id"`
	EventID       id.Event               `json:"event_id"`
	Event         string                 `json:"event"`
	Cause         string                 `json:"cause"` // event, replay, test
	State         string                 `json:"state"` // waiting, delivered, failed, cancelled
	Attempts      int64                  `json:"attempts"`
	NextAttemptAt *Timestamp             `json:"next_attempt_at"`
	LastStatus    *int64                 `json:"last_status"`
	LastError     *string                `json:"last_error"`
	FinishedAt    *Timestamp             `json:"finished_at"`
	CreatedAt     Timestamp              `json:"created_at"`
	UpdatedAt     Timestamp              `json:"updated_at"`
	Log           []WebhookAttempt       `json:"log,omitempty"`
}

// WebhookAttempt is one POST and its answer.
type WebhookAttempt struct {
	Number         int64             `json:"number"`
	Status         *int64            `json:"status"` // null: no answer came
	Milliseconds   int64             `json:"milliseconds"`
	RequestHeaders map[string]string `json:"request_headers"` // less signatures
	AnswerHeaders  map[string]string `json:"response_headers"`
	AnswerBody     *string           `json:"response_body"` // its beginning
	Error          *string           `json:"error"`
	CreatedAt      Timestamp         `json:"created_at"`
}
