package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Configuration is how a connection speaks with its provider. One of SAML and
// OIDC is set, as its protocol says.
type Configuration struct {
	SAML *SAMLConfiguration `json:"saml,omitempty"`
	OIDC *OIDCConfiguration `json:"oidc,omitempty"`
}

// SAMLConfiguration is a SAML identity provider and how it is spoken with.
type SAMLConfiguration struct {
	MetadataURL      string        `json:"metadata_url,omitempty"`
	IDPEntityID      string        `json:"idp_entity_id,omitempty"`
	IDPSSOURL        string        `json:"idp_sso_url,omitempty"`
	IDPSSOBinding    string        `json:"idp_sso_binding,omitempty"` // redirect, post
	IDPSLOURL        string        `json:"idp_slo_url,omitempty"`
	IDPSLOReplyURL   string        `json:"idp_slo_response_url,omitempty"`
	IDPSLOBinding    string        `json:"idp_slo_binding,omitempty"`
	Certificates     []Certificate `json:"certificates"`
	SignRequests     bool          `json:"sign_requests"`
	WantEncrypted    bool          `json:"want_encrypted_assertions"`
	NameIDFormat     string        `json:"name_id_format,omitempty"`
	ForceAuthn       bool          `json:"force_authn"`
	AuthnContexts    []string      `json:"requested_authn_context,omitempty"`
	ClockSkewSeconds int           `json:"clock_skew_seconds"`
	LegacyEncryption []string      `json:"allow_legacy_encryption,omitempty"` // aes128-cbc, aes256-cbc
}

// Certificate is one whose key may sign for the provider.
type Certificate struct {
	ID           id.Certificate `json:"id"`
	DER          []byte         `json:"der"`
	Fingerprint  string         `json:"fingerprint_sha256"`
	NotBefore    time.Time      `json:"not_before"`
	NotAfter     time.Time      `json:"not_after"`
	FromMetadata bool           `json:"from_metadata"`
	AddedAt      time.Time      `json:"added_at"`
	MissingSince time.Time      `json:"missing_since,omitzero"` // gone from the metadata that it came from
}

// OIDCConfiguration is an OpenID provider and our registration there. The
// secret is sealed beside it.
type OIDCConfiguration struct {
	Issuer       string   `json:"issuer"`
	ClientID     string   `json:"client_id"`
	Scopes       []string `json:"scopes,omitempty"`
	Authenticate string   `json:"token_endpoint_auth_method,omitempty"` // client_secret_basic, client_secret_post, private_key_jwt
	EndSession   bool     `json:"end_session,omitempty"`                // who signs out here signs out there
}

// Standing is what a configuration is to its connection.
type Standing string

// The standings.
const (
	Live      Standing = "live"
	Candidate Standing = "candidate"
	Previous  Standing = "previous"
)

// configured is a stored configuration.
type configured struct {
	db.Owned
	ID            id.Configuration
	ConnectionID  id.Connection
	Standing      Standing
	Configuration Configuration `gorm:"serializer:json"`
	Sealed        []byte        // the client's secret
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// TableName is the table that this package owns.
func (configured) TableName() string { return "connection_configurations" }

var configurations = db.OwnedTable[configured, id.Configuration]{}
