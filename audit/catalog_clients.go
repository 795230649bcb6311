package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Applications, keys and what they were given.

type (
	// ClientCreated is application.created: an application can use Gatehouse.
	ClientCreated struct {
		Client     id.Client `json:"client_id"`
		Name       string    `json:"name"`
		ClientType string    `json:"type"`
	}
	// ClientUpdated is application.updated: an application's settings changed.
	ClientUpdated struct {
		Client     id.Client `json:"client_id"`
		Name       string    `json:"name"`
		ClientType string    `json:"type"`
	}
	// ClientDeleted is application.deleted: an application is gone, and its grants with it.
	ClientDeleted struct {
		Client     id.Client `json:"client_id"`
		Name       string    `json:"name"`
		ClientType string    `json:"type"`
	}
	// ClientSecretCreated is application.secret_created: an application has another secret.
	ClientSecretCreated struct {
		Client   id.Client       `json:"client_id"`
		Name     string          `json:"name"`
		Secret   id.ClientSecret `json:"secret_id"`
		LastFour string          `json:"last_four"`
	}
	// ClientSecretRevoked is application.secret_revoked: a secret no longer works.
	ClientSecretRevoked struct {
		Client   id.Client       `json:"client_id"`
		Name     string          `json:"name"`
		Secret   id.ClientSecret `json:"secret_id"`
		LastFour string          `json:"last_four"`
	}
	// RedirectURIAdded is application.redirect_uri_added: browsers may be sent back to another address.
	RedirectURIAdded struct {
		Client  id.Client `json:"client_id"`
		Name    string    `json:"name"`
		URI     string    `json:"uri"`
		Purpose string    `json:"purpose"`
	}
	// RedirectURIRemoved is application.redirect_uri_removed: browsers may no longer be sent back there.
	RedirectURIRemoved struct {
		Client  id.Client `json:"client_id"`
		Name    string    `json:"name"`
		URI     string    `json:"uri"`
		Purpose string    `json:"purpose"`
	}
	// GrantIssued is grant.issued: an application received an authorization code.
	GrantIssued struct {
		Grant  id.Grant  `json:"grant_id"`
		Client id.Client `json:"client_id"`
		User   id.User   `json:"user_id"`
	}
	// GrantCodeReused is grant.code_reused: a code came twice: the tokens of its first use ended.
	GrantCodeReused struct {
		Grant  id.Grant  `json:"grant_id"`
		Client id.Client `json:"client_id"`
		User   id.User   `json:"user_id"`
	}
	// SigningKeyRotated is signing_key.rotated: a new key will sign tokens.
	SigningKeyRotated struct {
		Key       id.SigningKey `json:"key_id"`
		Algorithm string        `json:"algorithm"`
	}
	// APIKeyCreated is api_key.created: a key of the management API was made, or
	// a member's for the application's own.
	APIKeyCreated struct {
		Key wire.APIKey `json:"key"`
	}
	// APIKeyRevoked is api_key.revoked: a key no longer works.
	APIKeyRevoked struct {
		Key wire.APIKey `json:"key"`
	}
)

func (ClientCreated) Type() string       { return "application.created" }
func (ClientUpdated) Type() string       { return "application.updated" }
func (ClientDeleted) Type() string       { return "application.deleted" }
func (ClientSecretCreated) Type() string { return "application.secret_created" }
func (ClientSecretRevoked) Type() string { return "application.secret_revoked" }
func (RedirectURIAdded) Type() string    { return "application.redirect_uri_added" }
func (RedirectURIRemoved) Type() string  { return "application.redirect_uri_removed" }
func (GrantIssued) Type() string         { return "grant.issued" }
func (GrantCodeReused) Type() string     { return "grant.code_reused" }
func (SigningKeyRotated) Type() string   { return "signing_key.rotated" }
func (APIKeyCreated) Type() string       { return "api_key.created" }
func (APIKeyRevoked) Type() string       { return "api_key.revoked" }

func (e ClientCreated) Targets() []Target { return []Target{{"application", string(e.Client), e.Name}} }
func (e ClientUpdated) Targets() []Target { return []Target{{"application", string(e.Client), e.Name}} }
func (e ClientDeleted) Targets() []Target { return []Target{{"application", string(e.Client), e.Name}} }
func (e ClientSecretCreated) Targets() []Target {
	return []Target{{"application", string(e.Client), e.Name}}
}
func (e ClientSecretRevoked) Targets() []Target {
	return []Target{{"application", string(e.Client), e.Name}}
}
func (e RedirectURIAdded) Targets() []Target {
	return []Target{{"application", string(e.Client), e.Name}}
}
func (e RedirectURIRemoved) Targets() []Target {
	return []Target{{"application", string(e.Client), e.Name}}
}
func (e GrantIssued) Targets() []Target {
	return []Target{{"application", string(e.Client), ""}, {"user", string(e.User), ""}}
}
func (e GrantCodeReused) Targets() []Target {
	return []Target{{"application", string(e.Client), ""}, {"user", string(e.User), ""}}
}
func (e SigningKeyRotated) Targets() []Target { return []Target{{"signing_key", string(e.Key), ""}} }
func (e APIKeyCreated) Targets() []Target     { return []Target{{"api_key", string(e.Key.ID), e.Key.Name}} }
func (e APIKeyRevoked) Targets() []Target     { return []Target{{"api_key", string(e.Key.ID), e.Key.Name}} }

func (e ClientCreated) Data() any       { return e }
func (e ClientUpdated) Data() any       { return e }
func (e ClientDeleted) Data() any       { return e }
func (e ClientSecretCreated) Data() any { return e }
func (e ClientSecretRevoked) Data() any { return e }
func (e RedirectURIAdded) Data() any    { return e }
func (e RedirectURIRemoved) Data() any  { return e }
func (e GrantIssued) Data() any         { return e }
func (e GrantCodeReused) Data() any     { return e }
func (e SigningKeyRotated) Data() any   { return e }
func (e APIKeyCreated) Data() any       { return e.Key }
func (e APIKeyRevoked) Data() any       { return e.Key }
