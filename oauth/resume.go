package oauth

import (
	"errors"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/login"
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
		to, err = h.grantCode(tx, r, done)
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

// grantCode makes the grant and the address that takes its code to the application.
func (h *Handler) grantCode(tx *db.Tx, r *authorizationRequest, done login.Done) (string, error) {
	code := seal.Token(seal.TokenBytes)
	g := &grant{
		ID: id.New[id.Grant](), ClientID: r.ClientID, Surface: r.Surface, UserID: done.User, BrowserSessionID: &done.BrowserSession,
		OrganizationID: done.Organization, RedirectURI: r.RedirectURI, Nonce: r.Nonce, Scope: r.Scope,
		CodeHash: seal.Hash(code), CodeChallenge: r.CodeChallenge, AuthMethod: string(done.Method),
		AuthenticatedAt: done.AuthenticatedAt, ExpiresAt: tx.Now().Add(codeLifetime),
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
	if fresh := a.freshAfter(tx.Now()); fresh != nil && b.AuthenticatedAt.Before(*fresh) {
		return "", refuse("login_required", "The sign-in is older than max_age.")
	}
	org, err := a.silentOrganization(tx, b.UserID)
	if err != nil {
		return "", err
	}
	r := a.request(tx)
	return h.grantCode(tx, r, login.Done{User: b.UserID, BrowserSession: b.ID, Organization: org, Method: b.AuthMethod, AuthenticatedAt: b.AuthenticatedAt})
}

// silentOrganization is the organization that needs no question: the one that
// was asked for, or the only one.
func (a *asked) silentOrganization(tx *db.Tx, user id.User) (*id.Organization, error) {
	choices, err := choicesOf(tx, user)
	if err != nil {
		return nil, err
	}
	if a.organization != nil {
		if !slices.ContainsFunc(choices, func(c users.Choice) bool { return c.Organization == *a.organization }) {
			return nil, refuse("interaction_required", "The user is not a member of that organization.")
		}
		return a.organization, nil
	}
	switch len(choices) {
	case 0:
		return nil, nil
	case 1:
		return &choices[0].Organization, nil
	}
	return nil, refuse("interaction_required", "The user has to choose an organization.")
}

// choicesOf are the customers' organizations that a person is an active member of.
func choicesOf(tx *db.Tx, user id.User) (choices []users.Choice, err error) {
	err = tx.Locate(func(tx *db.AllTx) error {
		all, err := users.LocateMemberships(tx, user)
		for _, c := range all {
			if !c.System {
				choices = append(choices, c)
			}
		}
		return err
	})
	return choices, err
}
