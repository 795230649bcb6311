package sessions

import (
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// Session is one application's session of a person.
type Session struct {
	db.Global
	ID               id.Session
	BrowserSessionID *id.BrowserSession
	UserID           id.User
	ClientID         id.Client
	OrganizationID   *id.Organization // the current one; changed by Switch
	AuthMethod       Method
	AuthenticatedAt  time.Time
	SecondMethod     *Second // the second step, if there was one
	SecondAt         *time.Time
	Via
	IPAddress          *string
	UserAgent          *string
	ImpersonatorEmail  *string
	ImpersonatorReason *string
	LastActiveAt       time.Time
	IdleSeconds        int64
	ExpiresAt          time.Time
	EndedAt            *time.Time
	EndReason          *string
	CreatedAt          time.Time
	UpdatedAt          time.Time
}

// TableName is the table that this package owns.
func (Session) TableName() string { return "sessions" }

var sessions = db.GlobalTable[Session, id.Session]{}

var systemActor = actor.System("sessions")

// ErrEnded says that the session ended, expired, or never was.
var ErrEnded = problem.New(problem.BadRequest, "session_ended", "That session has ended. Sign in again.")

// New is what a session starts with.
type New struct {
	BrowserSession  *id.BrowserSession
	User            id.User
	Client          id.Client
	Organization    *id.Organization
	Method          Method
	AuthenticatedAt time.Time // zero means now
	Second          *Second   // the second step, if one was taken
	SecondAt        *time.Time
	Via             Via
	IP              string // the person's, not the application's
	UserAgent       string
	Lifetimes       Lifetimes // zero means the default
}

// Start makes a session of an application. Below a browser session it holds
// that one, so that a sign-out in the same moment either ends the new session
// too or comes first: then it is ErrNoSession.
func Start(tx *db.Tx, n New) (*Session, error) {
	if err := holdBrowser(tx, n.BrowserSession); err != nil {
		return nil, err
	}
	s := Draft(tx.Now(), n)
	if err := sessions.Insert(tx, s); err != nil {
		return nil, err
	}
	return s, audit.RecordFor(tx, s.OrganizationID, audit.SessionCreated{Session: s.Wire(tx.Now())})
}

// Draft is the session that Start would make at now, not stored: redeeming a
// code writes it together with the rest as one statement of internal/db.
func Draft(now time.Time, n New) *Session {
	l := n.Lifetimes.orDefault()
	if n.AuthenticatedAt.IsZero() {
		n.AuthenticatedAt = now
	}
	return &Session{
		ID: id.New[id.Session](), BrowserSessionID: n.BrowserSession, UserID: n.User, ClientID: n.Client,
		OrganizationID: n.Organization, AuthMethod: n.Method, AuthenticatedAt: n.AuthenticatedAt, SecondMethod: n.Second, SecondAt: n.SecondAt, Via: n.Via,
		IPAddress: field.Clip(n.IP, maxAgent), UserAgent: field.Clip(n.UserAgent, maxAgent),
		LastActiveAt: now, IdleSeconds: int64(l.Idle.Seconds()), ExpiresAt: now.Add(l.Absolute), CreatedAt: now, UpdatedAt: now,
	}
}

// Get is one session, ended or not, or db.ErrNotFound.
func Get(tx db.AnyScope, session id.Session) (*Session, error) { return sessions.Get(tx, session) }

// Live is the session if it can still be used, else ErrEnded.
func Live(tx db.AnyScope, session id.Session) (*Session, error) {
	s, err := sessions.Get(tx, session)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrEnded
	}
	if err == nil && !s.LiveAt(tx.Now()) {
		return nil, ErrEnded
	}
	return s, err
}

// Hold is Live for a refresh: it holds the session until the transaction
// ends, so that nobody ends it in between.
func Hold(tx *db.Tx, session id.Session) (*Session, error) {
	s, err := sessions.GetForUpdate(tx, session)
	if errors.Is(err, db.ErrNotFound) || err == nil && !s.LiveAt(tx.Now()) {
		return nil, ErrEnded
	}
	return s, err
}

