package audit

import "gatehouse/internal/wire"

// What the deployment allows.

// AuthenticationSettingsUpdated is authentication_settings.updated: how people
// may sign in, or which mails the server sends, changed.
type AuthenticationSettingsUpdated struct {
	Before   wire.AuthenticationSettings `json:"before"`
	Settings wire.AuthenticationSettings `json:"settings"`
}

// Type names the entry.
func (AuthenticationSettingsUpdated) Type() string { return "authentication_settings.updated" }

// Targets are the deployment as a whole.
func (AuthenticationSettingsUpdated) Targets() []Target { return []Target{} }

// Data is the settings as they were and as they are now.
func (e AuthenticationSettingsUpdated) Data() any { return e }
