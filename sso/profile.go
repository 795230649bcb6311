package sso

import (
	"time"

	"gatehouse/internal/id"
)

// Profile is who an identity provider says has come, after everything about
// its answer was verified. (ConnectionID, Subject) is the person's key; the
// address is only what the provider says (reference/idp-quirks.md).
type Profile struct {
	ConnectionID id.Connection `json:"connection_id"`
	Subject      string        `json:"subject"` // idp_id
	ExternalID   string        `json:"external_id,omitempty"`
	Email        string        `json:"email,omitempty"`
	// EmailUnverified says that the provider itself does not vouch for the
	// address: then it is not enough to take somebody for an account that has it.
	EmailUnverified bool                `json:"email_unverified,omitempty"`
	FirstName       string              `json:"first_name,omitempty"`
	LastName        string              `json:"last_name,omitempty"`
	Name            string              `json:"name,omitempty"`
	Groups          []string            `json:"groups,omitempty"`
	GroupsKnown     bool                `json:"groups_known,omitempty"` // the provider said which groups, maybe none; an overage link says nothing
	Custom          map[string]any      `json:"custom,omitempty"`
	Raw             map[string][]string `json:"raw,omitempty"`

	// what single logout needs
	NameID       string    `json:"name_id,omitempty"` // or sub, as it came
	NameIDFormat string    `json:"name_id_format,omitempty"`
	NameIDScope  [2]string `json:"name_id_scope,omitempty"` // NameQualifier, SPNameQualifier
	SessionIndex string    `json:"session_index,omitempty"` // or sid
	IDToken      string    `json:"id_token,omitempty"`
	EndsAt       time.Time `json:"ends_at,omitzero"` // the provider wants its session over by then
}
