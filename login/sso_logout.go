package login

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/web/hosted"
)

// maxLogoutToken bounds what is looked at of a logout token.
const maxLogoutToken = 16 << 10

// remember keeps by which names a connection's provider knows the session that
// has just begun, for when it wants that ended. It lets the session live no
// longer than the provider says.
func (a *Attempt) remember(tx *db.Tx, b *sessions.Browser) error {
	if a.SSOOrganizationID == nil || a.SSOIdentityID == nil || a.SSORequestID == nil {
		return nil
	}
	return tx.In(*a.SSOOrganizationID, func(tx *db.OrgTx) error {
		came, err := sso.Brought(tx, *a.SSORequestID, a.ID)
		if err != nil || came == nil {
			return err
		}
		if err := sessions.BoundBrowser(tx.Tx, b, came.EndsAt); err != nil {
			return err
		}
		return people.Remember(tx, *a.SSOIdentityID, b, *came)
	})
}

// singleLogout is where a SAML provider sends logout messages: its wish that
// sessions end, or its answer to ours (SAML Profiles §4.4).
func (h *Handler) singleLogout(c echo.Context) error {
	connection, err := h.answered(c)
	if err != nil {
		return err
	}
	in := sso.SAMLLogout{Connection: connection, Query: c.Request().URL.RawQuery}
	if c.Request().Method == http.MethodPost {
		form, err := browser.Form(c.Request())
		if err != nil {
			return err
		}
		in = sso.SAMLLogout{Connection: connection, Request: form.Get("SAMLRequest"), Response: form.Get("SAMLResponse"), RelayState: form.Get("RelayState")}
	}
	out, err := h.SSO.ReceiveLogout(c.Request().Context(), browser.ActorOf(c.Request()), in, people.End)
	if out == nil {
		return err
	}
	if err != nil {
		return h.refuseSSO(c, nil, out.Name, out.Reference, err)
	}
	h.forgetEnded(c)
	switch {
	case out.Away != nil:
		return h.away(c, *out.Away, hosted.RedirectPage{Frame: h.frame(c, nil, "")}, c.Request().Method == http.MethodPost)
	case out.ReturnPath != "":
		return c.Redirect(http.StatusSeeOther, out.ReturnPath)
	}
	return c.Redirect(http.StatusSeeOther, pathSignedOut)
}

// forgetEnded takes away the cookie of a session that has just ended, where
// the browser that brought the message is the one that it was in.
func (h *Handler) forgetEnded(c echo.Context) {
	if h.Jar.Get(c.Request(), browser.Session) == "" {
		return
	}
	if b, err := h.browserSession(c); err == nil && b == nil {
		h.Jar.Clear(c.Response(), browser.Session)
	}
}

// loggedOut is where an OpenID provider sends who signed out there.
func (h *Handler) loggedOut(c echo.Context) error {
	connection, err := h.answered(c)
	if err != nil {
		return err
	}
	query, err := browser.Query(c.Request())
	if err != nil {
		return err
	}
	to, err := h.SSO.Returned(c.Request().Context(), browser.ActorOf(c.Request()), connection, query.Get("state"))
	if err != nil {
		return err
	}
	if to == "" {
		to = pathSignedOut
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// backchannelLogout is what an OpenID provider itself tells, without a browser
// (OpenID Connect Back-Channel Logout 1.0 §2.5).
func (h *Handler) backchannelLogout(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	connection, err := h.answered(c)
	if err != nil {
		return backchannelError(c, err)
	}
	form, err := browser.Form(c.Request())
	if err != nil {
		return backchannelError(c, err)
	}
	token := form.Get("logout_token")
	if token == "" || len(token) > maxLogoutToken {
		return backchannelError(c, problem.ErrBadRequest.WithMessage("logout_token is missing, or too long."))
	}
	err = h.SSO.ReceiveLogoutToken(c.Request().Context(), browser.ActorOf(c.Request()), connection, token, people.End)
	if err != nil {
		return backchannelError(c, err)
	}
	return c.NoContent(http.StatusOK)
}

// backchannelError is §2.8: JSON in the words of RFC 6749. What is wrong with
// us is not said in them.
func backchannelError(c echo.Context, err error) error {
	p := problem.As(err)
	if p == nil || p.Kind == problem.TooMany || p.Kind == problem.Unavailable {
		return err
	}
	status := http.StatusBadRequest
	if p.Kind == problem.NotFound {
		status = http.StatusNotFound
	}
	return c.JSON(status, map[string]string{"error": "invalid_request", "error_description": p.Message})
}

// Departs sends a browser, whose session has just ended, on to sign out at the
// provider that it came by, where the connection is set up for that, and to
// then otherwise. The provider sends it to then as well.
func (h *Handler) Departs(c echo.Context, b id.BrowserSession, via sessions.Via, then string) error {
	var told *people.Leaving
	if via.SSOOrganizationID != nil && h.SSO != nil {
		err := h.DB.InOrg(c.Request().Context(), *via.SSOOrganizationID, browser.ActorOf(c.Request()), func(tx *db.OrgTx) (err error) {
			told, err = people.Leave(tx, b)
			return err
		})
		if err != nil {
			return err
		}
	}
	return h.Tell(c, told, then)
}

// Tell is Departs for what the provider is told.
func (h *Handler) Tell(c echo.Context, told *people.Leaving, then string) error {
	if told == nil || h.SSO == nil {
		return c.Redirect(http.StatusSeeOther, then)
	}
	departing := sso.Departing{Logout: told.Logout, IDToken: told.IDToken, ReturnPath: then}
	away, err := h.SSO.BeginLogout(c.Request().Context(), browser.ActorOf(c.Request()), told.Connection, departing)
	if err != nil { // they are signed out here
		h.Log.WarnContext(c.Request().Context(), "a provider could not be told of a sign-out", "error", err)
	}
	if err != nil || away == nil {
		return c.Redirect(http.StatusSeeOther, then)
	}
	return h.away(c, *away, hosted.RedirectPage{Frame: h.frame(c, nil, "")}, c.Request().Method == http.MethodPost)
}
