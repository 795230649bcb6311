package login

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/mailbox"
	"gatehouse/web/hosted"
)

// link is behind the button of a mailed code. Mail programs and scanners open
// it, so it uses nothing up. In another browser than the one that asked it
// only says where the code is to be typed: whoever can open a mail's links is
// not always who began to sign in.
func (h *Handler) link(c echo.Context) error {
	p, a, asked, err := h.linked(c)
	if err != nil {
		return err
	}
	page := hosted.LinkPage{Device: text(asked.AskedOn), Address: text(asked.AskedFrom), Frame: h.frame(c, a, ""), Action: pathLink + "/" + c.Param("token"), Email: p.Email, Same: a != nil}
	if a == nil {
		return h.show(c, http.StatusOK, nil, page)
	}
	return h.show(c, http.StatusOK, a.LandsAt, page)
}

// linked is the proof behind the address, the attempt that asked for it if
// this browser began that one, and in any case where that was.
func (h *Handler) linked(c echo.Context) (p *mailbox.Proof, a *Attempt, asked Attempt, err error) {
	err = h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
		if p, err = mailbox.Peek(tx, c.Param("token"), mailbox.MagicAuth, mailbox.EmailVerification); err != nil {
			return err
		}
		if p.AttemptID == nil {
			return nil
		}
		if begun, err := attempts.Get(tx, *p.AttemptID); err == nil {
			asked = *begun
		} else if !errors.Is(err, db.ErrNotFound) {
			return err
		}
		secret := h.Jar.Get(c.Request(), attemptCookie(*p.AttemptID))
		if secret == "" {
			return nil
		}
		found, err := find(tx, tx.Now(), *p.AttemptID, secret)
		if errors.Is(err, errExpired) {
			return nil
		}
		a = found
		return err
	})
	return p, a, asked, err
}

// followLink is the button of that page, in the browser that asked.
func (h *Handler) followLink(c echo.Context) error {
	if _, err := browser.Form(c.Request()); err != nil {
		return err
	}
	p, a, _, err := h.linked(c)
	if err != nil {
		return err
	}
	if a == nil || !a.reached(stepOfProof(a, p)) {
		return mailbox.ErrLink
	}
	if p.Kind == mailbox.MagicAuth && !h.settings(c).MagicAuth {
		return errMethodOff
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	var secret string
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		spent, err := mailbox.Spend(tx, c.Param("token"), p.Kind)
		if err != nil {
			return err
		}
		if a.UserID != nil {
			secret, err = h.verified(tx, a, spent, at)
		} else {
			secret, err = h.proven(tx, a, spent, at)
		}
		return err
	})
	return h.concluded(c, a, secret, err)
}

// stepOfProof is where the attempt has to be for the proof to take it on.
func stepOfProof(a *Attempt, p *mailbox.Proof) step {
	if p.Kind == mailbox.EmailVerification {
		return stepVerifyEmail
	}
	return stepCode
}
