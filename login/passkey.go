package login

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// passkey asks for a passkey that says itself who is there.
func (h *Handler) passkey(c echo.Context) error {
	query, err := browser.Query(c.Request())
	if err != nil {
		return err
	}
	a, err := h.flowOf(c, query)
	if err != nil {
		return h.lost(c, query, err)
	}
	if a == nil {
		var secret string
		a, secret = h.begin(c, ScreenSignIn)
		if err := h.keep(c, a, secret); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, a.path(pathPasskey))
	}
	if !a.reached(stepPasskey) {
		return a.forward(c)
	}
	return h.showPasskey(c, http.StatusOK, a)
}

func (h *Handler) showPasskey(c echo.Context, status int, a *Attempt, problems ...hosted.Problem) error {
	q, err := h.askPasskey(c, a)
	if err != nil {
		return err
	}
	return h.show(c, status, a.LandsAt, hosted.PasskeyPage{Frame: h.frame(c, a, ""), Action: pathPasskey, Ceremony: string(q.ID), Options: q.Options,
		BackURL: a.path(pathIdentifier), Problems: problems})
}

func (h *Handler) askPasskey(c echo.Context, a *Attempt) (q *mfa.Question, err error) {
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		settings, err := tenants.GetSettings(tx)
		if err == nil && !(settings.Passkey && h.MFA.Passkeys()) {
			err = errMethodOff
		}
		if err != nil {
			return err
		}
		q, err = h.MFA.BeginSignIn(tx, a.passkeyBound(), nil)
		return err
	})
	return q, err
}

// checkPasskey signs in whoever the passkey says it is. It verified its
// person, so it is both steps.
func (h *Handler) checkPasskey(c echo.Context, form browser.Params, a *Attempt) error {
	if !h.settings(c).Passkey {
		return errMethodOff
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	at.known = true // whoever holds the passkey brings it along: its browser is no news
	var secret string
	err = h.MFA.FinishSignIn(c.Request().Context(), h.answerOf(c, form, a), func(tx *db.Tx, user id.User) error {
		u, err := users.Get(tx, user)
		if err != nil {
			return err
		}
		tx.As(tx.Actor().As(u.ID, u.Email))
		if err := users.SignedIn(tx, u); err != nil {
			return err
		}
		a.PasswordHash, a.SocialRequestID, a.Screen = nil, nil, ScreenSignIn
		if a.invited() == "" {
			a.Email = &u.Email
		}
		second, now := sessions.SecondWebAuthn, tx.Now()
		secret, err = h.proceed(tx, a, proof{user: u.ID, method: sessions.Passkey, at: now, second: &second, secondAt: &now, door: at})
		return err
	})
	switch {
	case errors.Is(err, mfa.ErrPasskey):
		return h.showPasskey(c, http.StatusUnprocessableEntity, a, hosted.Problem{Code: mfa.ErrPasskey.Code})
	case errors.Is(err, errExpired):
		return h.again(c, a)
	case err != nil:
		return err
	}
	return h.settled(c, a, secret)
}
