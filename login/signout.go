package login

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// confirmSignOut asks first: a link or an image on another site must not sign
// anybody out.
func (h *Handler) confirmSignOut(c echo.Context) error {
	_, u, err := h.signedIn(c)
	if err != nil {
		return err
	}
	if u == nil {
		return c.Redirect(http.StatusSeeOther, pathSignedOut)
	}
	return h.show(c, http.StatusOK, nil, hosted.SignOutConfirmPage{Frame: h.frame(c, nil, text(u.Locale)), Action: pathLogout,
		Person: personOf(u), CancelURL: pathAccount})
}

// signOut ends the browser's session and every application's below it. A post
// from another site is refused before it comes here (browser.CrossSite): it
// would carry no session cookie, but the answer would still clear it.
func (h *Handler) signOut(c echo.Context) error {
	b, u, err := h.signedIn(c)
	if err != nil {
		return err
	}
	if u != nil {
		who := browser.ActorOf(c.Request()).As(u.ID, u.Email)
		err := h.DB.Tx(c.Request().Context(), who, func(tx *db.Tx) error { return sessions.EndBrowser(tx, b.ID, sessions.SignedOut) })
		if err != nil {
			return err
		}
	}
	h.Jar.Clear(c.Response(), browser.Session)
	if u == nil {
		return c.Redirect(http.StatusSeeOther, pathSignedOut)
	}
	return h.Departs(c, b.ID, b.Via, pathSignedOut)
}

func (h *Handler) signedOut(c echo.Context) error {
	return h.show(c, http.StatusOK, nil, hosted.SignedOutPage{Frame: h.frame(c, nil, ""), SignInURL: pathIdentifier})
}

// signedIn is the browser's session and whose it is, or nil.
func (h *Handler) signedIn(c echo.Context) (*sessions.Browser, *users.User, error) {
	b, err := h.browserSession(c)
	if err != nil || b == nil {
		return nil, nil, err
	}
	var u *users.User
	err = h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		u, err = users.Get(tx, b.UserID)
		return err
	})
	return b, u, err
}
