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
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// verifyEmail asks for the code that proves an address: of a sign-up, which
// has no account yet, or of a person whose address nobody has proven.
func (h *Handler) verifyEmail(c echo.Context, query browser.Params, a *Attempt) error {
	return h.showVerify(c, http.StatusOK, a, query.Get(paramResent) != "")
}

func (h *Handler) showVerify(c echo.Context, status int, a *Attempt, resent bool, problems ...hosted.Problem) error {
	page := hosted.CodePage{Frame: h.codeFrame(c, a, mailbox.EmailVerification), Action: pathVerifyEmail, Email: a.email(), Purpose: hosted.CodeVerify,
		ResendAction: pathVerifyEmail + "/send", Resent: resent, Problems: problems}
	if a.UserID == nil {
		page.ChangeURL = a.path(pathSignUp)
		if a.SocialRequestID != nil { // the address is the provider's: another way in is at the start
			page.ChangeURL = a.path(pathIdentifier)
		}
	}
	return h.show(c, status, a.LandsAt, page)
}

// mailVerification mails the first code. Where too many were asked for the
// page says so when the person asks for another.
func (h *Handler) mailVerification(c echo.Context, a *Attempt) error {
	err := h.mailCode(c, a, mailbox.EmailVerification, func(_ *db.Tx, u *users.User, s tenants.Settings) (bool, error) {
		return u != nil || s.SignUp || a.invited() != "", nil
	})
	if p := problem.As(err); p != nil && p.Kind == problem.TooMany {
		return nil
	}
	return err
}

func (h *Handler) resendVerification(c echo.Context, _ browser.Params, a *Attempt) error {
	err := h.mailCode(c, a, mailbox.EmailVerification, func(_ *db.Tx, u *users.User, s tenants.Settings) (bool, error) {
		return u != nil || s.SignUp || a.invited() != "", nil
	})
	if p := problem.As(err); p != nil && p.Kind == problem.TooMany {
		p.SetHeaders(c.Response().Header())
		return h.showVerify(c, http.StatusTooManyRequests, a, false, hosted.Problem{Code: "too_many_mails", Args: i18n.Wait(p.RetryAfter)})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, a.path(pathVerifyEmail)+"&"+paramResent+"=1")
}

func (h *Handler) checkVerification(c echo.Context, form browser.Params, a *Attempt) error {
	show := func(status int, problems ...hosted.Problem) error {
		return h.showVerify(c, status, a, false, problems...)
	}
	if a.UserID == nil {
		return h.tryCode(c, form, a, mailbox.EmailVerification, show)
	}
	typed := readCode(form)
	if typed == "" {
		return show(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemCodeMissing})
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	var secret string
	try := h.codeTry(c, a, mailbox.EmailVerification, typed)
	try.User = a.UserID
	if wrong, err := h.toll(c, form, a, try.Guess()); err != nil || wrong != nil {
		return errors.Join(err, showUnpaid(show, wrong))
	}
	out, err := h.Mailbox.Try(c.Request().Context(), try, func(tx *db.Tx, p *mailbox.Proof) (err error) {
		secret, err = h.verified(tx, a, p, at)
		return err
	})
	switch {
	case errors.Is(err, errExpired):
		return h.again(c, a)
	case err != nil:
		return err
	case !out.OK:
		h.noteRefusal(c, a, mailbox.EmailVerification, out)
		return showTried(c, out, show)
	}
	return h.settled(c, a, secret)
}

// verified proves the address of a person who has proven their password in
// this very sign-in: so the password is theirs, and stays. A sign-in may have
// asked for codes to several mailboxes, one after the other, and the address
// may have changed since: the proof is of this person's mailbox, as it is now.
func (h *Handler) verified(tx *db.Tx, a *Attempt, p *mailbox.Proof, at door) (secret string, err error) {
	u, err := users.Get(tx, *a.UserID)
	if err != nil {
		return "", err
	}
	if p.UserID == nil || *p.UserID != u.ID || p.EmailKey != u.EmailKey {
		return "", mailbox.ErrLink
	}
	if err := a.stillProven(tx); err != nil {
		return "", err
	}
	tx.As(tx.Actor().As(u.ID, u.Email))
	if u, err = mailbox.Claim(tx, u, users.AssertedByMailbox, *a.AuthMethod == sessions.Password); err != nil {
		return "", err
	}
	proven := u.Proven(*a.AuthenticatedAt)
	a.AuthenticatedAt = &proven
	if err := mailbox.Record(tx, mailbox.EmailVerification, "succeeded", &u.ID, u.Email, ""); err != nil {
		return "", err
	}
	if err := a.proveGuest(tx, u); err != nil {
		return "", err
	}
	return h.pass(tx, a, at)
}

// proveGuest tells that somebody whom a connection could not vouch for has
// proven their mailbox in this sign-in by it.
func (a *Attempt) proveGuest(tx *db.Tx, u *users.User) error {
	if !a.SSOGuest || a.SSOOrganizationID == nil || a.ConnectionID == nil || a.SSOIdentityID == nil {
		return nil
	}
	err := tx.In(*a.SSOOrganizationID, func(tx *db.OrgTx) (err error) {
		a.SSOGuest, err = people.Prove(tx, *a.ConnectionID, u.ID, *a.SSOIdentityID)
		return err
	})
	if err != nil {
		return err
	}
	return users.SignedIn(tx, u)
}
