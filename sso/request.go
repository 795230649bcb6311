package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Lifetime is how long a person may take at the provider.
const Lifetime = 30 * time.Minute

// Purpose is what a browser was sent to a provider for.
type Purpose string

// The purposes.
const (
	SignIn Purpose = "sign_in"
	Test   Purpose = "test"   // by an admin, who sees what came and is not signed in
	Logout Purpose = "logout" // its answer ends a single logout
)

// Request is one sending of a browser to an identity provider.
type Request struct {
	db.Owned
	ID            id.SSORequest
	ConnectionID  id.Connection
	Purpose       Purpose
	StateHash     []byte
	BoundHash     []byte
	AttemptID     *id.Attempt
	PortalSession *id.PortalSession
	RecordedID    *id.SSOAttempt
	ReturnPath    *string
	Sealed        []byte
	AnsweredAt    *time.Time
	UsedAt        *time.Time
	ExpiresAt     time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// TableName is the table that this package owns.
func (Request) TableName() string { return "sso_requests" }

var requests = db.OwnedTable[Request, id.SSORequest]{}

// seen is an assertion or a logout token that was used. Its id is made of the
// connection and the assertion's id.
type seen struct {
	db.Owned
	ID           id.Seen
	ConnectionID id.Connection
	ExpiresAt    time.Time
	CreatedAt    time.Time
}

// TableName is the table that this package owns.
func (seen) TableName() string { return "assertions_seen" }

var seens = db.OwnedTable[seen, id.Seen]{}
