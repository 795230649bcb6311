package wire

import (
	"encoding/json"

	"gatehouse/internal/id"
)

type (
	listObject  struct{}
	eventObject struct{}
)

func (listObject) object() string  { return "list" }
func (eventObject) object() string { return "event" }

// List is one page of a list.
type List[T any] struct {
	Object   Object[listObject] `json:"object"`
	Data     Array[T]           `json:"data"`
	Metadata ListMetadata       `json:"list_metadata"`
}

// ListMetadata holds the cursors: ids of objects in data, null at the ends.
type ListMetadata struct {
	Before *string `json:"before"`
	After  *string `json:"after"`
}

// WholeList is a list that is not paged (the roles).
type WholeList[T any] struct {
	Object Object[listObject] `json:"object"`
	Data   Array[T]           `json:"data"`
}

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
