package oauth

import (
	"errors"
	"net/url"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/login"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/users"
)

// resume is where login sends the browser back to: the request becomes a grant
// and the application gets its code. Only the browser that signed in gets it,
// so a link to somebody else's request gives nothing.
func (h *Handler) resume(c echo.Context) error {
	key, err := id.Parse[id.Authorization](c.Param("request"))
	if err != nil {
		return ErrPageExpired
	}
	secret := h.Jar.Get(c.Request(), browser.Session)
	to := ""
	err = h.DB.Tx(c.Request().Context(), browser.ActorOf(c.Request()), func(tx *db.Tx) error {
		r, err := requests.Get(tx, key)
		if errors.Is(err, db.ErrNotFound) {
			return ErrPageExpired
		}
		if err != nil {
			return err
		}
		done, err := h.outcome(tx, r, secret)
		if err != nil {
			return err
		}
		n, err := requests.Update(tx, key, db.Set{"used_at": tx.Now()}, db.Null("used_at"), db.Gt("expires_at", tx.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrPageExpired
		}
		to, err = h.answerCode(tx, r, done)
		return err
	})
	if err != nil {
		return err
	}
	return found(c, to)
}

// outcome is what the sign-in found out, if it was done in this browser.
func (h *Handler) outcome(tx *db.Tx, r *authorizationRequest, secret string) (login.Done, error) {
	done, err := login.Outcome(tx, r.AttemptID)
	if errors.Is(err, login.ErrNotDone) {
		return done, ErrPageExpired
	}
	if err != nil {
		return done, err
	}
	b, err := sessions.FindBrowser(tx, secret)
	if errors.Is(err, sessions.ErrNoSession) || err == nil && b.ID != done.BrowserSession {
		return done, ErrPageExpired
	}
	return done, err
}

// answerCode is where the application gets its code. A code for a profile is
// for who came by a connection that was asked for, and for nobody else.
func (h *Handler) answerCode(tx *db.Tx, r *authorizationRequest, done login.Done) (string, error) {
	if r.Surface != SurfaceSSO {
		return h.grantCode(tx, r, done)
	}
	if refused := r.outside(done.Via); refused != nil {
		return back(r.Surface, h.Base, r.RedirectURI, value(r.State), url.Values{"error": {refused.code}, "error_description": {refused.description}}), nil
	}
	return h.grantCode(tx, r, done)
}

// grantCode makes the grant and the address that takes its code to the application.
func (h *Handler) grantCode(tx *db.Tx, r *authorizationRequest, done login.Done) (string, error) {
	code := seal.Token(seal.TokenBytes)
	g := &grant{
		ID: id.New[id.Grant](), ClientID: r.ClientID, Surface: r.Surface, UserID: done.User, BrowserSessionID: &done.BrowserSession,
		OrganizationID: done.Organization, RedirectURI: r.RedirectURI, Nonce: r.Nonce, Scope: r.Scope,
		CodeHash: seal.Hash(code), CodeChallenge: r.CodeChallenge, AuthMethod: string(done.Method),
		AuthenticatedAt: done.AuthenticatedAt, SecondMethod: done.Second, SecondAt: done.SecondAt, Via: done.Via, ExpiresAt: tx.Now().Add(codeLifetime),
	}
	policy, err := policyOf(tx, g.OrganizationID)
	if err != nil {
		return "", err
	}
	g.SessionSeconds, g.IdleSeconds = policy.SessionLifetimeSeconds, policy.SessionIdleSeconds
	if r.Surface == SurfaceSSO {
		if g.ProfileID, err = profileOf(tx, done); err != nil {
			return "", err
		}
	}
	if err := grants.Insert(tx, g); err != nil {
		return "", err
	}
	tx.As(tx.Actor().As(done.User, ""))
	if err := audit.RecordFor(tx, g.OrganizationID, audit.GrantIssued{Grant: g.ID, Client: g.ClientID, User: g.UserID}); err != nil {
		return "", err
	}
	return back(r.Surface, h.Base, r.RedirectURI, value(r.State), url.Values{"code": {code}}), nil
}

// answerSilently answers prompt=none: a code if the person is signed in and
// nothing has to be asked, else why not (OpenID Connect Core §3.1.2.6).
func (h *Handler) answerSilently(tx *db.Tx, a *asked, secret string) (string, error) {
	b, err := sessions.FindBrowser(tx, secret)
	if errors.Is(err, sessions.ErrNoSession) {
		return "", refuse("login_required", "Nobody is signed in.")
	}
	if err != nil {
		return "", err
	}
	fresh, err := a.fresh(tx)
	if err != nil {
		return "", err
	}
	if fresh != nil && b.AuthenticatedAt.Before(*fresh) {
		return "", refuse("login_required", "The sign-in is older than max_age, or than the organization lets sessions get.")
	}
	if !a.fits(b) {
		return "", refuse("login_required", "The user did not sign in by that connection.")
	}
	u, err := users.Get(tx, b.UserID)
	if err != nil {
		return "", err
	}
	subject := gates.Subject{User: u, Method: b.AuthMethod, Via: b.Via, Second: b.SecondMethod, Organization: a.organization, Choose: true, IP: tx.Actor().IP}
	verdict, org, err := gates.Check(tx, subject)
	if err != nil {
		return "", err
	}
	if verdict.Gate != gates.Open {
		return "", silentRefusals[verdict.Gate]
	}
	return h.answerCode(tx, a.request(tx), login.Done{User: b.UserID, BrowserSession: b.ID, Organization: org, Method: b.AuthMethod,
		AuthenticatedAt: b.AuthenticatedAt, Second: b.SecondMethod, SecondAt: b.SecondAt, Via: b.Via})
}

// silentRefusals are why no code can be had without a page: what a page could
// ask is interaction_required, what only another sign-in brings is
// login_required.
var silentRefusals = map[gates.Gate]error{
	gates.NotMember:          refuse("interaction_required", "The user is not a member of that organization."),
	gates.AddressRefused:     refuse("access_denied", "The organization can be entered from its own networks only."),
	gates.SSORequired:        refuse("login_required", "The organization asks its people to sign in with SSO."),
	gates.MethodRefused:      refuse("login_required", "The organization does not take the way by which the user signed in."),
	gates.VerifyEmail:        refuse("interaction_required", "The user has to prove their email address."),
	gates.Challenge:          refuse("interaction_required", "The user has to take a second step."),
	gates.Enroll:             refuse("interaction_required", "The user has to enroll a second factor."),
	gates.SelectOrganization: refuse("interaction_required", "The user has to choose an organization."),
}
