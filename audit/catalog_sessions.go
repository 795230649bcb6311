package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Sign-ins, their outcomes, and what lives after them.

type (
	// AuthenticationPasswordSucceeded is authentication.password_succeeded: a password matched.
	AuthenticationPasswordSucceeded struct {
		Authentication Authentication `json:"authentication"`
	}
	// AuthenticationPasswordFailed is authentication.password_failed: a password did not match, or nobody has that address.
	AuthenticationPasswordFailed struct {
		Authentication Authentication `json:"authentication"`
	}
	// SessionCreated is session.created: an application has a session of a person.
	SessionCreated struct {
		Session wire.Session `json:"session"`
	}
	// SessionRevoked is session.revoked: a session ended before its time.
	SessionRevoked struct {
		Session wire.Session `json:"session"`
		Reason  string       `json:"reason"`
	}
	// SessionRefreshed is session.refreshed: a refresh token was exchanged for its successor.
	SessionRefreshed struct {
		Session id.Session `json:"session_id"`
		User    id.User    `json:"user_id"`
		Client  id.Client  `json:"client_id"`
	}
	// SessionSwitched is session.organization_switched: a session moved to another organization.
	SessionSwitched struct {
		Session wire.Session `json:"session"`
	}
	// RefreshTokenReused is session.refresh_token_reused: a refresh token came back after its grace: somebody else may have it, so the session ended.
	RefreshTokenReused struct {
		Session id.Session `json:"session_id"`
		User    id.User    `json:"user_id"`
		Client  id.Client  `json:"client_id"`
	}
	// BrowserSessionStarted is browser_session.created: a person is signed in at the hosted pages.
	BrowserSessionStarted struct {
		BrowserSession id.BrowserSession `json:"browser_session_id"`
		User           id.User           `json:"user_id"`
		Method         string            `json:"method"`
	}
	// BrowserSessionEnded is browser_session.ended: a person signed out of the hosted pages, or was.
	BrowserSessionEnded struct {
		BrowserSession id.BrowserSession `json:"browser_session_id"`
		User           id.User           `json:"user_id"`
		Reason         string            `json:"reason"`
	}
	// ErrorShown is login.error_shown: a page showed an error with this reference.
	ErrorShown struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Status  int    `json:"status"`
		Path    string `json:"path"`
	}
)

func (AuthenticationPasswordSucceeded) Type() string { return "authentication.password_succeeded" }
func (AuthenticationPasswordFailed) Type() string    { return "authentication.password_failed" }
func (SessionCreated) Type() string                  { return "session.created" }
func (SessionRevoked) Type() string                  { return "session.revoked" }
func (SessionRefreshed) Type() string                { return "session.refreshed" }
func (SessionSwitched) Type() string                 { return "session.organization_switched" }
func (RefreshTokenReused) Type() string              { return "session.refresh_token_reused" }
func (BrowserSessionStarted) Type() string           { return "browser_session.created" }
func (BrowserSessionEnded) Type() string             { return "browser_session.ended" }
func (ErrorShown) Type() string                      { return "login.error_shown" }

func (e AuthenticationPasswordSucceeded) Targets() []Target { return e.Authentication.targets() }
func (e AuthenticationPasswordFailed) Targets() []Target    { return e.Authentication.targets() }
func (e SessionCreated) Targets() []Target {
	return []Target{{"session", string(e.Session.ID), ""}, {"user", string(e.Session.UserID), ""}}
}
func (e SessionRevoked) Targets() []Target {
	return []Target{{"session", string(e.Session.ID), ""}, {"user", string(e.Session.UserID), ""}}
}
func (e SessionRefreshed) Targets() []Target {
	return []Target{{"session", string(e.Session), ""}, {"user", string(e.User), ""}}
}
func (e SessionSwitched) Targets() []Target {
	return []Target{{"session", string(e.Session.ID), ""}, {"user", string(e.Session.UserID), ""}}
}
func (e RefreshTokenReused) Targets() []Target {
	return []Target{{"session", string(e.Session), ""}, {"user", string(e.User), ""}}
}
func (e BrowserSessionStarted) Targets() []Target { return []Target{{"user", string(e.User), ""}} }
func (e BrowserSessionEnded) Targets() []Target   { return []Target{{"user", string(e.User), ""}} }
func (ErrorShown) Targets() []Target              { return []Target{} }

func (e AuthenticationPasswordSucceeded) Data() any { return e.Authentication }
func (e AuthenticationPasswordFailed) Data() any    { return e.Authentication }
func (e SessionCreated) Data() any                  { return e.Session }
func (e SessionRevoked) Data() any                  { return e.Session }
func (e SessionRefreshed) Data() any                { return e }
func (e SessionSwitched) Data() any                 { return e.Session }
func (e RefreshTokenReused) Data() any              { return e }
func (e BrowserSessionStarted) Data() any           { return e }
func (e BrowserSessionEnded) Data() any             { return e }
func (e ErrorShown) Data() any                      { return e }
