package login

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/mailbox"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// notMe is behind "This wasn't me" of a notice. It uses nothing up.
func (h *Handler) notMe(c echo.Context) error {
	var p *mailbox.Proof
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		p, err = mailbox.Peek(tx, c.Param("token"), mailbox.Disown)
		return err
	})
	if err != nil {
		return err
	}
	return h.show(c, http.StatusOK, nil, hosted.NotMePage{Frame: h.frame(c, nil, ""), Action: pathNotMe + "/" + c.Param("token"), Email: p.Email})
}

// disown ends everything and starts the recovery.
func (h *Handler) disown(c echo.Context) error {
	if _, err := browser.Form(c.Request()); err != nil {
		return err
	}
	var u *users.User
	err := h.DB.Tx(c.Request().Context(), h.who(c, nil), func(tx *db.Tx) (err error) {
		u, err = h.Mailbox.Disown(tx, c.Param("token"))
		return err
	})
	if err != nil {
		return err
	}
	h.Jar.Clear(c.Response(), browser.Session)
	return h.show(c, http.StatusOK, nil, hosted.NotMePage{Frame: h.frame(c, nil, text(u.Locale)), Email: u.Email, Done: true})
}
