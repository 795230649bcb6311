package login

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// account is where a person lands who signed in to nothing in particular.
func (h *Handler) account(c echo.Context) error {
	b, u, err := h.signedIn(c)
	if err != nil {
		return err
	}
	if u == nil {
		return c.Redirect(http.StatusSeeOther, pathIdentifier)
	}
	if err := sessions.Touch(c.Request().Context(), h.DB, b); err != nil {
		return err
	}
	page := hosted.AccountPage{Frame: h.frame(c, nil, text(u.Locale)), Person: personOf(u), SignOutAction: pathLogout}
	operator, err := h.operator(c, u)
	if err != nil {
		return err
	}
	if operator {
		page.Links = append(page.Links, hosted.Link{Label: page.Lang.T("account.dashboard"), URL: "/admin"})
	}
	return h.show(c, http.StatusOK, nil, page)
}

// operator reports whether the person belongs to the system organization.
func (h *Handler) operator(c echo.Context, u *users.User) (bool, error) {
	var found bool
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		system, ok, err := tenants.SystemOrganization(tx)
		if err != nil || !ok {
			return err
		}
		mine, err := users.LocateMemberships(tx, u.ID)
		found = member(mine, system)
		return err
	})
	return found, err
}

// errSignedOut answers session where there is none.
var errSignedOut = problem.New(problem.Unauthorized, "no_session", "Nobody is signed in.")

// liveSession is the answer of GET /account/session.
type liveSession struct {
	UserID    string    `json:"user_id"`
	SessionID string    `json:"session_id"`
	ExpiresAt time.Time `json:"expires_at"`
}

// session says whether the browser has a live session: one read by an index,
// asked often by pages and proxies.
func (h *Handler) session(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	b, err := h.browserSession(c)
	if err != nil {
		return err
	}
	if b == nil {
		return errSignedOut
	}
	if err := sessions.Touch(c.Request().Context(), h.DB, b); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, liveSession{UserID: string(b.UserID), SessionID: string(b.ID), ExpiresAt: b.EndsAt()})
}
