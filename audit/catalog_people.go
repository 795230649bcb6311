package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// SSOIdentityLinked is user.sso_identity_linked: a person can sign in by a
// connection of the organization, or, where Replaces is set, moved to it from
// the one that it replaces.
type SSOIdentityLinked struct {
	User     wire.User        `json:"user"`
	Identity wire.SSOIdentity `json:"identity"`
	Replaces *id.Profile      `json:"replaces,omitempty"`
}

// Type names the entry.
func (SSOIdentityLinked) Type() string { return "user.sso_identity_linked" }

// Targets are the person and the connection.
func (e SSOIdentityLinked) Targets() []Target {
	return []Target{{"user", string(e.User.ID), e.User.Email}, {Type: "connection", ID: string(e.Identity.ConnectionID)}}
}

// Data is the person and their identity.
func (e SSOIdentityLinked) Data() any { return e }

// SSOProfileRead is sso_profile.read: an application was told who came by a
// connection.
type SSOProfileRead struct {
	Profile id.Profile `json:"profile_id"`
	Client  id.Client  `json:"client_id"`
	User    id.User    `json:"user_id"`
}

// Type names the entry.
func (SSOProfileRead) Type() string { return "sso_profile.read" }

// Targets are the person and the application.
func (e SSOProfileRead) Targets() []Target {
	return []Target{{Type: "user", ID: string(e.User)}, {Type: "application", ID: string(e.Client)}}
}

// Data is whose profile which application was told.
func (e SSOProfileRead) Data() any { return e }

// SingleLogout is connection.logout_succeeded or _failed: a provider said that
// somebody signed out there, and how many browsers that signed out here; or it
// was not believed.
type SingleLogout struct {
	Connection id.Connection        `json:"connection_id"`
	Sessions   int                  `json:"sessions"`
	Error      *AuthenticationError `json:"error,omitempty"`
}

// Type names the entry.
func (e SingleLogout) Type() string {
	if e.Error != nil {
		return "connection.logout_failed"
	}
	return "connection.logout_succeeded"
}

// Targets are the connection.
func (e SingleLogout) Targets() []Target {
	return []Target{{Type: "connection", ID: string(e.Connection)}}
}

// Data is how many sessions ended, or why none did.
func (e SingleLogout) Data() any { return e }

// SSOLogoutRequested is sso_profile.logout_requested: an application made a
// link that signs somebody out, here and at their provider.
type SSOLogoutRequested struct {
	Profile id.Profile `json:"profile_id"`
	User    id.User    `json:"user_id"`
}

// Type names the entry.
func (SSOLogoutRequested) Type() string { return "sso_profile.logout_requested" }

// Targets are the person.
func (e SSOLogoutRequested) Targets() []Target { return []Target{{Type: "user", ID: string(e.User)}} }

// Data is whose profile.
func (e SSOLogoutRequested) Data() any { return e }
