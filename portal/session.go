package portal

import (
	"errors"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// SessionLifetime is how long a visit lasts (contract: eight hours), however
// busy it is.
const SessionLifetime = 8 * time.Hour

// ExtendWithin is how long before its end a visit can be made longer.
const ExtendWithin = 30 * time.Minute

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
	Extendable   bool
	EndedAt      *time.Time
	ExpiresAt    time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Session) TableName() string { return "portal_sessions" }

var portalSessions = db.OwnedTable[Session, id.PortalSession]{}

// What visitors are told.
var (
	// ErrNoSession says that nobody is in the portal by that cookie.
	ErrNoSession = problem.New(problem.Unauthorized, "no_portal_session", "You aren't in the portal.")
	// ErrEnded says that the visit is over.
	ErrEnded = problem.New(problem.Forbidden, "portal_session_over", "Your visit is over.")
	// ErrNotExtendable says that the visit stays as long as it is.
	ErrNotExtendable = problem.New(problem.Conflict, "portal_session_not_extendable", "This visit can't be made longer. Ask for another link.")
)

// start keeps a visit that begins now.
func start(tx *db.OrgTx, s *Session) (secret string, err error) {
	secret = seal.Token(seal.TokenBytes)
	s.ID, s.SecretHash, s.ExpiresAt = id.New[id.PortalSession](), seal.Hash(secret), tx.Now().Add(SessionLifetime)
	if err := portalSessions.Insert(tx, s); err != nil {
		return "", err
	}
	return secret, audit.Record(tx, audit.PortalSessionStarted{Session: s.entry()})
}

func (s *Session) entry() audit.PortalSession {
	return audit.PortalSession{ID: s.ID, Organization: s.OrganizationID, Name: s.Name, Link: s.LinkID, User: s.UserID, Scopes: words(s.Scopes), Connection: s.ConnectionID, Expires: s.ExpiresAt}
}

// EnterByRole starts the visit of an owner or admin of the organization. That
// they are one is the caller's to know, and to ask again at every request:
// people stand on a higher floor.
func EnterByRole(tx *db.OrgTx, user id.User, name string) (*Session, string, error) {
	s := &Session{UserID: &user, Name: name, Scopes: RoleScopes}
	secret, err := start(tx, s)
	return s, secret, err
}

// LocateSession is the visit of a cookie's secret: ErrNoSession where there is
// none, ErrEnded with the visit where it is over.
func LocateSession(tx *db.AllTx, secret string) (*Session, error) {
	if secret == "" {
		return nil, ErrNoSession
	}
	s, err := portalSessions.First(tx, db.Eq("secret_hash", seal.Hash(secret)))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrNoSession
	}
	if err == nil && !s.LiveAt(tx.Now()) {
		return s, ErrEnded
	}
	return s, err
}

// LiveAt reports whether the visit goes on at now.
func (s *Session) LiveAt(now time.Time) bool { return s.EndedAt == nil && now.Before(s.ExpiresAt) }

// Holds keeps the visit from ending until the transaction does, or says that
// it is over: what is done in the portal is done by somebody who is in it.
func Holds(tx *db.OrgTx, key id.PortalSession) error {
	s, err := portalSessions.GetForUpdate(tx, key)
	if errors.Is(err, db.ErrNotFound) || err == nil && !s.LiveAt(tx.Now()) {
		return ErrEnded
	}
	return err
}

// End ends a visit: its cookie opens nothing any more. One that is over stays so.
func End(tx *db.OrgTx, key id.PortalSession) error {
	s, err := portalSessions.Get(tx, key)
	if err != nil {
		return err
	}
	n, err := portalSessions.Update(tx, key, db.Set{"ended_at": tx.Now()}, db.Null("ended_at"))
	if err != nil || n == 0 {
		return err
	}
	return audit.Record(tx, audit.PortalSessionEnded{Session: s.entry()})
}

// Extend makes a visit that is about to end last as long again: once, and
// where its link allows it.
func Extend(tx *db.OrgTx, key id.PortalSession) (*Session, error) {
	until := tx.Now().Add(SessionLifetime)
	n, err := portalSessions.Update(tx, key, db.Set{"expires_at": until, "extendable": false},
		db.Eq("extendable", true), db.Null("ended_at"), db.Gt("expires_at", tx.Now()), db.Lte("expires_at", tx.Now().Add(ExtendWithin)))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrNotExtendable
	}
	s, err := portalSessions.Get(tx, key)
	if err != nil {
		return nil, err
	}
	return s, audit.Record(tx, audit.PortalSessionExtended{Session: s.entry()})
}

// Has reports whether the visit may open one of the sections.
func (s *Session) Has(any ...Scope) bool {
	return slices.ContainsFunc(any, func(one Scope) bool { return slices.Contains(s.Scopes, one) })
}

// Reaches reports whether the visit may see the connection: one that is
// limited to a connection sees that one alone.
func (s *Session) Reaches(c id.Connection) bool { return s.ConnectionID == nil || *s.ConnectionID == c }

// Actor is who does what is done in the visit, for the log.
func (s *Session) Actor(from actor.Actor) actor.Actor {
	from.Kind, from.ID, from.Name = actor.KindPortal, string(s.ID), s.Name
	if s.UserID != nil {
		from.ID = string(*s.UserID)
	}
	return from
}
