package oauth

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

// Surface is which dialect issued a code or a token; it redeems only its own.
type Surface string

// The surfaces. A pending grant waits for a second step of the wire's
// authenticate endpoint and can be redeemed by no code exchange. A code of
// /sso/authorize gives a profile, or at the wire's endpoint a session.
const (
	SurfaceWire    Surface = "wire"
	SurfaceSSO     Surface = "sso"
	SurfaceOAuth2  Surface = "oauth2"
	surfacePending Surface = "pending"
)

// authorizationRequest is what the application asked for at the authorize
// endpoint, kept while the person signs in.
type authorizationRequest struct {
	db.Global
	ID             id.Authorization
	ClientID       id.Client
	Surface        Surface
	AttemptID      id.Attempt
	RedirectURI    string
	State          *string
	Nonce          *string
	Scope          *string
	CodeChallenge  *string
	OrganizationID *id.Organization
	InvitationID   *id.Invitation
	ConnectionID   *id.Connection // the sign-in goes there at once
	UsedAt         *time.Time
	ExpiresAt      time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

func (authorizationRequest) TableName() string { return "authorization_requests" }

// grant is what one authorization gave: first a code, then a session.
type grant struct {
	db.Global
	ID               id.Grant
	ClientID         id.Client
	Surface          Surface
	UserID           id.User
	BrowserSessionID *id.BrowserSession
	SessionID        *id.Session
	OrganizationID   *id.Organization
	RedirectURI      string
	Nonce            *string
	Scope            *string
	CodeHash         []byte
	CodeChallenge    *string
	AuthMethod       string
	AuthenticatedAt  time.Time
	SecondMethod     *sessions.Second
	SecondAt         *time.Time
	sessions.Via
	ProfileID      *id.Profile // a code of /sso/authorize
	InvitationID   *id.Invitation
	ProofID        *id.EmailProof // what a pending sign-in sent by mail
	SessionSeconds *int64         // how long the organization lets the session live, where it says
	IdleSeconds    *int64
	UsedAt         *time.Time
	EndedAt        *time.Time
	ExpiresAt      time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

func (grant) TableName() string { return "grants" }

// family is a chain of refresh tokens. Only its head is stored, hashed; the
// tokens themselves are derived (refresh_token.go).
type family struct {
	db.Global
	ID         id.RefreshToken
	SessionID  id.Session
	ClientID   id.Client
	UserID     id.User
	Surface    Surface
	Scope      *string
	Generation int64
	HeadHash   []byte
	Rotations  rotations
	RotatedAt  *time.Time
	EndedAt    *time.Time
	EndReason  *string
	ExpiresAt  time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

func (family) TableName() string { return "refresh_tokens" }

var (
	requests = db.GlobalTable[authorizationRequest, id.Authorization]{}
	grants   = db.GlobalTable[grant, id.Grant]{}
	families = db.GlobalTable[family, id.RefreshToken]{}
)

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func value[T ~string](p *T) T {
	if p == nil {
		return ""
	}
	return *p
}

// ssoToken is the bearer of GET /sso/profile, or of GET /sso/logout.
type ssoToken struct {
	db.Owned
	ID         id.SSOToken
	Kind       string // profile, logout
	TokenHash  []byte
	ClientID   *id.Client // nil: an API key asked
	GrantID    *id.Grant  // whose code it was given for
	IdentityID id.Profile
	UsedAt     *time.Time
	ExpiresAt  time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

func (ssoToken) TableName() string { return "sso_tokens" }

var ssoTokens = db.OwnedTable[ssoToken, id.SSOToken]{}
