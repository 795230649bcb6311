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
	"gatehouse/mailbox"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// code asks for the code that was mailed, or offers to mail one: looking at a
// page sends nothing. It is the same for a known and an unknown address.
func (h *Handler) code(c echo.Context, query browser.Params, a *Attempt) error {
	if !h.settings(c).MagicAuth {
		return errMethodOff
	}
	if a.Screen != ScreenCode {
		return h.showSend(c, http.StatusOK, a)
	}
	return h.showCode(c, http.StatusOK, a, query.Get(paramResent) != "")
}

// paramResent in the address says that another code was mailed.
const paramResent = "sent"

func (h *Handler) showSend(c echo.Context, status int, a *Attempt, problems ...hosted.Problem) error {
	return h.show(c, status, a.LandsAt, hosted.SendCodePage{Frame: h.frame(c, a, ""), Action: pathCode + "/send", Email: a.email(),
		ChangeURL: a.path(pathIdentifier), Problems: problems})
}

func (h *Handler) showCode(c echo.Context, status int, a *Attempt, resent bool, problems ...hosted.Problem) error {
	return h.show(c, status, a.LandsAt, hosted.CodePage{Frame: h.codeFrame(c, a, mailbox.MagicAuth), Action: pathCode, Email: a.email(), Purpose: hosted.CodeSignIn,
		ChangeURL: a.path(pathIdentifier), ResendAction: pathCode + "/send", Resent: resent, Problems: problems})
}

// sendCode mails a sign-in code. An address that nobody has gets one too where
// people may sign up: its code makes the account.
func (h *Handler) sendCode(c echo.Context, _ browser.Params, a *Attempt) error {
	err := h.mailCode(c, a, mailbox.MagicAuth, func(tx *db.Tx, u *users.User, s tenants.Settings) (send bool, err error) {
		if !s.MagicAuth {
			return false, errMethodOff
		}
		return u != nil || s.SignUp || a.invited() != "", a.update(tx, db.Set{"screen": ScreenCode})
	})
	if p := problem.As(err); p != nil && p.Kind == problem.TooMany {
		p.SetHeaders(c.Response().Header())
		wait := hosted.Problem{Code: "too_many_mails", Args: i18n.Wait(p.RetryAfter)}
		if a.Screen == ScreenCode {
			return h.showCode(c, http.StatusTooManyRequests, a, false, wait)
		}
		return h.showSend(c, http.StatusTooManyRequests, a, wait)
	}
	if err != nil {
		return err
	}
	to := a.path(pathCode)
	if a.Screen == ScreenCode {
		to += "&" + paramResent + "=1"
	}
	return c.Redirect(http.StatusSeeOther, to)
}

var errMethodOff = problem.New(problem.Forbidden, "authentication_method_not_allowed", "This way to sign in is switched off.")

// mailCode makes a proof of the attempt's mailbox and mails it, if decide says
// so. The row is made for every address alike, so that the answer takes as
// long.
func (h *Handler) mailCode(c echo.Context, a *Attempt, kind mailbox.Kind, decide func(*db.Tx, *users.User, tenants.Settings) (bool, error)) error {
	who := h.who(c, a)
	if err := h.Mailbox.MaySend(c.Request().Context(), kind, a.email(), who.IP); err != nil {
		return err
	}
	f := h.frame(c, a, "")
	return h.DB.Tx(c.Request().Context(), who, func(tx *db.Tx) error {
		settings, err := tenants.GetSettings(tx)
		if err != nil {
			return err
		}
		u, err := users.GetByEmail(tx, a.email())
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		send, err := decide(tx, u, settings)
		if err != nil {
			return err
		}
		l := mailbox.Letter{Mail: send, Exists: u != nil && a.Screen == ScreenSignUp, Locale: f.Lang.Tag(), Application: f.ApplicationName,
			Organization: a.OrganizationID, Device: browser.AgentName(who.UserAgent)}
		if err := a.update(tx, db.Set{"asked_on": some(l.Device), "asked_from": some(who.IP)}); err != nil {
			return err
		}
		_, err = h.Mailbox.Send(tx, mailbox.New{Kind: kind, Email: a.email(), User: u, Attempt: &a.ID}, l)
		return err
	})
}

func (h *Handler) checkCode(c echo.Context, form browser.Params, a *Attempt) error {
	if !h.settings(c).MagicAuth {
		return errMethodOff
	}
	return h.tryCode(c, form, a, mailbox.MagicAuth, func(status int, problems ...hosted.Problem) error {
		return h.showCode(c, status, a, false, problems...)
	})
}

// tryCode tries a code of the attempt's own mailbox, and signs in whoever it
// proves.
func (h *Handler) tryCode(c echo.Context, form browser.Params, a *Attempt, kind mailbox.Kind, show func(int, ...hosted.Problem) error) error {
	typed := readCode(form)
	if typed == "" {
		return show(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemCodeMissing})
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	var secret string
	try := h.codeTry(c, a, kind, typed)
	if wrong, err := h.toll(c, form, a, try.Guess()); err != nil || wrong != nil {
		return errors.Join(err, showUnpaid(show, wrong))
	}
	out, err := h.Mailbox.Try(c.Request().Context(), try, func(tx *db.Tx, p *mailbox.Proof) (err error) {
		secret, err = h.proven(tx, a, p, at)
		return err
	})
	switch {
	case errors.Is(err, errExpired):
		return h.again(c, a)
	case err != nil:
		return err
	case !out.OK:
		h.noteRefusal(c, a, kind, out)
		return showTried(c, out, show)
	}
	return h.settled(c, a, secret)
}

