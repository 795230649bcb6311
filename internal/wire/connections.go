package wire

import "gatehouse/internal/id"

type (
	connectionObject       struct{}
	connectionDomainObject struct{}
	profileObject          struct{}
)

func (connectionObject) object() string       { return "connection" }
func (connectionDomainObject) object() string { return "connection_domain" }
func (profileObject) object() string          { return "profile" }

// Connection is an organization's link to one identity provider, as every
// caller sees it (reference/wire-api.md 4.1).
type Connection struct {
	Object         Object[connectionObject] `json:"object"`
	ID             id.Connection            `json:"id"`
	OrganizationID id.Organization          `json:"organization_id"`
	ConnectionType string                   `json:"connection_type"`
	Name           string                   `json:"name"`
	State          string                   `json:"state"`  // draft, active or inactive
	Status         string                   `json:"status"` // linked while active, else unlinked
	Domains        Array[ConnectionDomain]  `json:"domains"`
	CreatedAt      Timestamp                `json:"created_at"`
	UpdatedAt      Timestamp                `json:"updated_at"`
}

// ConnectionDomain sends a mail domain's people to the connection.
type ConnectionDomain struct {
	Object Object[connectionDomainObject] `json:"object"`
	ID     id.ConnectionDomain            `json:"id"`
	Domain string                         `json:"domain"`
}

// Profile is who an identity provider says came (reference/wire-api.md 4.3).
// IDPID is the NameID or sub; with the connection it identifies the person.
type Profile struct {
	Object           Object[profileObject] `json:"object"`
	ID               id.Profile            `json:"id"`
	ConnectionID     id.Connection         `json:"connection_id"`
	ConnectionType   string                `json:"connection_type"`
	OrganizationID   *id.Organization      `json:"organization_id"`
	IDPID            string                `json:"idp_id"`
	Email            string                `json:"email"`
	FirstName        *string               `json:"first_name"`
	LastName         *string               `json:"last_name"`
	Name             *string               `json:"name"`
	Role             *RoleSlug             `json:"role,omitempty"`
	Roles            Array[RoleSlug]       `json:"roles"`
	Groups           Array[string]         `json:"groups"`
	CustomAttributes map[string]any        `json:"custom_attributes"`
	RawAttributes    map[string]any        `json:"raw_attributes"`
}

// ConnectionEvent is a connection as events tell of it.
type ConnectionEvent struct {
	Connection
	ExternalKey string `json:"external_key"` // its id; receivers of old read it
}

// CertificateNotice is a certificate of a provider as events tell of it.
type CertificateNotice struct {
	FingerprintSHA256 string    `json:"fingerprint_sha256"`
	NotBefore         Timestamp `json:"not_before"`
	NotAfter          Timestamp `json:"not_after"`
}

// ConnectionDetail is a connection with all that is set of it, for those who
// set it up. It holds no secret.
type ConnectionDetail struct {
	Connection
	IDPInitiatedEnabled bool               `json:"idp_initiated_enabled"`
	JITProvisioning     bool               `json:"jit_provisioning"`
	AllowGuests         bool               `json:"allow_guests"`
	DefaultRole         *string            `json:"default_role"`
	AttributeMap        map[string]any     `json:"attribute_map"` // field → name, or names in the order in which they are looked for
	RoleMappings        Array[RoleMapping] `json:"role_mappings"`
	StartURL            string             `json:"start_url"`
	ReplacesID          *id.Connection     `json:"replaces_connection_id"`
	ActivatedAt         *Timestamp         `json:"activated_at"`
	LastUsedAt          *Timestamp         `json:"last_used_at"`
	CandidateSet        bool               `json:"candidate_set"`
	SAML                *ConnectionSAML    `json:"saml,omitempty"`
	OIDC                *ConnectionOIDC    `json:"oidc,omitempty"`
}

// RoleMapping gives who is in a provider's group a role.
type RoleMapping struct {
	Group    string `json:"group"`
	RoleSlug string `json:"role_slug"`
}

// ConnectionSAML is both sides of a SAML connection.
type ConnectionSAML struct {
	SPEntityID      string        `json:"sp_entity_id"`
	SPACSURL        string        `json:"sp_acs_url"`
	SPSLOURL        string        `json:"sp_slo_url"`
	SPMetadataURL   string        `json:"sp_metadata_url"`
	SPCertificates  Array[string] `json:"sp_certificates"` // PEM; during a roll-over the next one stands first
	MetadataChecked *Timestamp    `json:"metadata_checked_at"`
	MetadataError   *string       `json:"metadata_error"`
	SAMLProvider
}

// SAMLProvider is what is set of a SAML provider.
type SAMLProvider struct {
	MetadataURL      *string                      `json:"metadata_url"`
	IDPEntityID      *string                      `json:"idp_entity_id"`
	IDPSSOURL        *string                      `json:"idp_sso_url"`
	IDPSSOBinding    string                       `json:"idp_sso_binding"` // redirect, post
	IDPSLOURL        *string                      `json:"idp_slo_url"`
	IDPCertificates  Array[ConnectionCertificate] `json:"idp_certificates"`
	SignRequests     bool                         `json:"sign_requests"`
	WantEncrypted    bool                         `json:"want_encrypted_assertions"`
	NameIDFormat     *string                      `json:"name_id_format"`
	ForceAuthn       bool                         `json:"force_authn"`
	ClockSkewSeconds int                          `json:"clock_skew_seconds"`
	AuthnContexts    Array[string]                `json:"requested_authn_context"`
	LegacyEncryption Array[string]                `json:"allow_legacy_encryption"`
}

