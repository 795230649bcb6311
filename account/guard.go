package account

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// freshFor is how long a proof of who one is serves a change of how one is
// proven (design: ten minutes).
const freshFor = 10 * time.Minute

// errImpersonated refuses every change in somebody else's name.
var errImpersonated = problem.New(problem.Forbidden, "impersonated", "You are here in somebody else's name. Only they can change their account.")

// errGuest refuses whom an organization's provider signed in with an address
// that it cannot vouch for: its word is good for that organization alone, and
// not for the account.
var errGuest = problem.New(problem.Forbidden, "guest_session",
	"Your organization signed you in as a guest. Sign out and sign in another way to see and change your account.")

// maxReturn bounds the page that a sign-in comes back to: ours are short.
const maxReturn = 200

// guard lets a request through that meets the route's need.
func (h *Handler) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, err := h.visitor(c)
		switch {
		case errors.Is(err, sessions.ErrNoSession):
			return h.signIn(c, r)
		case err != nil:
			return err
		case v.user.BannedNow(v.now):
			return users.ErrBanned
		case r.need >= act && v.browser.AuthMethod == sessions.Impersonation:
			return errImpersonated
		case v.browser.SSOGuest && (r.need >= act || r.path != pathProfile):
			return errGuest
		}
		if r.method == http.MethodPost { // before anything is said about it: a form is read once
			if v.form, err = browser.Form(c.Request()); err != nil {
				return err
			}
		}
		if r.need >= prove && v.now.Sub(proven(v.browser)) > freshFor {
			return h.proveAgain(v, r)
		}
		if r.need >= prove && v.halfProven {
			return h.takeSecond(v, r)
		}
		if err := sessions.Touch(c.Request().Context(), h.DB, v.browser); err != nil {
			return err
		}
		err = r.serve(v)
		if errors.Is(err, sessions.ErrNoSession) { // signed out from elsewhere in this moment
			return c.Redirect(http.StatusSeeOther, r.pageOf(c))
		}
		return err
	}
}

// proven is when the person last proved who they are in this session: by
// signing in, or by a second step that something asked for since.
func proven(b *sessions.Browser) time.Time {
	if b.SecondAt != nil && b.SecondAt.After(b.AuthenticatedAt) {
		return *b.SecondAt
	}
	return b.AuthenticatedAt
}

func (h *Handler) visitor(c echo.Context) (*visit, error) {
	v := &visit{Context: c, h: h, now: h.DB.Now().UTC()}
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		if v.browser, err = sessions.FindBrowser(tx, h.Jar.Get(c.Request(), browser.Session)); err != nil {
			return err
		}
		if v.user, err = users.Get(tx, v.browser.UserID); err != nil {
			return err
		}
		v.halfProven, err = halfProven(tx, v.browser)
		return err
	})
	return v, err
}

// halfProven reports whether somebody came by their organization's provider,
// which had them skip the second step that they have. There that is enough; for
// their own account it is not: they take it before they change how they are
// proven.
func halfProven(tx *db.Tx, b *sessions.Browser) (bool, error) {
	if b.AuthMethod != sessions.SSO || b.SecondMethod != nil {
		return false, nil
	}
	enrolled, err := mfa.Enrolled(tx, b.UserID)
	return len(enrolled) > 0, err
}

// pageOf is the page of the route's form, to come back to.
func (r route) pageOf(c echo.Context) string {
	if r.page != "" {
		return r.page
	}
	path := c.Request().URL.EscapedPath()
	if len(path) > maxReturn || !strings.HasPrefix(path, pathProfile) {
		return pathProfile
	}
	return path
}

// signIn asks who is there, and comes back to the page that was asked for. A
// sign-in for the first page needs no row: it ends there anyway.
func (h *Handler) signIn(c echo.Context, r route) error {
	back := r.pageOf(c)
	if r.method == http.MethodPost { // a reload of the form's page, which then asks
		return c.Redirect(http.StatusSeeOther, back)
	}
	if back == pathProfile {
		return c.Redirect(http.StatusSeeOther, pathLogin)
	}
	return h.begin(c, login.Begin{ReturnPath: back})
}

// takeSecond asks for the second step that the session lacks, and for nothing
// else: the session answers for the rest. A form's page asks too.
func (h *Handler) takeSecond(v *visit, r route) error {
	if r.method == http.MethodPost {
		return v.Redirect(http.StatusSeeOther, r.pageOf(v.Context))
	}
	return h.begin(v.Context, login.Begin{ReturnPath: r.pageOf(v.Context)})
}

// proveAgain asks for a fresh sign-in. A form that comes too late is refused:
// what was typed waits on the page before it, and nothing is changed.
func (h *Handler) proveAgain(v *visit, r route) error {
	if r.method == http.MethodPost {
		return v.show(http.StatusForbidden, hosted.FreshPage{Frame: v.frame(), Person: login.PersonOf(v.user), URL: r.pageOf(v.Context)})
	}
	since := v.now.Add(-freshFor)
	return h.begin(v.Context, login.Begin{ReturnPath: r.pageOf(v.Context), FreshAfter: &since, LoginHint: v.user.Email})
}

func (h *Handler) begin(c echo.Context, b login.Begin) error {
	if err := login.MayBegin(c.Request(), h.Limits); err != nil {
		return err
	}
	var s login.Started
	err := h.DB.Tx(c.Request().Context(), browser.ActorOf(c.Request()), func(tx *db.Tx) (err error) {
		s, err = login.Start(tx, b)
		return err
	})
	if err != nil {
		return err
	}
	login.Remember(c, h.Jar, s)
	return c.Redirect(http.StatusSeeOther, s.Path)
}
