package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Webhooks: addresses that are told of events.

type (
	// WebhookEndpoint is webhook_endpoint.created, .updated, .deleted,
	// .secret_rotated, .failing (nothing is sent for a while), .recovered or
	// .disabled (it failed for days). Changed names the members of an update.
	WebhookEndpoint struct {
		wire.WebhookEndpoint
		Change  string             `json:"-"`
		Changed wire.Array[string] `json:"changed"`
	}
	// WebhookReplayed is webhook_endpoint.replayed: events are sent to it again.
	WebhookReplayed struct {
		wire.WebhookEndpoint
		Count int64 `json:"count"`
	}
	// WebhookCancelled is webhook_endpoint.deliveries_cancelled: somebody took back what waited.
	WebhookCancelled struct {
		wire.WebhookEndpoint
		Count int64 `json:"count"`
	}
	// WebhookTested is webhook_endpoint.tested: somebody had an example sent to it.
	WebhookTested struct {
		wire.WebhookEndpoint
		Delivery id.Delivery `json:"delivery_id"`
	}
	// WebhookRetried is webhook_endpoint.delivery_retried: somebody had one event sent to it again.
	WebhookRetried struct {
		wire.WebhookEndpoint
		Delivery id.Delivery `json:"delivery_id"`
		EventID  id.Event    `json:"event_id"`
	}
)

// Type says what became of it.
func (e WebhookEndpoint) Type() string { return "webhook_endpoint." + e.Change }
func (WebhookReplayed) Type() string   { return "webhook_endpoint.replayed" }
func (WebhookCancelled) Type() string  { return "webhook_endpoint.deliveries_cancelled" }
func (WebhookTested) Type() string     { return "webhook_endpoint.tested" }
func (WebhookRetried) Type() string    { return "webhook_endpoint.delivery_retried" }

// Targets are the endpoint.
func (e WebhookEndpoint) Targets() []Target  { return endpoint(e.WebhookEndpoint) }
func (e WebhookReplayed) Targets() []Target  { return endpoint(e.WebhookEndpoint) }
func (e WebhookCancelled) Targets() []Target { return endpoint(e.WebhookEndpoint) }
func (e WebhookTested) Targets() []Target    { return endpoint(e.WebhookEndpoint) }
func (e WebhookRetried) Targets() []Target   { return endpoint(e.WebhookEndpoint) }

// Data is each entry as it stands.
func (e WebhookEndpoint) Data() any  { return e }
func (e WebhookReplayed) Data() any  { return e }
func (e WebhookCancelled) Data() any { return e }
func (e WebhookTested) Data() any    { return e }
func (e WebhookRetried) Data() any   { return e }

func endpoint(e wire.WebhookEndpoint) []Target {
	return []Target{{"webhook_endpoint", string(e.ID), e.EndpointURL}}
}
