package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/oidc"
	"gatehouse/sso/people"
	"gatehouse/sso/trail"
)

// receiveSAML takes what a SAML provider's page posts (SAML Bindings §3.5).
// The browser sends that from the provider's site, with the request's own
// cookie and without the others: who came is kept, and the browser asks again
// by itself.
func (h *Handler) receiveSAML(c echo.Context) error {
	connection, err := h.answered(c)
	if err != nil {
		return err
	}
	form, err := browser.Form(c.Request())
	if err != nil {
		return err
	}
	got, err := h.SSO.ReceiveSAML(c.Request().Context(), browser.ActorOf(c.Request()), sso.SAMLAnswer{Connection: connection,
		Response: form.Get("SAMLResponse"), RelayState: form.Get("RelayState"), Bound: h.bound(c)})
	if err == nil && got.Request == nil {
		return h.askAfterAll(c, got)
	}
	return h.received(c, got, err)
}

// receiveOIDC takes what the browser brings back from an OpenID provider, or
// what its page posts (form_post).
func (h *Handler) receiveOIDC(c echo.Context) error {
	connection, err := h.answered(c)
	if err != nil {
		return err
	}
	params, err := read(c.Request())
	if err != nil {
		return err
	}
	answer, err := oidc.ReadAnswer(params.Get)
	if err != nil {
		return err
	}
	got, err := h.SSO.ReceiveOIDC(c.Request().Context(), browser.ActorOf(c.Request()), sso.OIDCAnswer{Connection: connection,
		State: params.Get("state"), Answer: answer, Bound: h.bound(c)})
	return h.received(c, got, err)
}

// answered is the connection whose answer this is.
func (h *Handler) answered(c echo.Context) (id.Connection, error) {
	if h.SSO == nil {
		return "", sso.ErrUnknown
	}
	if err := within(c.Request(), h.Passwords.Limits, "answers of identity providers", answerRate); err != nil {
		return "", err
	}
	connection, err := sso.ParseParam(c.Param("connection"))
	if err != nil {
		return "", sso.ErrUnknown
	}
	return connection, nil
}

// askAfterAll follows an unsolicited response by a sign-in that is asked for.
// What the provider sent along is a wish for where it ends.
func (h *Handler) askAfterAll(c echo.Context, got *sso.Received) error {
	to := sso.StartURL("", got.Connection.ID)
	if h.registered(c, got.RelayState) {
		to += "?return_to=" + url.QueryEscape(got.RelayState)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// received sends the browser on to the step that admits who came, or answers
// in place why nobody did.
func (h *Handler) received(c echo.Context, got *sso.Received, err error) error {
	if got == nil {
		return err
	}
	if got.Request != nil {
		h.Jar.Clear(c.Response(), requestCookie(got.Request.ID))
	}
	if got.Request != nil && got.Request.Purpose == sso.Test {
		if err == nil {
			err = h.concludeTest(c, got)
		}
		if err == nil || trail.As(err) != nil {
			return c.Redirect(http.StatusSeeOther, "/portal/sso/"+string(got.Connection.ID)+"/test/"+string(got.Record))
		}
		return err
	}
	var a *Attempt
	if got.Request != nil && got.Request.AttemptID != nil {
		a = h.sentFrom(c, *got.Request.AttemptID)
	}
	if err == nil && a == nil {
		err = errExpired
	}
	if err == nil {
		err = h.await(c, a, got)
	}
	if err != nil {
		return h.refuseSSO(c, a, got.Connection.Name, got.Reference, err)
	}
	return c.Redirect(http.StatusSeeOther, a.path(pathArrival))
}

// sentFrom is the sign-in that the browser was sent from: the request's cookie
// proved the browser.
func (h *Handler) sentFrom(c echo.Context, attempt id.Attempt) *Attempt {
	var a *Attempt
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		a, err = attempts.Get(tx, attempt)
		return err
	})
	if err != nil || !h.DB.Now().Before(a.ExpiresAt) {
		return nil
	}
	c.Set(attemptKey, a)
	return a
}

// await turns the attempt to the arrival of whoever waits on the request.
// Somebody who was proven before is not any more.
func (h *Handler) await(c echo.Context, a *Attempt, got *sso.Received) error {
	return h.save(c, a, db.Set{"sso_request_id": got.Request.ID, "user_id": nil, "auth_method": nil, "authenticated_at": nil, "browser_session_id": nil,
		"second_method": nil, "second_at": nil, "gate": nil, "password_hash": nil, "social_request_id": nil, "sso_organization_id": nil, "sso_guest": false, "screen": ScreenSignIn})
}

// errNothing ends a transaction in which something was tried out.
var errNothing = errors.New("login: only tried")

// concludeTest tries what a sign-in would have come to, and takes it back.
func (h *Handler) concludeTest(c echo.Context, got *sso.Received) error {
	ctx := context.WithoutCancel(c.Request().Context())
	org := got.Connection.OrganizationID
	err := h.DB.InOrg(ctx, org, browser.ActorOf(c.Request()), func(tx *db.OrgTx) error {
		if _, err := people.Admit(tx, got.Connection, *got.Profile); err != nil {
			return err
		}
		return errNothing
	})
	refused := refusalOf(err)
	if refused == nil && !errors.Is(err, errNothing) {
		return err
	}
	return h.DB.InOrg(ctx, org, browser.ActorOf(c.Request()), func(tx *db.OrgTx) error { return sso.ConcludeTest(tx, got.Record, refused) })
}
