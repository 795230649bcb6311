package login

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
	webmail "gatehouse/web/mail"
)

// secondPages are the pages of the second steps.
var secondPages = map[sessions.Second]string{
	sessions.SecondWebAuthn: pathSecond + "/passkey", sessions.SecondTOTP: pathSecond + "/totp",
	sessions.SecondSMS: pathSecond + "/sms", sessions.SecondRecovery: pathSecond + "/recovery",
}

var secondKinds = map[sessions.Second]hosted.SecondKind{
	sessions.SecondWebAuthn: hosted.SecondPasskey, sessions.SecondTOTP: hosted.SecondApp,
	sessions.SecondSMS: hosted.SecondSMS, sessions.SecondRecovery: hosted.SecondRecovery,
}

// steps is what the pages of the second step know: the person and their ways.
type steps struct {
	person  *users.User
	methods []mfa.Method
	left    int // recovery codes
}

func (h *Handler) steps(c echo.Context, a *Attempt) (s steps, err error) {
	err = h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
		if s.person, err = users.Get(tx, *a.UserID); err != nil {
			return err
		}
		if s.methods, err = mfa.List(tx, *a.UserID); err != nil {
			return err
		}
		s.left, err = mfa.RecoveryCodesLeft(tx, *a.UserID)
		return err
	})
	if !h.MFA.Passkeys() { // the deployment moved to an address without a domain
		s.methods = slices.DeleteFunc(s.methods, func(m mfa.Method) bool { return m.Kind == sessions.SecondWebAuthn })
	}
	return s, err
}

// others are the person's ways besides one, the strongest first. The password
// managers and authenticators ask for a passkey themselves, so one line stands
// for all passkeys.
func (s steps) others(a *Attempt, but sessions.Second) []hosted.SecondStep {
	var out []hosted.SecondStep
	seen := map[sessions.Second]bool{but: true}
	for _, m := range s.methods {
		if seen[m.Kind] {
			continue
		}
		seen[m.Kind] = true
		out = append(out, hosted.SecondStep{Kind: secondKinds[m.Kind], Name: m.Name, Added: m.Added, URL: a.path(secondPages[m.Kind])})
	}
	if s.left > 0 && but != sessions.SecondRecovery {
		out = append(out, hosted.SecondStep{Kind: hosted.SecondRecovery, URL: a.path(secondPages[sessions.SecondRecovery])})
	}
	return out
}

// name is what the person calls their way of that kind.
func (s steps) name(kind sessions.Second) string {
	for _, m := range s.methods {
		if m.Kind == kind {
			return m.Name
		}
	}
	return ""
}

// second sends to the strongest way that the person has.
func (h *Handler) second(c echo.Context, _ browser.Params, a *Attempt) error {
	s, err := h.steps(c, a)
	if err != nil {
		return err
	}
	if len(s.methods) == 0 { // removed in another browser meanwhile
		return h.secondWithout(c, a, s)
	}
	return c.Redirect(http.StatusSeeOther, a.path(secondPages[s.methods[0].Kind]))
}

// secondWithout goes on where no way is left to take the second step: with a
// recovery code, or as if none had been asked for.
func (h *Handler) secondWithout(c echo.Context, a *Attempt, s steps) error {
	if s.left > 0 {
		return c.Redirect(http.StatusSeeOther, a.path(secondPages[sessions.SecondRecovery]))
	}
	if !h.MFA.Passkeys() {
		return mfa.ErrNoPasskeys
	}
	return h.passAgain(c, a)
}

// passAgain asks anew what stands before the person.
func (h *Handler) passAgain(c echo.Context, a *Attempt) error {
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	var secret string
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) (err error) {
		if _, err := a.still(tx); err != nil {
			return err
		}
		secret, err = h.pass(tx, a, at)
		return err
	})
	return h.concluded(c, a, secret, err)
}

func (h *Handler) secondApp(c echo.Context, _ browser.Params, a *Attempt) error {
	return h.showSecond(c, http.StatusOK, a, sessions.SecondTOTP)
}

func (h *Handler) secondRecovery(c echo.Context, _ browser.Params, a *Attempt) error {
	return h.showSecond(c, http.StatusOK, a, sessions.SecondRecovery)
}

