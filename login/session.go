package login

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/problem"
	"gatehouse/sessions"
)

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
