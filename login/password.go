package login

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/users/password"
	"gatehouse/web/hosted"
)

// password asks for the password, of a known and an unknown address alike.
func (h *Handler) password(c echo.Context, _ browser.Params, a *Attempt) error {
	if s := h.offered(c, a); !s.Password {
		return c.Redirect(http.StatusSeeOther, a.otherWay(s))
	}
	return h.showPassword(c, http.StatusOK, a)
}

func (h *Handler) showPassword(c echo.Context, status int, a *Attempt, problems ...hosted.Problem) error {
	return h.show(c, status, a.LandsAt, hosted.PasswordPage{Frame: h.guarded(c, a, h.frame(c, a, ""), h.guess(c, a, "").Guess()), Action: pathPassword, Email: a.email(),
		ChangeURL: a.path(pathIdentifier), ForgotURL: a.path(pathForgot), Methods: h.instead(c, a), Problems: problems})
}

func (h *Handler) checkPassword(c echo.Context, form browser.Params, a *Attempt) error {
	if !h.settings(c).Password {
		return errMethodOff
	}
	typed := form.Get(hosted.FieldPassword)
	if typed == "" {
		return h.showPassword(c, http.StatusUnprocessableEntity, a, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMissing})
	}
	return h.tryPassword(c, form, a, "", typed)
}

// tryPassword checks address and password and, where they match, signs the
// person in, in the same transaction that records it. begun is the secret of
// an attempt that this very request began, and that has no row yet.
func (h *Handler) tryPassword(c echo.Context, form browser.Params, a *Attempt, begun, typed string) error {
	wrong, err := h.toll(c, form, a, h.guess(c, a, "").Guess())
	if err != nil {
		return err
	}
	if wrong != nil {
		return h.unpaid(c, a, begun, *wrong)
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	var secret string
	outcome, err := h.Passwords.Check(c.Request().Context(), h.guess(c, a, typed), func(tx *db.Tx, u *users.User) (err error) {
		p := proof{user: u.ID, method: sessions.Password, at: tx.Now(), door: at}
		secret, err = h.proceed(tx, a, p)
		return err
	})
	switch {
	case errors.Is(err, errExpired): // another request of the same form completed it
		return h.again(c, a)
	case errors.Is(err, password.ErrBusy):
		return h.busy(c, a, err)
	case err != nil:
		return err
	case outcome.OK:
		if begun != "" && a.CompletedAt == nil {
			Remember(c, h.Jar, Started{Attempt: a.ID, Secret: begun})
		}
		return h.settled(c, a, secret)
	}
	if begun != "" {
		if err := h.keep(c, a, begun); err != nil {
			return err
		}
	}
	return h.refused(c, a, outcome)
}

// unpaid asks for the password with a puzzle beside it.
func (h *Handler) unpaid(c echo.Context, a *Attempt, begun string, wrong hosted.Problem) error {
	if begun != "" {
		if err := h.keep(c, a, begun); err != nil {
			return err
		}
	}
	return h.showPassword(c, http.StatusUnprocessableEntity, a, wrong)
}

func (h *Handler) guess(c echo.Context, a *Attempt, typed string) users.Try {
	t := users.Try{Email: a.email(), Password: typed, Known: h.known(c, a.email()), Who: h.who(c, a)}
	if a.OrganizationID != nil {
		t.Organization = *a.OrganizationID
	}
	return t
}

// again shows where an attempt is that another request moved on.
func (h *Handler) again(c echo.Context, a *Attempt) error {
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		a, err = attempts.Get(tx, a.ID)
		return err
	})
	if err != nil {
		return err
	}
	return a.forward(c)
}

// oldSession is the browser's session before this sign-in.
func (h *Handler) oldSession(c echo.Context) (*id.BrowserSession, error) {
	b, err := h.browserSession(c)
	if err != nil || b == nil {
		return nil, err
	}
	return &b.ID, nil
}

// refused says why, in words that are the same for a known and an unknown
// address.
func (h *Handler) refused(c echo.Context, a *Attempt, outcome users.Checked) error {
	switch {
	case outcome.Code == users.CodeWait:
		problem.ErrTooMany.WithRetryAfter(outcome.Wait).SetHeaders(c.Response().Header())
		return h.showPassword(c, http.StatusTooManyRequests, a, hosted.Problem{Field: hosted.FieldPassword,
			Code: hosted.ProblemTryOrCode, Args: i18n.Wait(outcome.Wait)})
	case outcome.Code == users.CodeBanned:
		return users.ErrBanned // the password was right, so this tells nobody else
	}
	return h.showPassword(c, http.StatusUnprocessableEntity, a, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMismatch})
}