// showSecond asks for a code of that kind.
func (h *Handler) showSecond(c echo.Context, status int, a *Attempt, kind sessions.Second, problems ...hosted.Problem) error {
	s, err := h.steps(c, a)
	if err != nil {
		return err
	}
	page := hosted.SecondStepPage{Frame: h.guarded(c, a, h.frame(c, a, text(s.person.Locale)), mfa.Try{Kind: kind, User: s.person.ID}.Guess()), Action: secondPages[kind], Kind: secondKinds[kind], Person: personOf(s.person),
		SwitchURL: a.switchPath(), Device: s.name(kind), Left: s.left, Others: s.others(a, kind), Problems: problems}
	if kind == sessions.SecondSMS {
		page.Resend = secondPages[kind] + "/send"
	}
	return h.show(c, status, a.LandsAt, page)
}

func (h *Handler) checkApp(c echo.Context, form browser.Params, a *Attempt) error {
	return h.trySecond(c, form, a, mfa.Try{Kind: sessions.SecondTOTP, Code: readCode(form)})
}

func (h *Handler) checkRecovery(c echo.Context, form browser.Params, a *Attempt) error {
	return h.trySecond(c, form, a, mfa.Try{Kind: sessions.SecondRecovery, Code: clip(form.Get(hosted.FieldCode), 64)})
}

// trySecond tries a code and, where it is right, takes the person on.
func (h *Handler) trySecond(c echo.Context, form browser.Params, a *Attempt, t mfa.Try) error {
	if t.Code == "" {
		return h.showSecond(c, http.StatusUnprocessableEntity, a, t.Kind, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemCodeMissing})
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	t.User, t.Email, t.Who = *a.UserID, a.email(), h.who(c, a)
	if wrong, err := h.toll(c, form, a, t.Guess()); err != nil || wrong != nil {
		show := func(status int, problems ...hosted.Problem) error {
			return h.showSecond(c, status, a, t.Kind, problems...)
		}
		return errors.Join(err, showUnpaid(show, wrong))
	}
	var secret string
	out, err := h.MFA.Try(c.Request().Context(), t, func(tx *db.Tx) (err error) {
		if t.Kind == sessions.SecondRecovery {
			if err := h.tellOfRecovery(tx, *a.UserID); err != nil {
				return err
			}
		}
		secret, err = h.took(tx, a, t.Kind, at)
		return err
	})
	switch {
	case errors.Is(err, errExpired):
		return h.again(c, a)
	case err != nil:
		return err
	case !out.OK:
		return h.refuseSecond(c, a, t.Kind, out)
	}
	return h.settled(c, a, secret)
}

// took notes the second step and asks what is left.
func (h *Handler) took(tx *db.Tx, a *Attempt, kind sessions.Second, at door) (secret string, err error) {
	if err := a.stillProven(tx); err != nil {
		return "", err
	}
	now := tx.Now()
	a.SecondMethod, a.SecondAt = &kind, &now
	tx.As(tx.Actor().As(*a.UserID, a.email()))
	return h.pass(tx, a, at)
}

func (h *Handler) tellOfRecovery(tx *db.Tx, user id.User) error {
	u, err := users.Get(tx, user)
	if err != nil {
		return err
	}
	left, err := mfa.RecoveryCodesLeft(tx, user)
	if err != nil {
		return err
	}
	return h.Mailbox.Notice(tx, u, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.RecoveryCodeUsed{Seen: seen, Left: left, DisownURL: disown}
	})
}

func (h *Handler) refuseSecond(c echo.Context, a *Attempt, kind sessions.Second, out mfa.Checked) error {
	if out.Code == mfa.CodeWait {
		problem.ErrTooMany.WithRetryAfter(out.Wait).SetHeaders(c.Response().Header())
		return h.showSecond(c, http.StatusTooManyRequests, a, kind, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemTooManyTries, Args: i18n.Wait(out.Wait)})
	}
	return h.showSecond(c, http.StatusUnprocessableEntity, a, kind, hosted.Problem{Field: hosted.FieldCode, Code: out.Code})
}

// secondSMS asks for the code that went to the person's telephone. Looking at
// the page sends none; the first goes out by the button.
func (h *Handler) secondSMS(c echo.Context, _ browser.Params, a *Attempt) error {
	return h.showSecond(c, http.StatusOK, a, sessions.SecondSMS)
}

