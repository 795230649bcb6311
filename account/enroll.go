package account

import (
	"errors"
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/web/hosted"
	"gatehouse/web/ui"
)

// askApp asks what to call the device that the app is on.
func askApp(v *visit) error { return v.showAppName(http.StatusOK, "") }

func (v *visit) showAppName(status int, typed string, problems ...hosted.Problem) error {
	return v.show(status, hosted.NamePage{Frame: v.frame(), Action: pathApp, Name: typed, BackURL: pathSecurity, Problems: problems})
}

// beginApp makes the secret. It counts for nothing until a code of it came back.
func beginApp(v *visit) error {
	name, err := field.Text(hosted.FieldName, v.form.Get(hosted.FieldName), maxName)
	if err != nil {
		return v.showAppName(http.StatusUnprocessableEntity, v.form.Get(hosted.FieldName), hosted.Problem{Field: hosted.FieldName, Code: hosted.ProblemNameTooLong, Args: i18n.Args{"max": maxName}})
	}
	var e *mfa.Enrolment
	err = v.change(func(tx *db.Tx) (err error) {
		e, err = v.h.MFA.BeginTOTP(tx, mfa.NewTOTP{User: &v.user.ID, Issuer: v.frame().ApplicationName, Account: v.user.Email, Name: name})
		return err
	})
	if errors.Is(err, mfa.ErrFull) {
		return v.showAppName(http.StatusConflict, name, hosted.Problem{Code: mfa.ErrFull.Code})
	}
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/account/security/authenticators/"+string(e.ID))
}

func showApp(v *visit) error { return v.showSecret(http.StatusOK) }

// showSecret shows the secret of an app that is being set up: the page is
// loaded more than once, and gone with the first right code.
func (v *visit) showSecret(status int, problems ...hosted.Problem) error {
	factor, err := param[id.Factor](v)
	if err != nil {
		return err
	}
	var e *mfa.Enrolment
	err = v.read(func(tx *db.Tx) (err error) {
		e, err = mfa.EnrolmentOf(tx, v.user.ID, factor)
		return err
	})
	if err == nil && e.Type == mfa.SMS {
		err = db.ErrNotFound
	}
	if err != nil {
		return err
	}
	p := hosted.EnrollAppPage{Frame: v.frame(), Action: v.Request().URL.Path, Key: e.Secret, BackURL: pathSecurity, Problems: problems}
	p.Square = ui.QR(e.URI, p.Lang.T("enroll.app.square"))
	return v.show(status, p)
}

func confirmApp(v *visit) error {
	factor, err := param[id.Factor](v)
	if err != nil {
		return err
	}
	if err := v.read(func(tx *db.Tx) error { _, err := mfa.EnrolmentOf(tx, v.user.ID, factor); return err }); err != nil {
		return err
	}
	return v.tryFactor(mfa.Try{Kind: sessions.SecondTOTP, Factor: &factor}, v.showSecret)
}

func askPhone(v *visit) error { return v.showNumber(http.StatusOK) }

func (v *visit) showNumber(status int, problems ...hosted.Problem) error {
	if err := v.mayPhone(); err != nil {
		return err
	}
	return v.show(status, hosted.EnrollPhonePage{Frame: v.frame(), Action: pathPhone, BackURL: pathSecurity, Problems: problems})
}

func (v *visit) mayPhone() error {
	return v.locate(func(tx *db.Tx) error {
		all, err := v.holdings(tx)
		if err == nil && !v.phones(all) {
			err = problem.ErrNotFound
		}
		return err
	})
}

// beginPhone sends a code to the number.
func beginPhone(v *visit) error {
	if err := v.mayPhone(); err != nil {
		return err
	}
	ok, after, err := v.h.MFA.MayText(v.Request().Context(), v.user.ID)
	if err != nil {
		return err
	}
	if !ok {
		v.wait(after)
		return v.showNumber(http.StatusTooManyRequests, hosted.Problem{Code: "too_many_mails", Args: i18n.Wait(after)})
	}
	var challenge *mfa.Challenge
	err = v.change(func(tx *db.Tx) error {
		f, err := v.h.MFA.BeginSMS(tx, &v.user.ID, v.form.Get(hosted.FieldPhone), "")
		if err != nil {
			return err
		}
		challenge, err = v.h.MFA.NewChallenge(tx, f)
		return err
	})
	switch {
	case errors.Is(err, mfa.ErrPhone):
		return v.showNumber(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldPhone, Code: hosted.ProblemPhoneInvalid})
	case errors.Is(err, mfa.ErrFull):
		return v.showNumber(http.StatusConflict, hosted.Problem{Code: mfa.ErrFull.Code})
	case err != nil:
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/account/security/phones/"+string(challenge.ID))
}

func showPhone(v *visit) error { return v.showSent(http.StatusOK) }

func (v *visit) showSent(status int, problems ...hosted.Problem) error {
	_, number, err := v.challenge()
	if err != nil {
		return err
	}
	return v.show(status, hosted.EnrollPhonePage{Frame: v.frame(), Action: v.Request().URL.Path, Number: number, BackURL: pathPhone, Problems: problems})
}

// challenge is the one in the address, if it is of a telephone that this
// person is setting up.
func (v *visit) challenge() (key id.Challenge, number string, err error) {
	if key, err = param[id.Challenge](v); err != nil {
		return "", "", err
	}
	err = v.read(func(tx *db.Tx) error {
		_, f, err := mfa.GetChallenge(tx, key)
		if err != nil {
			return err
		}
		if f.UserID == nil || *f.UserID != v.user.ID || f.Type != mfa.SMS || f.VerifiedAt != nil {
			return db.ErrNotFound
		}
		number = text(f.Account)
		return nil
	})
	return key, number, err
}

func confirmPhone(v *visit) error {
	key, _, err := v.challenge()
	if err != nil {
		return err
	}
	return v.tryFactor(mfa.Try{Kind: sessions.SecondSMS, Challenge: &key, Enrolling: true}, v.showSent)
}

// tryFactor tries a factor's first code. Where it is right the factor counts,
// and whoever has no recovery codes gets some.
func (v *visit) tryFactor(t mfa.Try, show func(int, ...hosted.Problem) error) error {
	t.Code = readCode(v.form.Get(hosted.FieldCode))
	if t.Code == "" {
		return show(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemCodeMissing})
	}
	t.User, t.Email, t.Who = v.user.ID, v.user.Email, v.who()
	var codes []string
	out, err := v.h.MFA.Try(v.Request().Context(), t, func(tx *db.Tx) (err error) {
		if err := v.holds(tx); err != nil {
			return err
		}
		if err := v.added(tx, kinds[t.Kind].letter); err != nil {
			return err
		}
		codes, err = v.firstCodes(tx)
		return err
	})
	switch {
	case err != nil:
		return err
	case out.Code == mfa.CodeWait:
		v.wait(out.Wait)
		return show(http.StatusTooManyRequests, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemTooManyTries, Args: i18n.Wait(out.Wait)})
	case !out.OK:
		return show(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldCode, Code: out.Code})
	}
	return v.enrolled(codes)
}

// enrolled shows new recovery codes, in the answer to the form and nowhere
// else, or goes back.
func (v *visit) enrolled(codes []string) error {
	if codes == nil {
		return v.done(pathSecurity, hosted.SaidAdded)
	}
	return v.showCodes(codes)
}
