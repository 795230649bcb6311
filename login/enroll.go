package login

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/problem"
	"gatehouse/login/gates"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
	webmail "gatehouse/web/mail"
	"gatehouse/web/ui"
)

// enrollPages are the pages on which second steps are set up.
var enrollPages = map[sessions.Second]string{
	sessions.SecondWebAuthn: pathEnroll + "/passkey", sessions.SecondTOTP: pathEnroll + "/totp", sessions.SecondSMS: pathEnroll + "/sms",
}

// enroll asks which second step to set up: those that the organization takes.
func (h *Handler) enroll(c echo.Context, _ browser.Params, a *Attempt) error {
	var verdict gates.Verdict
	var u *users.User
	err := h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) (err error) {
		if u, err = users.Get(tx, *a.UserID); err != nil {
			return err
		}
		verdict, _, err = a.check(tx, u)
		return err
	})
	if err != nil {
		return err
	}
	if verdict.Gate != gates.Enroll { // what asked for it does not any more
		return h.passAgain(c, a)
	}
	page := hosted.EnrollPage{Frame: h.frame(c, a, text(u.Locale)), Person: personOf(u), SwitchURL: a.switchPath()}
	if h.entering(c, a) != nil {
		page.OrganizationName = page.Brand.Name
	}
	for _, s := range verdict.Seconds {
		if s == sessions.SecondWebAuthn && !h.MFA.Passkeys() {
			continue
		}
		page.Choices = append(page.Choices, hosted.SecondStep{Kind: secondKinds[s], URL: a.path(enrollPages[s])})
	}
	if len(page.Choices) == 0 { // the organization takes passkeys alone
		return mfa.ErrNoPasskeys
	}
	return h.show(c, http.StatusOK, a.LandsAt, page)
}

// enrollApp shows the secret of an authenticator app: the same until a code of
// it comes back, however often the page is loaded.
func (h *Handler) enrollApp(c echo.Context, _ browser.Params, a *Attempt) error {
	return h.showApp(c, http.StatusOK, a)
}

func (h *Handler) showApp(c echo.Context, status int, a *Attempt, problems ...hosted.Problem) error {
	var e *mfa.Enrolment
	err := h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) (err error) {
		e, err = h.enrolling(tx, a)
		return err
	})
	if err != nil {
		return err
	}
	page := hosted.EnrollAppPage{Frame: h.frame(c, a, ""), Action: enrollPages[sessions.SecondTOTP], Key: e.Secret, BackURL: a.path(pathEnroll), Problems: problems}
	page.Square = ui.QR(e.URI, page.Lang.T("enroll.app.square"))
	return h.show(c, status, a.LandsAt, page)
}

// enrolling is the attempt's unfinished factor, or a new one.
func (h *Handler) enrolling(tx *db.Tx, a *Attempt) (*mfa.Enrolment, error) {
	if a.EnrollingFactorID != nil {
		e, err := mfa.EnrolmentOf(tx, *a.UserID, *a.EnrollingFactorID)
		if err == nil || !errors.Is(err, db.ErrNotFound) {
			return e, err
		}
	}
	u, err := users.Get(tx, *a.UserID)
	if err != nil {
		return nil, err
	}
	e, err := h.MFA.BeginTOTP(tx, mfa.NewTOTP{User: &u.ID, Issuer: a.ApplicationName, Account: u.Email})
	if err != nil {
		return nil, err
	}
	a.EnrollingFactorID = &e.ID
	return e, a.update(tx, db.Set{"enrolling_factor_id": e.ID})
}

func (h *Handler) confirmApp(c echo.Context, form browser.Params, a *Attempt) error {
	typed := readCode(form)
	if typed == "" || a.EnrollingFactorID == nil {
		return h.showApp(c, http.StatusUnprocessableEntity, a, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemCodeMissing})
	}
	t := mfa.Try{Kind: sessions.SecondTOTP, Factor: a.EnrollingFactorID, Code: typed}
	return h.tryEnrolment(c, a, t, webmail.FactorApp, func(status int, p hosted.Problem) error { return h.showApp(c, status, a, p) })
}