// sendSMS has a code sent.
func (h *Handler) sendSMS(c echo.Context, _ browser.Params, a *Attempt) error {
	ok, after, err := h.MFA.MayText(c.Request().Context(), *a.UserID)
	if err != nil {
		return err
	}
	if !ok {
		problem.ErrTooMany.WithRetryAfter(after).SetHeaders(c.Response().Header())
		return h.showSecond(c, http.StatusTooManyRequests, a, sessions.SecondSMS, hosted.Problem{Code: "too_many_mails", Args: i18n.Wait(after)})
	}
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		f, err := mfa.Telephone(tx, *a.UserID)
		if err != nil || f == nil {
			return errors.Join(err, orNil(f == nil, db.ErrNotFound))
		}
		challenge, err := h.MFA.NewChallenge(tx, f)
		if err != nil {
			return err
		}
		return a.update(tx, db.Set{"challenge_id": challenge.ID})
	})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, a.path(secondPages[sessions.SecondSMS]))
}

func orNil(is bool, err error) error {
	if is {
		return err
	}
	return nil
}

func (h *Handler) checkSMS(c echo.Context, form browser.Params, a *Attempt) error {
	if a.ChallengeID == nil {
		return h.showSecond(c, http.StatusUnprocessableEntity, a, sessions.SecondSMS, hosted.Problem{Field: hosted.FieldCode, Code: mfa.CodeExpired})
	}
	return h.trySecond(c, form, a, mfa.Try{Kind: sessions.SecondSMS, Challenge: a.ChallengeID, Code: readCode(form)})
}

// passkeyBound names the attempt as the one that may answer a ceremony.
func (a *Attempt) passkeyBound() string { return string(a.ID) }

func (h *Handler) secondPasskey(c echo.Context, _ browser.Params, a *Attempt) error {
	return h.showSecondPasskey(c, http.StatusOK, a)
}

func (h *Handler) showSecondPasskey(c echo.Context, status int, a *Attempt, problems ...hosted.Problem) error {
	s, err := h.steps(c, a)
	if err != nil {
		return err
	}
	var q *mfa.Question
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) (err error) {
		q, err = h.MFA.BeginSignIn(tx, a.passkeyBound(), passkeyPerson(s.person))
		return err
	})
	if errors.Is(err, mfa.ErrPasskey) || errors.Is(err, mfa.ErrNoPasskeys) { // none left
		return h.second(c, browser.Params{}, a)
	}
	if err != nil {
		return err
	}
	return h.show(c, status, a.LandsAt, hosted.PasskeyPage{Frame: h.frame(c, a, text(s.person.Locale)), Action: secondPages[sessions.SecondWebAuthn],
		Ceremony: string(q.ID), Options: q.Options, Second: true, Person: personOf(s.person), SwitchURL: a.switchPath(), Others: s.others(a, sessions.SecondWebAuthn), Problems: problems})
}

func passkeyPerson(u *users.User) *mfa.Person {
	return &mfa.Person{ID: u.ID, Email: u.Email, Name: u.DisplayName()}
}

func (h *Handler) checkSecondPasskey(c echo.Context, form browser.Params, a *Attempt) error {
	s, err := h.steps(c, a)
	if err != nil {
		return err
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	var secret string
	err = h.MFA.FinishSecondStep(c.Request().Context(), h.answerOf(c, form, a), *passkeyPerson(s.person), func(tx *db.Tx) (err error) {
		secret, err = h.took(tx, a, sessions.SecondWebAuthn, at)
		return err
	})
	switch {
	case errors.Is(err, mfa.ErrPasskey):
		return h.showSecondPasskey(c, http.StatusUnprocessableEntity, a, hosted.Problem{Code: mfa.ErrPasskey.Code})
	case errors.Is(err, errExpired):
		return h.again(c, a)
	case err != nil:
		return err
	}
	return h.settled(c, a, secret)
}

// answerOf is what the browser's authenticator said.
func (h *Handler) answerOf(c echo.Context, form browser.Params, a *Attempt) mfa.Answer {
	ceremony, _ := id.Parse[id.Ceremony](form.Get(hosted.FieldCeremony)) // a malformed id is nobody's
	return mfa.Answer{Ceremony: ceremony, Bound: a.passkeyBound(), Body: []byte(form.Get(hosted.FieldCredential)), Who: h.who(c, a)}
}

// refusedPage says why this sign-in, as it was begun, cannot go on.
func (h *Handler) refusedPage(_ echo.Context, _ browser.Params, a *Attempt) error {
	if p, ok := gateProblems[a.gate()]; ok {
		return p
	}
	return errExpired
}
