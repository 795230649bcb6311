package oauth

import (
	"context"
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/users"
)

// errSpent says that a conditional update found a code or token used already.
var errSpent = errors.New("used already")

// redeem turns a code into a session, once. Whatever is wrong with the request
// is found before anything changes, so a mistake does not spend the code.
func (h *Handler) redeem(ctx context.Context, surface Surface, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	if t.Code == "" {
		return nil, missing("code")
	}
	if i, done, err := h.redeemDirect(ctx, surface, c, t, who); done || err != nil {
		return i, err
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	var g *grant
	err = h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		g, err = grants.First(tx, db.Eq("code_hash", seal.Hash(t.Code)))
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return nil, errInvalidGrant
	}
	if err != nil {
		return nil, err
	}
	if err := g.check(surface, c, t); err != nil {
		return nil, err
	}
	g.Surface = surface
	var i *issue
	err = errSpent
	if g.UsedAt == nil {
		err = h.DB.Tx(ctx, who, func(tx *db.Tx) (err error) {
			i, err = h.spend(tx, key, g, c, t)
			return err
		})
	}
	if errors.Is(err, errSpent) {
		return nil, h.punishReuse(ctx, g.ID, who)
	}
	return i, err
}

// check holds the request against the grant (RFC 6749 §4.1.3, RFC 7636 §4.6).
func (g *grant) check(surface Surface, c *caller, t *tokenRequest) error {
	challenge := value(g.CodeChallenge)
	switch {
	case g.ClientID != c.ID || !g.redeemsAt(surface):
		return errInvalidGrant
	case challenge == "" && t.CodeVerifier != "" && surface == SurfaceWire:
		return errNoChallenge
	case challenge == "" && t.CodeVerifier != "":
		return errInvalidGrant
	case challenge == "" && !c.proven:
		return errInvalidRequest.WithMessage("Send the client_secret, or use PKCE and send the code_verifier.")
	case challenge != "" && t.CodeVerifier == "":
		return errInvalidGrant.WithMessage("The code was issued with a code_challenge: send the code_verifier.")
	case challenge != "" && !verifies(t.CodeVerifier, challenge):
		return errInvalidGrant
	case surface == SurfaceOAuth2 && t.RedirectURI != g.RedirectURI:
		return errInvalidGrant.WithMessage("redirect_uri is not the one that the code was sent to.")
	}
	return nil
}

// redeemsAt reports whether a code is for that surface. One of /sso/authorize
// is good for a session too: applications redeem it at the wire's endpoint.
func (g *grant) redeemsAt(surface Surface) bool {
	return g.Surface == surface || g.Surface == SurfaceSSO && surface == SurfaceWire
}

// spend uses the code up and starts the session. One conditional update decides
// between two that come at once; the other's work is rolled back.
func (h *Handler) spend(tx *db.Tx, key refreshKey, g *grant, c *caller, t *tokenRequest) (*issue, error) {
	if !tx.Now().Before(g.ExpiresAt) {
		return nil, errInvalidGrant
	}
	user, err := users.Get(tx, g.UserID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, errInvalidGrant
	}
	if err != nil {
		return nil, err
	}
	b := beginning{client: c.registration, surface: g.Surface, user: user, scope: parseScopes(value(g.Scope)), nonce: value(g.Nonce)}
	b.session = sessions.New{BrowserSession: g.BrowserSessionID, Organization: g.OrganizationID,
		Method: sessions.Method(g.AuthMethod), AuthenticatedAt: g.AuthenticatedAt, Second: g.SecondMethod, SecondAt: g.SecondAt, Via: g.Via}
	b.bounds = g.bounds()
	if err := b.place(tx, g, c, t); err != nil {
		return nil, err
	}
	i, err := h.start(tx, key, b)
	if errors.Is(err, errNotMember) {
		return nil, errInvalidGrant.WithMessage("The user is no longer a member of the organization.")
	}
	if err != nil {
		return nil, err
	}
	n, err := grants.Update(tx, g.ID, db.Set{"used_at": tx.Now(), "session_id": i.session.ID}, db.Null("used_at"), db.Null("ended_at"))
	if err == nil && n == 0 {
		return nil, errSpent
	}
	return i, err
}

// bounds are how long the organization lets the session live.
func (g *grant) bounds() sessions.Lifetimes {
	return gates.Bounds(wire.OrganizationPolicy{SessionLifetimeSeconds: g.SessionSeconds, SessionIdleSeconds: g.IdleSeconds})
}

// place says where the person is: as the application tells, else where their
// browser was when they signed in. That browser must still be signed in.
func (b *beginning) place(tx *db.Tx, g *grant, c *caller, t *tokenRequest) error {
	b.session.IP, b.session.UserAgent = t.person(c)
	if g.BrowserSessionID == nil {
		return nil
	}
	signedIn, err := sessions.LiveBrowser(tx, *g.BrowserSessionID)
	if errors.Is(err, sessions.ErrNoSession) {
		return errInvalidGrant
	}
	if err != nil {
		return err
	}
	b.session.Via.SSOGuest = b.session.Via.SSOGuest || signedIn.SSOGuest // since the code was given (sessions.MakeGuests)
	if b.session.IP == "" {
		b.session.IP = value(signedIn.IPAddress)
	}
	if b.session.UserAgent == "" {
		b.session.UserAgent = value(signedIn.UserAgent)
	}
	return nil
}

// punishReuse ends what a code gave the first time: of two who hold it one has
// stolen it (RFC 6749 §4.1.2). It commits although the request fails.
func (h *Handler) punishReuse(ctx context.Context, key id.Grant, who actor.Actor) error {
	err := h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		g, err := grants.GetForUpdate(tx, key)
		if err != nil || g.EndedAt != nil {
			return err // gone with its person, or punished already
		}
		if _, err := grants.Update(tx, key, db.Set{"ended_at": tx.Now()}); err != nil {
			return err
		}
		if g.SessionID != nil {
			if err := endSession(tx, *g.SessionID, sessions.CodeReused); err != nil {
				return err
			}
		}
		if err := endProfileTokens(tx, g); err != nil {
			return err
		}
		return audit.RecordFor(tx, g.OrganizationID, audit.GrantCodeReused{Grant: g.ID, Client: g.ClientID, User: g.UserID})
	})
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return errInvalidGrant
}

// endSession ends a session and its families.
func endSession(tx *db.Tx, session id.Session, why sessions.Reason) error {
	_, err := families.UpdateWhere(tx, db.Set{"ended_at": tx.Now(), "end_reason": string(why)},
		db.Eq("session_id", session), db.Null("ended_at"))
	if err != nil {
		return err
	}
	return sessions.End(tx, session, why)
}
