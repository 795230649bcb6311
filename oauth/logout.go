package oauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

// signedOutPath is the hosted page for who has nowhere else to go.
const signedOutPath = "/login/signed-out"

// logoutWire is GET /user_management/sessions/logout. It ends the browser
// session behind the application's session, and with it every session there.
// Whoever knows a session's id (its application) may end it; an unknown or
// ended one still redirects.
func (h *Handler) logoutWire(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	p, err := browser.Query(c.Request())
	if err != nil {
		return err
	}
	session, err := id.Parse[id.Session](p.Get("session_id"))
	if err != nil {
		return errSessionID
	}
	out, err := h.signOut(c, session, "")
	if err != nil {
		return err
	}
	return h.leave(c, out, p.Get("return_to"), "")
}

// logoutOAuth2 is /oauth2/logout (RP-Initiated Logout 1.0). Without a hint that
// proves who is to be signed out the person is asked.
func (h *Handler) logoutOAuth2(c echo.Context) error {
	p, err := browser.Query(c.Request())
	if c.Request().Method == http.MethodPost {
		p, err = browser.Form(c.Request())
	}
	if err != nil {
		return ErrPageRequest
	}
	if len(p.Get("state")) > maxState {
		return ErrPageRequest
	}
	hint, err := h.readHint(c, p.Get("id_token_hint"))
	if err != nil {
		return err
	}
	if hint == nil {
		return found(c, "/logout") // the hosted page asks
	}
	if asked := p.Get("client_id"); asked != "" && asked != string(hint.Audience) {
		return ErrPageRequest
	}
	out, err := h.signOut(c, hint.Session, hint.Audience)
	if err != nil {
		return err
	}
	return h.leave(c, out, p.Get("post_logout_redirect_uri"), p.Get("state"))
}

// readHint is the ID token that names the session. It may have expired: the
// person was away for longer than it lived.
func (h *Handler) readHint(c echo.Context, token string) (*idClaims, error) {
	if token == "" {
		return nil, nil
	}
	payload, err := h.verify(c.Request().Context(), token, typeJWT)
	if errors.Is(err, errInvalidToken) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var hint idClaims
	if err := json.Unmarshal(payload, &hint); err != nil || hint.Issuer != h.Base || hint.Session == "" || hint.Audience == "" {
		return nil, nil
	}
	return &hint, nil
}

// signedOut is what a sign-out ended.
type signedOut struct {
	client id.Client
	here   *sessions.Browser // the browser session, where it was this browser's
}

// signOut ends the session, the browser session above it and all below that,
// and takes the cookie away if it is this browser's. It says whose session it
// was; otherwise is for one that is not there any more.
func (h *Handler) signOut(c echo.Context, session id.Session, otherwise id.Client) (signedOut, error) {
	out := signedOut{client: otherwise}
	err := h.DB.Tx(c.Request().Context(), browser.ActorOf(c.Request()), func(tx *db.Tx) error {
		s, err := sessions.Get(tx, session)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		out.client = s.ClientID
		if b, err := sessions.FindBrowser(tx, h.Jar.Get(c.Request(), browser.Session)); err == nil && s.BrowserSessionID != nil && b.ID == *s.BrowserSessionID {
			out.here = b
		}
		tx.As(tx.Actor().As(s.UserID, ""))
		if err := endSession(tx, s.ID, sessions.SignedOut); err != nil || s.BrowserSessionID == nil {
			return err
		}
		return sessions.EndBrowser(tx, *s.BrowserSessionID, sessions.SignedOut)
	})
	if err != nil {
		return out, err
	}
	return out, h.forgetCookie(c)
}

// forgetCookie clears the session cookie unless it is that of a live session:
// an application's link must not sign out somebody else who sits here now.
func (h *Handler) forgetCookie(c echo.Context) error {
	secret := h.Jar.Get(c.Request(), browser.Session)
	if secret == "" {
		return nil
	}
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
		_, err := sessions.FindBrowser(tx, secret)
		return err
	})
	if errors.Is(err, sessions.ErrNoSession) {
		h.Jar.Clear(c.Response(), browser.Session)
		return nil
	}
	return err
}

// leave redirects to where the application wants the person, if it registered
// that; else to its default, else to the hosted page. Who came by a connection
// signs out at its provider on the way, where it is set up for that: in the
// browser alone whose session it was, because the provider is told their name.
func (h *Handler) leave(c echo.Context, out signedOut, wanted, state string) error {
	to := signedOutPath
	g, err := h.registry.get(c.Request().Context(), h.DB, out.client)
	if err != nil && !errors.Is(err, errUnknownClient) {
		return err
	}
	if err == nil {
		switch {
		case wanted != "" && g.allowsReturn(wanted):
			to = wanted
			if state != "" {
				to = withParams(wanted, url.Values{"state": {state}})
			}
		case g.defaultReturn() != "":
			to = g.defaultReturn()
		}
	}
	if out.here == nil || out.here.SSOOrganizationID == nil {
		return found(c, to)
	}
	noStore(c)
	return h.Login.Departs(c, out.here.ID, out.here.Via, to)
}
