package app

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/scim"
)

// statusClientGone is what the access log says of a client that went away; no
// client sees it.
const statusClientGone = 499

// answer writes an error in the shape of the part of the host that was asked.
// It is the only place that does.
func (a *App) answer(err error, c echo.Context) {
	if gone(c, err) {
		c.Response().Status = statusClientGone
		return
	}
	p := a.explain(err, c)
	if c.Response().Committed {
		return
	}
	p.SetHeaders(c.Response().Header())
	if failed := a.write(p, c); failed != nil {
		a.Log.WarnContext(c.Request().Context(), "an error could not be shown", "error", failed, "request_id", requestID(c))
	}
}

func (a *App) write(p *problem.Error, c echo.Context) error {
	path := c.Request().URL.Path
	switch {
	case c.Request().Method == http.MethodHead:
		return c.NoContent(p.Status())
	case forPeople(c):
		return a.login.ErrorPage(c, p)
	case scim.Serves(path):
		noStore(c)
		return writeSCIM(p, c)
	case strings.HasPrefix(path, "/oauth2/"):
		noStore(c)
		return c.JSON(p.Status(), p.OAuthBody())
	}
	noStore(c)
	return c.JSON(p.Status(), p.WireBody())
}

// writeSCIM writes an error as RFC 7644 §3.12 has it.
func writeSCIM(p *problem.Error, c echo.Context) error {
	body, err := wire.Encode(p.SCIMBody())
	if err != nil {
		return err
	}
	return c.Blob(p.Status(), scim.MediaType, body)
}

// explain finds what to say, and logs what must not be said.
func (a *App) explain(err error, c echo.Context) *problem.Error {
	if p := problem.As(err); p != nil {
		return p
	}
	var h *echo.HTTPError
	if errors.As(err, &h) && h.Code < http.StatusInternalServerError {
		return ofEcho(h)
	}
	ctx := c.Request().Context()
	if errors.Is(err, context.DeadlineExceeded) {
		a.Log.WarnContext(ctx, "a request took too long", "route", c.Path(), "error", err, "request_id", requestID(c))
		return problem.ErrUnavailable
	}
	if db.Retryable(err) {
		a.Log.WarnContext(ctx, "a request made way for another one", "route", c.Path(), "error", err, "request_id", requestID(c))
		return problem.ErrUnavailable
	}
	a.Log.ErrorContext(ctx, "a request failed", "route", c.Path(), "error", err, "request_id", requestID(c))
	return problem.Of(err)
}

// ofEcho translates what the router and echo's readers refuse.
func ofEcho(h *echo.HTTPError) *problem.Error {
	switch h.Code {
	case http.StatusNotFound:
		return problem.ErrNotFound.WithMessage("There is nothing at that address.")
	case http.StatusMethodNotAllowed:
		return problem.ErrNotAllowed
	case http.StatusRequestEntityTooLarge:
		return problem.ErrTooLarge
	case http.StatusUnsupportedMediaType:
		return problem.ErrUnsupported
	}
	return problem.ErrBadRequest
}

// browserEndpoints are addresses of the API's and the provider's space that
// browsers are sent to: a person looks at their errors.
var browserEndpoints = []string{"/user_management/authorize", "/user_management/sessions/logout", "/oauth2/authorize", "/oauth2/logout", "/logout", "/sso/social", "/sso/start", "/sso/saml", "/sso/oidc", "/"}

// forPeople reports whether the answer is a page rather than JSON.
func forPeople(c echo.Context) bool {
	path := c.Request().URL.Path
	switch path {
	case "/account/session", "/user_management/authorize/device": // asked by scripts and by devices
		return false
	}
	for _, e := range browserEndpoints {
		if path == e || e != "/" && strings.HasPrefix(path, e+"/") {
			return true
		}
	}
	return browser.IsPage(path)
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

func noStore(c echo.Context) { c.Response().Header().Set("Cache-Control", "no-store") }