// tryEnrolment tries a factor's first code. Where it is right, the factor
// counts, for this sign-in too, and the person gets recovery codes.
func (h *Handler) tryEnrolment(c echo.Context, a *Attempt, t mfa.Try, what webmail.Factor, show func(int, hosted.Problem) error) error {
	t.User, t.Email, t.Who = *a.UserID, a.email(), h.who(c, a)
	var codes []string
	out, err := h.MFA.Try(c.Request().Context(), t, func(tx *db.Tx) (err error) {
		codes, err = h.enrolled(tx, a, t.Kind, what)
		return err
	})
	switch {
	case err != nil:
		return err
	case out.Code == mfa.CodeWait:
		problem.ErrTooMany.WithRetryAfter(out.Wait).SetHeaders(c.Response().Header())
		return show(http.StatusTooManyRequests, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemTooManyTries, Args: i18n.Wait(out.Wait)})
	case !out.OK:
		return show(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldCode, Code: out.Code})
	}
	return h.afterEnrolment(c, a, codes)
}

// enrolled counts the new second step as taken, tells the person by mail, and
// makes recovery codes where they have none.
func (h *Handler) enrolled(tx *db.Tx, a *Attempt, kind sessions.Second, what webmail.Factor) (codes []string, err error) {
	if err := a.stillProven(tx); err != nil {
		return nil, err
	}
	u, err := users.Get(tx, *a.UserID)
	if err != nil {
		return nil, err
	}
	tx.As(tx.Actor().As(u.ID, u.Email))
	err = h.Mailbox.Notice(tx, u, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.FactorAdded{Seen: seen, What: what, DisownURL: disown}
	})
	if err != nil {
		return nil, err
	}
	left, err := mfa.RecoveryCodesLeft(tx, u.ID)
	if err == nil && left == 0 {
		codes, err = mfa.NewRecoveryCodes(tx, u.ID)
	}
	if err != nil {
		return nil, err
	}
	now := tx.Now()
	a.SecondMethod, a.SecondAt, a.Gate = &kind, &now, some(string(gateRecoveryCodes))
	return codes, a.update(tx, db.Set{"second_method": kind, "second_at": now, "gate": a.Gate, "codes_shown_at": now, "enrolling_factor_id": nil})
}

// afterEnrolment shows new recovery codes, in the answer to the form and
// nowhere else, or goes on.
func (h *Handler) afterEnrolment(c echo.Context, a *Attempt, codes []string) error {
	if codes == nil {
		return h.passAgain(c, a)
	}
	return h.showCodes(c, http.StatusOK, a, codes)
}

func (h *Handler) showCodes(c echo.Context, status int, a *Attempt, codes []string, problems ...hosted.Problem) error {
	return h.show(c, status, a.LandsAt, hosted.RecoveryCodesPage{Frame: h.frame(c, a, ""), Action: pathRecoveryCodes, Codes: codes, Problems: problems})
}

// recoveryCodes is where a reload of that answer lands: codes are shown once.
func (h *Handler) recoveryCodes(c echo.Context, _ browser.Params, a *Attempt) error {
	return h.showCodes(c, http.StatusOK, a, nil)
}

// savedRecoveryCodes goes on once the box is ticked. The page's own form brings
// the codes along, so that they are still there where it was not.
func (h *Handler) savedRecoveryCodes(c echo.Context, form browser.Params, a *Attempt) error {
	codes := mfa.RecoveryCodeList(form.Get(hosted.FieldCodes))
	if codes != nil && form.Get(hosted.FieldSaved) == "" {
		return h.showCodes(c, http.StatusUnprocessableEntity, a, codes, hosted.Problem{Field: hosted.FieldSaved, Code: hosted.ProblemNotSaved})
	}
	return h.passAgain(c, a)
}

// downloadRecoveryCodes gives the codes back as a file to whoever has no
// script: they come from the page, and are kept nowhere.
func (h *Handler) downloadRecoveryCodes(c echo.Context, form browser.Params, a *Attempt) error {
	codes := mfa.RecoveryCodeList(form.Get(hosted.FieldCodes))
	if codes == nil {
		return h.showCodes(c, http.StatusUnprocessableEntity, a, nil)
	}
	headers := c.Response().Header()
	browser.PageHeaders(headers)
	headers.Set(echo.HeaderContentDisposition, `attachment; filename="recovery-codes.txt"`)
	return c.String(http.StatusOK, strings.Join(codes, "\n")+"\n")
}