// codeTry is a try at a code that was mailed for the attempt.
func (h *Handler) codeTry(c echo.Context, a *Attempt, kind mailbox.Kind, typed string) mailbox.Try {
	return mailbox.Try{Kind: kind, Email: a.email(), Attempt: &a.ID, Code: typed, Known: h.known(c, a.email()), Who: h.who(c, a)}
}

func (h *Handler) codeFrame(c echo.Context, a *Attempt, kind mailbox.Kind) hosted.Frame {
	return h.guarded(c, a, h.frame(c, a, ""), h.codeTry(c, a, kind, "").Guess())
}

// showUnpaid asks for a code with a puzzle beside it.
func showUnpaid(show func(int, ...hosted.Problem) error, wrong *hosted.Problem) error {
	if wrong == nil {
		return nil
	}
	return show(http.StatusUnprocessableEntity, *wrong)
}

// showTried says why a code was refused.
func showTried(c echo.Context, out mailbox.Tried, show func(int, ...hosted.Problem) error) error {
	if out.Code == mailbox.CodeWait {
		problem.ErrTooMany.WithRetryAfter(out.Wait).SetHeaders(c.Response().Header())
		return show(http.StatusTooManyRequests, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemTooManyTries, Args: i18n.Wait(out.Wait)})
	}
	return show(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldCode, Code: out.Code})
}

// readCode is a code as people type and paste it.
func readCode(form browser.Params) string {
	return digitsOf(clip(form.Get(hosted.FieldCode), 64))
}

// zeros are the noughts of the keyboards that our languages are typed on; the
// nine other digits follow each (Unicode, general category Nd).
var zeros = []rune{'0', '٠', '۰', '०', '０'}

func digitsOf(s string) string {
	var out []byte
	for _, r := range s {
		for _, zero := range zeros {
			if r >= zero && r <= zero+9 {
				out = append(out, '0'+byte(r-zero))
			}
		}
	}
	return string(out)
}

// proven signs in whoever a mailed code or link proved: the person who has the
// address, or a new one.
func (h *Handler) proven(tx *db.Tx, a *Attempt, p *mailbox.Proof, at door) (secret string, err error) {
	u, method, err := h.owner(tx, a, p)
	if err != nil {
		return "", err
	}
	if u.BannedNow(tx.Now()) {
		return "", users.ErrBanned
	}
	tx.As(tx.Actor().As(u.ID, u.Email))
	if err := users.SignedIn(tx, u); err != nil {
		return "", err
	}
	if err := mailbox.Record(tx, p.Kind, "succeeded", &u.ID, u.Email, ""); err != nil {
		return "", err
	}
	a.PasswordHash, a.SocialRequestID = nil, nil
	return h.proceed(tx, a, proof{user: u.ID, method: method, at: tx.Now(), door: at})
}

// owner is the person whose mailbox it is. A sign-up makes them now, with the
// password that they chose: until here there was no account that anybody could
// have waited in. Where somebody has the address, that password is forgotten.
func (h *Handler) owner(tx *db.Tx, a *Attempt, p *mailbox.Proof) (*users.User, sessions.Method, error) {
	if a.SocialRequestID != nil {
		return h.readmitted(tx, a, p.Email)
	}
	u, err := users.GetByEmail(tx, p.Email)
	if err == nil {
		u, err = mailbox.Claim(tx, u, users.AssertedByMailbox, false)
		return u, sessions.MagicAuth, err
	}
	if !errors.Is(err, db.ErrNotFound) {
		return nil, "", err
	}
	settings, err := tenants.GetSettings(tx)
	if err != nil {
		return nil, "", err
	}
	if !settings.SignUp && a.invited() == "" { // an invitation is what makes accounts then
		return nil, "", errSignUpOff
	}
	method := sessions.MagicAuth
	if a.PasswordHash != nil {
		method = sessions.Password
	}
	u, err = users.Create(tx, users.New{Email: p.Email, EmailVerified: true, EmailAssertedBy: users.AssertedByMailbox,
		FirstName: a.FirstName, LastName: a.LastName, PasswordHash: text(a.PasswordHash), SignsIn: true})
	return u, method, err
}

var errSignUpOff = problem.New(problem.Forbidden, "sign_up_not_allowed", "People do not make their own accounts here.")

// noteRefusal writes a refused code to the log, as a wrong password is.
func (h *Handler) noteRefusal(c echo.Context, a *Attempt, kind mailbox.Kind, out mailbox.Tried) {
	err := h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		var user *id.User
		if u, err := users.GetByEmail(tx, a.email()); err == nil {
			user = &u.ID
		}
		return mailbox.Record(tx, kind, "failed", user, a.email(), out.Code)
	})
	if err != nil {
		h.Log.ErrorContext(c.Request().Context(), "a refused code could not be recorded", "error", err)
	}
}
