package portal

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Scope is one section of the portal.
type Scope string

// The scopes. What is not among a session's is not shown at all.
const (
	SSO          Scope = "sso"
	Certificates Scope = "certificates" // of the connections, and nothing else of them
	Domains      Scope = "domains"
	Directory    Scope = "directory"
	AuditLog     Scope = "audit_log"
	LogStream    Scope = "log_stream"
	Policies     Scope = "policies" // by role alone: no link gives it
	Members      Scope = "members"
)

// Link opens the portal once.
type Link struct {
	db.Owned
	ID           id.PortalLink
	TokenHash    []byte
	Scopes       []Scope        `gorm:"serializer:json"`
	ConnectionID *id.Connection // that connection's set-up alone
	ProviderType *string        // the set-up begins with it
	ReturnURL    *string
	SuccessURL   *string
	MadeBy       string // as people call who made it
	AskedAt      *time.Time
	UsedAt       *time.Time
	ExpiresAt    time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Link) TableName() string { return "portal_links" }

var links = db.OwnedTable[Link, id.PortalLink]{}

// Session is somebody in the portal.
type Session struct {
	db.Owned
	ID           id.PortalSession
	SecretHash   []byte
	LinkID       *id.PortalLink
	UserID       *id.User // came by role
	Name         string
	Scopes       []Scope `gorm:"serializer:json"`
	ConnectionID *id.Connection
	ProviderType *string
	ReturnURL    *string
	SuccessURL   *string
	EndedAt      *time.Time
	ExpiresAt    time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Session) TableName() string { return "portal_sessions" }

var portalSessions = db.OwnedTable[Session, id.PortalSession]{}