// ConnectionCertificate is a certificate of a provider that is accepted.
type ConnectionCertificate struct {
	ID                id.Certificate `json:"id"`
	FingerprintSHA256 string         `json:"fingerprint_sha256"`
	NotBefore         Timestamp      `json:"not_before"`
	NotAfter          Timestamp      `json:"not_after"`
	Source            string         `json:"source"`        // metadata, or added by somebody
	MissingSince      *Timestamp     `json:"missing_since"` // the metadata lists it no more
}

// ConnectionOIDC is both sides of an OIDC connection.
type ConnectionOIDC struct {
	RedirectURI           string `json:"redirect_uri"`
	BackchannelLogoutURI  string `json:"backchannel_logout_uri"`
	PostLogoutRedirectURI string `json:"post_logout_redirect_uri"`
	JWKSURI               string `json:"jwks_uri"`
	OIDCProvider
}

// OIDCProvider is what is set of an OpenID provider.
type OIDCProvider struct {
	Issuer          *string       `json:"issuer"`
	ClientID        *string       `json:"client_id"`
	ClientSecretSet bool          `json:"client_secret_set"`
	Scopes          Array[string] `json:"scopes"`
	AuthMethod      *string       `json:"token_endpoint_auth_method"` // null: as the provider says
	EndSession      bool          `json:"end_session"`                // who signs out here signs out there
}

type (
	candidateObject  struct{}
	keyObject        struct{}
	ssoAttemptObject struct{}
)

func (candidateObject) object() string  { return "connection_candidate" }
func (keyObject) object() string        { return "connection_key" }
func (ssoAttemptObject) object() string { return "sso_attempt" }

// ConnectionCandidate is a configuration that is tried beside the live one,
// and what was found.
type ConnectionCandidate struct {
	Object       Object[candidateObject] `json:"object"`
	ConnectionID id.Connection           `json:"connection_id"`
	Changed      Array[string]           `json:"changed"` // members that differ from the live configuration
	SAML         *SAMLProvider           `json:"saml,omitempty"`
	OIDC         *OIDCProvider           `json:"oidc,omitempty"`
	Findings     CandidateFindings       `json:"findings"`
	CreatedAt    Timestamp               `json:"created_at"`
}

// CandidateFindings are real sign-ins since the candidate was set, by what it
// would have made of them.
type CandidateFindings struct {
	Agreeing int64               `json:"agreeing"` // people whom it lets in too
	Refused  int64               `json:"refused"`  // people whom it would have kept out
	Mended   int64               `json:"mended"`   // failed sign-ins whose answer it takes
	First    *CandidateDifferent `json:"first_difference"`
}

// CandidateDifferent is the first sign-in that the candidate would have refused.
type CandidateDifferent struct {
	AttemptID id.SSOAttempt `json:"attempt_id"`
	Reference string        `json:"reference"`
	Code      *string       `json:"code"`
	Expected  *string       `json:"expected"`
	Received  *string       `json:"received"`
	CreatedAt Timestamp     `json:"created_at"`
}

// ConnectionKey is a key of ours, without its private half.
type ConnectionKey struct {
	Object            Object[keyObject] `json:"object"`
	ID                id.ConnectionKey  `json:"id"`
	Standing          string            `json:"standing"` // active, next, previous
	Certificate       string            `json:"certificate"`
	FingerprintSHA256 string            `json:"fingerprint_sha256"`
	NotBefore         Timestamp         `json:"not_before"`
	NotAfter          Timestamp         `json:"not_after"`
	CreatedAt         Timestamp         `json:"created_at"`
}

// SSOAttempt is a recorded try to sign in by a connection.
type SSOAttempt struct {
	Object         Object[ssoAttemptObject] `json:"object"`
	ID             id.SSOAttempt            `json:"id"`
	ConnectionID   id.Connection            `json:"connection_id"`
	OrganizationID id.Organization          `json:"organization_id"`
	Reference      string                   `json:"reference"`
	Kind           string                   `json:"kind"`    // sign_in, test, idp_initiated, logout
	Outcome        string                   `json:"outcome"` // started, succeeded, failed
	Code           *string                  `json:"code"`
	Expected       *string                  `json:"expected"`
	Received       *string                  `json:"received"`
	Diagnosis      *Diagnosis               `json:"diagnosis"`
	Steps          Array[SSOStep]           `json:"steps"`
	IDPID          *string                  `json:"idp_id"`
	Email          *string                  `json:"email"`
	UserID         *id.User                 `json:"user_id"`
	IPAddress      *string                  `json:"ip_address"`
	UserAgent      *string                  `json:"user_agent"`
	Candidate      *CandidateVerdict        `json:"candidate"`
	CreatedAt      Timestamp                `json:"created_at"`
	FinishedAt     *Timestamp               `json:"finished_at"`
}

// SSOAttemptDetail is an attempt with what came, less its secrets.
type SSOAttemptDetail struct {
	SSOAttempt
	Attributes map[string][]string `json:"attributes"`
	Document   *string             `json:"document"` // redacted
}

// SSOStep is one check of an answer.
type SSOStep struct {
	Check    string `json:"check"`
	Outcome  string `json:"outcome"`
	Detail   string `json:"detail,omitempty"`
	Expected string `json:"expected,omitempty"`
	Received string `json:"received,omitempty"`
}

// Diagnosis is why a sign-in was refused, and what to change where.
type Diagnosis struct {
	Code  string `json:"code"` // the catalogue's, such as SAML-AUDIENCE
	Title string `json:"title"`
	Text  string `json:"text"`
	Fix   string `json:"fix"`
	Value string `json:"value,omitempty"` // what to put there
	Who   string `json:"who"`             // provider, here, operator, person
}

// CandidateVerdict is what the candidate configuration made of the same answer.
type CandidateVerdict struct {
	Accepted bool    `json:"accepted"`
	Code     *string `json:"code"`
}
