package sessions

import (
	"time"

	"gatehouse/internal/db"
)

// Lifetimes bound a session: how long at most, and how long unused.
type Lifetimes struct{ Absolute, Idle time.Duration }

// DefaultLifetimes are those of browser sessions and of applications' sessions.
var DefaultLifetimes = Lifetimes{Absolute: 30 * 24 * time.Hour, Idle: 7 * 24 * time.Hour}

func (l Lifetimes) orDefault() Lifetimes {
	if l.Absolute <= 0 {
		l.Absolute = DefaultLifetimes.Absolute
	}
	if l.Idle <= 0 {
		l.Idle = DefaultLifetimes.Idle
	}
	return l
}

// Within is l, and no longer than bounds where those say something.
func (l Lifetimes) Within(bounds Lifetimes) Lifetimes {
	l = l.orDefault()
	if bounds.Absolute > 0 {
		l.Absolute = min(l.Absolute, bounds.Absolute)
	}
	if bounds.Idle > 0 {
		l.Idle = min(l.Idle, bounds.Idle)
	}
	return l
}

// Lifetimes are how long the session may live since it began, and unused.
func (s *Session) Lifetimes() Lifetimes {
	return Lifetimes{Absolute: s.ExpiresAt.Sub(s.CreatedAt), Idle: time.Duration(s.IdleSeconds) * time.Second}
}

// LivesWithin reports whether the session could be used at now if it were to
// live for l.
func (s *Session) LivesWithin(l Lifetimes, now time.Time) bool {
	return alive(now, s.CreatedAt.Add(l.Absolute), s.LastActiveAt, int64(l.Idle.Seconds()), s.EndedAt)
}

// SetLifetimes lets the session live for l since it began. Whether it still
// lives then is LiveAt's to say.
func SetLifetimes(tx *db.Tx, s *Session, l Lifetimes) error {
	l = l.orDefault()
	s.ExpiresAt, s.IdleSeconds = s.CreatedAt.Add(l.Absolute), int64(l.Idle.Seconds())
	_, err := sessions.Update(tx, s.ID, db.Set{"expires_at": s.ExpiresAt, "idle_seconds": s.IdleSeconds}.Quiet(), db.Null("ended_at"))
	return err
}

// touchEvery is how stale "last used" may be: a write a minute and session, not
// one a request.
const touchEvery = time.Minute

// alive reports whether a session is usable at now.
func alive(now, expires, lastUsed time.Time, idleSeconds int64, ended *time.Time) bool {
	idle := time.Duration(idleSeconds) * time.Second
	return ended == nil && now.Before(expires) && now.Before(lastUsed.Add(idle))
}

// Reason is why a session ended. It is stable: events carry it.
type Reason string

// The reasons.
const (
	SignedOut           Reason = "signed_out"
	Revoked             Reason = "revoked" // by an operator, an application or the person elsewhere
	PasswordChanged     Reason = "password_changed"
	UserBanned          Reason = "user_banned"
	UserDeleted         Reason = "user_deleted"
	MembershipEnded     Reason = "membership_ended"
	OrganizationDeleted Reason = "organization_deleted"
	TokenReused         Reason = "refresh_token_reused"
	CodeReused          Reason = "code_reused"
	Disowned            Reason = "disowned"      // the person said that it was not they
	Claimed             Reason = "claimed"       // the address's owner proved it
	Replaced            Reason = "replaced"      // the browser signed in anew
	SingleLogout        Reason = "single_logout" // the identity provider said so
	Outlived            Reason = "lifetime"      // it is older than its organization lets sessions get
)
