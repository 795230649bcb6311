package people

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Identity is a subject of a connection, bound to a user. Its id is the
// wire's profile id.
type Identity struct {
	db.Owned
	ID           id.Profile
	ConnectionID id.Connection
	UserID       id.User
	Subject      string
	ExternalID   *string
	Email        *string
	Guest        bool   // the organization does not hold the address's domain
	Profile      []byte // sealed: the profile at the last sign-in
	LastUsedAt   *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Identity) TableName() string { return "sso_identities" }

var identities = db.OwnedTable[Identity, id.Profile]{}

// Session is one that a provider may want to end.
type Session struct {
	db.Owned
	ID               id.SSOSession
	ConnectionID     id.Connection
	IdentityID       id.Profile
	BrowserSessionID id.BrowserSession
	SubjectHash      []byte
	IndexHash        []byte
	Sealed           []byte // NameID as it came, SessionIndex; ID token
	ExpiresAt        time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// TableName is the table that this package owns.
func (Session) TableName() string { return "sso_sessions" }

var sessionRows = db.OwnedTable[Session, id.SSOSession]{}
