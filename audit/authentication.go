package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Authentication is the outcome of one way of signing in, as authentication.*
// events carry it (reference/wire-api.md 7.2).
type Authentication struct {
	Type      string               `json:"type"`   // password, magic_auth, oauth, sso, mfa …
	Status    string               `json:"status"` // succeeded or failed
	UserID    *id.User             `json:"user_id"`
	Email     *string              `json:"email"`
	IPAddress *string              `json:"ip_address"`
	UserAgent *string              `json:"user_agent"`
	Error     *AuthenticationError `json:"error,omitempty"`
}

// AuthenticationError says why it failed.
type AuthenticationError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// typeOf is the event's name: authentication.<what>_<status>.
func (a Authentication) typeOf(what string) string {
	if a.Status == "failed" {
		return "authentication." + what + "_failed"
	}
	return "authentication." + what + "_succeeded"
}

func (a Authentication) targets() []Target {
	if a.UserID == nil {
		return []Target{}
	}
	t := Target{Type: "user", ID: string(*a.UserID)}
	if a.Email != nil {
		t.Name = *a.Email
	}
	return []Target{t}
}

func memberName(m wire.OrganizationMembership) string {
	if m.User == nil {
		return ""
	}
	return m.User.Email
}
