package people

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

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
