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
