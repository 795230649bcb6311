package audit

import "gatehouse/internal/id"

// Sign-ins by an organization's connection.

type (
	// AuthenticationSSO is authentication.sso_started, _succeeded, _failed or _timed_out: a sign-in by an organization's identity provider.
	AuthenticationSSO struct {
		Authentication
		SSO SSO `json:"sso"`
	}
	// SSO is where it happened.
	SSO struct {
		OrganizationID *id.Organization `json:"organization_id"`
		ConnectionID   *id.Connection   `json:"connection_id"`
		SessionID      *string          `json:"session_id"`
	}
	// ConnectionTested is connection.tested: an admin tried a connection; nobody was signed in.
	ConnectionTested struct {
		ConnectionID id.Connection `json:"connection_id"`
		AttemptID    id.SSOAttempt `json:"attempt_id"`
		Outcome      string        `json:"outcome"` // succeeded or failed
		Code         *string       `json:"code"`
		TestedBy     *string       `json:"tested_by"`
	}
)

func (e AuthenticationSSO) Type() string { return "authentication.sso_" + e.Status }
func (ConnectionTested) Type() string    { return "connection.tested" }

func (e AuthenticationSSO) Targets() []Target {
	targets := e.targets()
	if e.SSO.ConnectionID != nil {
		targets = append(targets, Target{Type: "connection", ID: string(*e.SSO.ConnectionID)})
	}
	return targets
}

func (e ConnectionTested) Targets() []Target {
	return []Target{{Type: "connection", ID: string(e.ConnectionID)}}
}

func (e AuthenticationSSO) Data() any { return e }
func (e ConnectionTested) Data() any  { return e }