func (h *Handler) enrollPasskey(c echo.Context, _ browser.Params, a *Attempt) error {
	return h.showNewPasskey(c, http.StatusOK, a)
}

func (h *Handler) showNewPasskey(c echo.Context, status int, a *Attempt, problems ...hosted.Problem) error {
	var q *mfa.Question
	err := h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		u, err := users.Get(tx, *a.UserID)
		if err != nil {
			return err
		}
		q, err = h.MFA.BeginRegistration(tx, *passkeyPerson(u), a.passkeyBound())
		return err
	})
	if err != nil {
		return err
	}
	return h.show(c, status, a.LandsAt, hosted.EnrollPasskeyPage{Frame: h.frame(c, a, ""), Action: enrollPages[sessions.SecondWebAuthn],
		Ceremony: string(q.ID), Options: q.Options, BackURL: a.path(pathEnroll), Problems: problems})
}

func (h *Handler) confirmPasskey(c echo.Context, form browser.Params, a *Attempt) error {
	var u *users.User
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		u, err = users.Get(tx, *a.UserID)
		return err
	})
	if err != nil {
		return err
	}
	var codes []string
	_, err = h.MFA.FinishRegistration(c.Request().Context(), h.answerOf(c, form, a), *passkeyPerson(u), form.Get(hosted.FieldName), func(tx *db.Tx, _ *mfa.Passkey) (err error) {
		codes, err = h.enrolled(tx, a, sessions.SecondWebAuthn, webmail.FactorPasskey)
		return err
	})
	if errors.Is(err, mfa.ErrPasskey) {
		return h.showNewPasskey(c, http.StatusUnprocessableEntity, a, hosted.Problem{Code: mfa.ErrPasskey.Code})
	}
	if err != nil {
		return err
	}
	return h.afterEnrolment(c, a, codes)
}

func (h *Handler) enrollPhone(c echo.Context, _ browser.Params, a *Attempt) error {
	if !h.settings(c).SMS {
		return errMethodOff
	}
	return h.showPhone(c, http.StatusOK, a)
}

func (h *Handler) showPhone(c echo.Context, status int, a *Attempt, problems ...hosted.Problem) error {
	page := hosted.EnrollPhonePage{Frame: h.frame(c, a, ""), Action: enrollPages[sessions.SecondSMS], BackURL: a.path(pathEnroll), Problems: problems}
	if a.ChallengeID != nil {
		err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
			_, f, err := mfa.GetChallenge(tx, *a.ChallengeID)
			if err == nil && f.Account != nil {
				page.Number = *f.Account
			}
			return err
		})
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	return h.show(c, status, a.LandsAt, page)
}

// confirmPhone takes the number, and then the code that went there.
func (h *Handler) confirmPhone(c echo.Context, form browser.Params, a *Attempt) error {
	if !h.settings(c).SMS { // the page is not offered then; its address is known all the same
		return errMethodOff
	}
	if typed := readCode(form); typed != "" && a.ChallengeID != nil && form.Get(hosted.FieldPhone) == "" {
		t := mfa.Try{Kind: sessions.SecondSMS, Challenge: a.ChallengeID, Enrolling: true, Code: typed}
		return h.tryEnrolment(c, a, t, webmail.FactorSMS, func(status int, p hosted.Problem) error { return h.showPhone(c, status, a, p) })
	}
	ok, after, err := h.MFA.MayText(c.Request().Context(), *a.UserID)
	if err != nil {
		return err
	}
	if !ok {
		return h.showPhone(c, http.StatusTooManyRequests, a, hosted.Problem{Code: "too_many_mails", Args: i18n.Wait(after)})
	}
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		f, err := h.MFA.BeginSMS(tx, a.UserID, form.Get(hosted.FieldPhone), "")
		if err != nil {
			return err
		}
		challenge, err := h.MFA.NewChallenge(tx, f)
		if err != nil {
			return err
		}
		return a.update(tx, db.Set{"challenge_id": challenge.ID})
	})
	if errors.Is(err, mfa.ErrPhone) {
		a.ChallengeID = nil
		return h.showPhone(c, http.StatusUnprocessableEntity, a, hosted.Problem{Field: hosted.FieldPhone, Code: hosted.ProblemPhoneInvalid})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, a.path(enrollPages[sessions.SecondSMS]))
}
