package login

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/problem"
	"gatehouse/mailbox"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
	"gatehouse/web/hosted"
)

// forgot asks whose password it is.
func (h *Handler) forgot(c echo.Context) error {
	query, err := browser.Query(c.Request())
	if err != nil {
		return err
	}
	a, err := h.flowOf(c, query)
	if err != nil {
		return h.lost(c, query, err)
	}
	if !h.settings(c).Password {
		return errMethodOff
	}
	page := hosted.ForgotPage{}
	if a != nil {
		page.Email = a.email()
	}
	return h.showForgot(c, http.StatusOK, a, page)
}

func (h *Handler) showForgot(c echo.Context, status int, a *Attempt, page hosted.ForgotPage) error {
	page.Frame, page.Action, page.BackURL = h.frame(c, a, ""), pathForgot, pathIdentifier
	if a != nil {
		page.BackURL = a.path(string(a.next()))
	}
	return h.show(c, status, nil, page)
}

// mailReset mails a link to a new password. Its answer, and what it does, is
// the same whether or not somebody has the address.
func (h *Handler) mailReset(c echo.Context) error {
	form, err := browser.Form(c.Request())
	if err != nil {
		return err
	}
	a, err := h.flowOf(c, form)
	if err != nil {
		return h.lost(c, form, err)
	}
	if !h.settings(c).Password {
		return errMethodOff
	}
	email, wrong := readEmail(form)
	if wrong != nil {
		return h.showForgot(c, http.StatusUnprocessableEntity, a, hosted.ForgotPage{Email: form.Get(hosted.FieldEmail), Problems: []hosted.Problem{*wrong}})
	}
	err = h.sendReset(c, a, email)
	if p := problem.As(err); p != nil && p.Kind == problem.TooMany {
		p.SetHeaders(c.Response().Header())
		return h.showForgot(c, http.StatusTooManyRequests, a, hosted.ForgotPage{Email: email, Problems: []hosted.Problem{{Code: "too_many_mails", Args: i18n.Wait(p.RetryAfter)}}})
	}
	if err != nil {
		return err
	}
	return h.showForgot(c, http.StatusOK, a, hosted.ForgotPage{Email: email, Sent: true})
}

func (h *Handler) sendReset(c echo.Context, a *Attempt, email string) error {
	who, ctx := h.who(c, a), c.Request().Context()
	if err := h.Mailbox.MaySend(ctx, mailbox.PasswordReset, email, who.IP); err != nil {
		return err
	}
	f := h.frame(c, a, "")
	l := mailbox.Letter{Locale: f.Lang.Tag(), Application: f.ApplicationName}
	if a != nil {
		l.Organization = a.OrganizationID
	}
	return h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		settings, err := tenants.GetSettings(tx)
		if err != nil {
			return err
		}
		u, err := users.GetByEmail(tx, email)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		l.Mail = u != nil && settings.Password
		_, err = h.Mailbox.Send(tx, mailbox.New{Kind: mailbox.PasswordReset, Email: email, User: u}, l)
		return err
	})
}

// reset asks for the new password, behind a mailed link.
func (h *Handler) reset(c echo.Context) error {
	u, err := h.resetFor(c)
	if err != nil {
		return err
	}
	return h.showReset(c, http.StatusOK, u, hosted.Strength{})
}

func (h *Handler) resetFor(c echo.Context) (u *users.User, err error) {
	if !h.settings(c).Password {
		return nil, errMethodOff
	}
	err = h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
		u, err = mailbox.ResetFor(tx, c.Param("token"))
		return err
	})
	return u, err
}

func (h *Handler) showReset(c echo.Context, status int, u *users.User, strength hosted.Strength, problems ...hosted.Problem) error {
	return h.show(c, status, nil, hosted.ResetPage{Frame: h.frame(c, nil, text(u.Locale)), Action: pathReset + "/" + c.Param("token"), Email: u.Email,
		MinLength: password.MinLength, Strength: strength, Problems: problems})
}

// finishReset sets the new password and goes on as a sign-in by it: a second
// step is asked for as ever. All that was signed in before has ended.
func (h *Handler) finishReset(c echo.Context) error {
	form, err := browser.Form(c.Request())
	if err != nil {
		return err
	}
	u, err := h.resetFor(c)
	if err != nil {
		return err
	}
	typed := form.Get(hosted.FieldPassword)
	if typed == "" {
		return h.showReset(c, http.StatusUnprocessableEntity, u, hosted.Strength{}, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMissing})
	}
	a, begun := h.begin(c, ScreenSignIn)
	a.Email = &u.Email
	var secret string
	_, err = h.Mailbox.Reset(c.Request().Context(), c.Param("token"), typed, h.who(c, a), func(tx *db.Tx, u *users.User) (err error) {
		if err := users.SignedIn(tx, u); err != nil {
			return err
		}
		secret, err = h.proceed(tx, a, proof{user: u.ID, method: sessions.Password, at: tx.Now(), door: door{known: true}})
		return err
	})
	switch p := problem.As(err); {
	case errors.Is(err, password.ErrWeak):
		return h.showReset(c, http.StatusUnprocessableEntity, u, WeakStrength(typed), Weaknesses(p)...)
	case p != nil && p.Kind == problem.Unavailable:
		return h.busy(c, nil, err)
	case err != nil:
		return err
	}
	if a.CompletedAt == nil {
		Remember(c, h.Jar, Started{Attempt: a.ID, Secret: begun})
	}
	return h.settled(c, a, secret)
}
