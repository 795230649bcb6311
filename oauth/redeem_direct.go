package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/sessions"
	"gatehouse/users"
)

// redeemDirect does the common redemption in two round trips. What is rare or
// refused it leaves (done is false) to the ordinary transactions of redeem,
// which read everything again. The write is conditional on the code being
// unspent and the browser session alive, so a race makes one session.
func (h *Handler) redeemDirect(ctx context.Context, surface Surface, c *caller, t *tokenRequest, who actor.Actor) (i *issue, done bool, err error) {
	if h.DB.Dialect != db.Postgres {
		return nil, false, nil
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, false, err
	}
	state, err := h.DB.LocateGrant(ctx, seal.Hash(t.Code))
	if errors.Is(err, db.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading a grant: %w", err)
	}
	now, g := h.DB.Clock(), grantOf(state)
	if g.check(surface, c, t) != nil || !redeemable(state, now) {
		return nil, false, nil
	}
	g.Surface = surface
	if i, err = h.draft(state, g, c, t, now); err != nil {
		return nil, false, err
	}
	r, err := i.redemption(key, g, who, now)
	if err != nil {
		return nil, false, err
	}
	if done, err = h.DB.RedeemGrant(ctx, r); err != nil {
		return nil, false, fmt.Errorf("redeeming a code: %w", err)
	}
	return i, done, nil
}

func grantOf(s *db.GrantState) *grant {
	return &grant{ID: s.ID, ClientID: s.ClientID, Surface: Surface(s.Surface), UserID: s.UserID, BrowserSessionID: s.BrowserSession,
		OrganizationID: s.Organization, RedirectURI: s.RedirectURI, Nonce: s.Nonce, Scope: s.Scope, CodeChallenge: s.CodeChallenge,
		AuthMethod: s.AuthMethod, AuthenticatedAt: s.AuthenticatedAt, SecondMethod: (*sessions.Second)(s.SecondMethod), SecondAt: s.SecondAt,
		Via: sessions.Via{ConnectionID: s.Connection, SSOOrganizationID: s.SSOOrganization, SSOGuest: s.SSOGuest}, ProfileID: s.Profile,
		SessionSeconds: s.SessionSeconds, IdleSeconds: s.GrantIdle, UsedAt: s.UsedAt, EndedAt: s.EndedAt, ExpiresAt: s.ExpiresAt}
}

// redeemable reports whether nothing stands against the redemption.
func redeemable(s *db.GrantState, now time.Time) bool {
	if s.UsedAt != nil || s.EndedAt != nil || !now.Before(s.ExpiresAt) {
		return false
	}
	if s.BrowserSession != nil {
		if s.BrowserExpires == nil || s.BrowserLastSeen == nil || s.BrowserIdle == nil {
			return false
		}
		b := sessions.Browser{ExpiresAt: *s.BrowserExpires, LastSeenAt: *s.BrowserLastSeen, IdleSeconds: *s.BrowserIdle, EndedAt: s.BrowserEnded}
		if !b.LiveAt(now) {
			return false
		}
	}
	u := users.User{BannedAt: s.Person.BannedAt, BannedUntil: s.Person.BannedUntil}
	return !u.BannedNow(now) && (s.Organization == nil || value(s.Person.MemberStatus) == string(users.Active))
}

// draft is the issue of a redemption that is not written yet.
func (h *Handler) draft(state *db.GrantState, g *grant, c *caller, t *tokenRequest, now time.Time) (*issue, error) {
	u, err := personOf(g.UserID, &state.Person)
	if err != nil {
		return nil, err
	}
	n := sessions.New{BrowserSession: g.BrowserSessionID, User: g.UserID, Client: c.ID, Organization: g.OrganizationID,
		Method: sessions.Method(g.AuthMethod), AuthenticatedAt: g.AuthenticatedAt,
		Second: g.SecondMethod, SecondAt: g.SecondAt, Via: g.Via, Lifetimes: h.Lifetimes.Within(g.bounds())}
	n.IP, n.UserAgent = t.person(c)
	if n.IP == "" {
		n.IP = value(state.IPAddress)
	}
	if n.UserAgent == "" {
		n.UserAgent = value(state.UserAgent)
	}
	i := &issue{client: c.registration, surface: g.Surface, session: sessions.Draft(now, n), user: u.Wire(),
		scope: parseScopes(value(g.Scope)), nonce: value(g.Nonce)}
	if g.OrganizationID != nil {
		i.role = value(state.Person.MemberRole)
	}
	return i, nil
}

// redemption is what has to be written for the issue; it makes the refresh
// token where there is to be one.
func (i *issue) redemption(key refreshKey, g *grant, who actor.Actor, now time.Time) (db.Redemption, error) {
	entry, err := audit.Prepare(who, now, audit.SessionCreated{Session: i.session.Wire(now)})
	if err != nil {
		return db.Redemption{}, err
	}
	s := i.session
	r := db.Redemption{Grant: g.ID, Client: s.ClientID, User: s.UserID, BrowserSession: s.BrowserSessionID, Organization: s.OrganizationID,
		Now: now, Session: s.ID, AuthMethod: string(s.AuthMethod), AuthenticatedAt: s.AuthenticatedAt,
		SecondMethod: (*string)(s.SecondMethod), SecondAt: s.SecondAt,
		Connection: s.ConnectionID, SSOOrganization: s.SSOOrganizationID, SSOGuest: s.SSOGuest, IPAddress: s.IPAddress,
		UserAgent: s.UserAgent, IdleSeconds: s.IdleSeconds, ExpiresAt: s.ExpiresAt, Surface: string(g.Surface),
		Scope: optional(i.scope.String()), Audit: entry}
	if g.Surface == SurfaceWire || i.scope.has(scopeOffline) {
		r.Family = id.New[id.RefreshToken]()
		i.refresh = key.token(r.Family, 1)
		r.HeadHash = seal.Hash(i.refresh)
	}
	return r, nil
}