// Used notes that a session was used.
func Used(tx *db.Tx, s *Session) error {
	if tx.Now().Sub(s.LastActiveAt) < touchEvery {
		return nil
	}
	s.LastActiveAt = tx.Now()
	_, err := sessions.Update(tx, s.ID, db.Set{"last_active_at": tx.Now()}.Quiet())
	return err
}

// StepUp notes that the person took a second step for this session, because an
// organization asked for it.
func StepUp(tx *db.Tx, s *Session, second Second, at time.Time) error {
	s.SecondMethod, s.SecondAt = &second, &at
	n, err := sessions.Update(tx, s.ID, db.Set{"second_method": string(second), "second_at": at}, db.Null("ended_at"))
	if err == nil && n == 0 {
		return ErrEnded
	}
	return err
}

// LiveAt reports whether the session can be used at now.
func (s *Session) LiveAt(now time.Time) bool {
	return alive(now, s.ExpiresAt, s.LastActiveAt, s.IdleSeconds, s.EndedAt)
}

// Switch moves the session to another of the person's organizations, or to
// none. Whether they may enter it is the caller's to have asked.
func Switch(tx *db.Tx, session id.Session, org *id.Organization) (*Session, error) {
	n, err := sessions.Update(tx, session, db.Set{"organization_id": org}, db.Null("ended_at"))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrEnded
	}
	s, err := sessions.Get(tx, session)
	if err != nil {
		return nil, err
	}
	return s, audit.RecordFor(tx, org, audit.SessionSwitched{Session: s.Wire(tx.Now())})
}

// Query says which sessions to list.
type Query struct {
	User         id.User
	Organization id.Organization // that are in it now
	Live         bool            // only those that can be used
	db.Page
}

// List is a page of sessions.
func List(tx db.AnyScope, q Query) ([]Session, db.Paging, error) {
	var seen, conds []db.Cond
	if q.User != "" {
		seen = append(seen, db.Eq("user_id", q.User))
	}
	if q.Organization != "" {
		conds = append(conds, db.Eq("organization_id", q.Organization))
	}
	if q.Live {
		conds = append(conds, db.Null("ended_at"), db.Gt("expires_at", tx.Now()))
	}
	list := func(q db.Query) ([]Session, error) { // a cursor too is the person's
		q.Where = append(q.Where, seen...)
		return sessions.List(tx, q)
	}
	return db.ListPage(list, q.Page, "id", func(s Session) string { return string(s.ID) }, conds...)
}

// ListByUser is a page of a person's sessions, ended ones among them.
func ListByUser(tx db.AnyScope, user id.User, page db.Page) ([]Session, db.Paging, error) {
	return List(tx, Query{User: user, Page: page})
}

// Wire is the session as the management API shows it at now.
func (s *Session) Wire(now time.Time) wire.Session {
	w := wire.Session{
		ID: s.ID, UserID: s.UserID, OrganizationID: s.OrganizationID, IPAddress: s.IPAddress, UserAgent: s.UserAgent,
		AuthMethod: s.AuthMethod.Wire(), Status: s.status(now), ExpiresAt: wire.At(s.ExpiresAt), EndedAt: wire.MaybeAt(s.EndedAt),
		CreatedAt: wire.At(s.CreatedAt), UpdatedAt: wire.At(s.UpdatedAt),
	}
	if s.ImpersonatorEmail != nil {
		w.Impersonator = &wire.Impersonator{Email: *s.ImpersonatorEmail, Reason: s.ImpersonatorReason}
	}
	return w
}

func (s *Session) status(now time.Time) string {
	switch {
	case s.EndedAt != nil:
		return "revoked"
	case !s.LiveAt(now):
		return "expired"
	}
	return "active"
}
