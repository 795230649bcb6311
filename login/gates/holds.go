package gates

import (
	"net/netip"
	"slices"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
)

// Session is one that was begun in an organization, whose policy may have
// changed since.
type Session struct {
	Organization id.Organization
	User         id.User
	Method       sessions.Method
	Via          sessions.Via
	Second       *sessions.Second
	IP           string // the person's, now
}

// Holds reports whether the organization's policy lets a session of a member
// go on: what a refresh asks each time. Whoever enrolled a second step since
// is not asked for it; the policy alone counts. Where it does not hold, Check
// says what stands in the way.
func Holds(p wire.OrganizationPolicy, s Session) bool {
	ip, _ := netip.ParseAddr(s.IP)
	o := &Organization{ID: s.Organization, Policy: p, Member: true, BreakGlass: slices.Contains(p.BreakGlassUsers, s.User)}
	return Next(Facts{Method: s.Method, Via: s.Via, MailboxProven: true, Second: s.Second, IP: ip, Organization: o}).Gate == Open
}

// Bounds are how long the policy lets sessions live; zero where it does not say.
func Bounds(p wire.OrganizationPolicy) sessions.Lifetimes {
	return sessions.Lifetimes{Absolute: seconds64(p.SessionLifetimeSeconds), Idle: seconds64(p.SessionIdleSeconds)}
}

func seconds64(n *int64) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n) * time.Second
}
