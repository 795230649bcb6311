package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Connection is an organization's link to one identity provider.
type Connection struct {
	db.Owned
	ID                   id.Connection
	Type                 Type
	Protocol             Protocol
	Name                 string
	State                State
	IDPInitiated         bool `gorm:"column:idp_initiated"` // sign-ins may begin at the provider
	JIT                  bool // whoever comes becomes a member
	AllowGuests          bool // addresses of domains that the organization has not verified
	DefaultRole          *string
	AttributeMap         AttributeMap   `gorm:"serializer:json"`
	RoleMappings         []RoleMapping  `gorm:"serializer:json"`
	ReplacesID           *id.Connection // its people move here, as an owner approved
	ReplacesApprovedBy   *string
	ReplacesApprovedAt   *time.Time
	MetadataCheckedAt    *time.Time
	MetadataError        *string
	MetadataDueAt        *time.Time // the next look at the metadata, of active connections that have a URL of it
	CertificateExpiresAt *time.Time // when the last of those that are accepted ends
	CertificateNotice    *int64     // days before it, of the last reminder
	SetupStep            *string    // where the portal's set-up stands
	TestedAt             *time.Time // the last test that passed
	TestedBy             *string
	LastUsedAt           *time.Time
	ActivatedAt          *time.Time
	CreatedAt            time.Time
	UpdatedAt            time.Time
}

// TableName is the table that this package owns.
func (Connection) TableName() string { return "connections" }

var connections = db.OwnedTable[Connection, id.Connection]{}

// Protocol is what a connection speaks.
type Protocol string

// The protocols.
const (
	SAML Protocol = "saml"
	OIDC Protocol = "oidc"
)

// State is whether a connection signs people in.
type State string

// A draft is being set up, an inactive one was turned off: neither signs
// anybody in, but an admin can test a draft.
const (
	Draft    State = "draft"
	Active   State = "active"
	Inactive State = "inactive"
)

// AttributeMap says under which names a provider tells what; a field without
// names of its own is looked for under those that providers are known to use.
// Custom are further members of the profile's custom_attributes.
type AttributeMap struct {
	Email      []string            `json:"email,omitempty"`
	FirstName  []string            `json:"first_name,omitempty"`
	LastName   []string            `json:"last_name,omitempty"`
	Groups     []string            `json:"groups,omitempty"`
	IDPID      []string            `json:"idp_id,omitempty"`      // the stable subject, instead of the NameID or sub
	ExternalID []string            `json:"external_id,omitempty"` // one that stays when people move to another provider
	Custom     map[string][]string `json:"custom,omitempty"`
}

// RoleMapping gives who is in a provider's group a role.
type RoleMapping struct {
	Group    string `json:"group"`
	RoleSlug string `json:"role_slug"`
}

// Domain sends the people of a mail domain to a connection.
type Domain struct {
	db.Owned
	ID           id.ConnectionDomain
	ConnectionID id.Connection
	Domain       string
	CreatedAt    time.Time
}

// TableName is the table that this package owns.
func (Domain) TableName() string { return "connection_domains" }

var domains = db.OwnedTable[Domain, id.ConnectionDomain]{}
