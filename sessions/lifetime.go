package sessions

import "time"

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
	Disowned            Reason = "disowned" // the person said that it was not they
	Claimed             Reason = "claimed"  // the address's owner proved it
	Replaced            Reason = "replaced" // the browser signed in anew
)
