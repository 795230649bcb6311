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
	"gatehouse/tenants"
	"gatehouse/web/hosted"
	webmail "gatehouse/web/mail"
)

func askPasskey(v *visit) error { return v.showPasskey(http.StatusOK) }

// showPasskey asks the browser for a new passkey. The answer is taken from
// this browser session alone.
func (v *visit) showPasskey(status int, problems ...hosted.Problem) error {
	var q *mfa.Question
	err := v.change(func(tx *db.Tx) error {
		settings, err := tenants.GetSettings(tx)
		if err == nil && !(settings.Passkey && v.h.MFA.Passkeys()) {
			err = problem.ErrNotFound
		}
		if err != nil {
			return err
		}
		q, err = v.h.MFA.BeginRegistration(tx, v.person(), string(v.browser.ID))
		return err
	})
	if err != nil {
		return err
	}
	return v.show(status, hosted.EnrollPasskeyPage{Frame: v.frame(), Action: pathPasskey, Ceremony: string(q.ID), Options: q.Options, BackURL: pathSecurity, Problems: problems})
}

func (v *visit) person() mfa.Person {
	return mfa.Person{ID: v.user.ID, Email: v.user.Email, Name: v.user.DisplayName()}
}

func savePasskey(v *visit) error {
	ceremony, _ := id.Parse[id.Ceremony](v.form.Get(hosted.FieldCeremony)) // a malformed id is nobody's
	answer := mfa.Answer{Ceremony: ceremony, Bound: string(v.browser.ID), Body: []byte(v.form.Get(hosted.FieldCredential)), Who: v.who()}
	var codes []string
	_, err := v.h.MFA.FinishRegistration(v.Request().Context(), answer, v.person(), v.form.Get(hosted.FieldName), func(tx *db.Tx, _ *mfa.Passkey) (err error) {
		if err := v.holds(tx); err != nil {
			return err
		}
		if err := v.added(tx, webmail.FactorPasskey); err != nil {
			return err
		}
		codes, err = v.firstCodes(tx)
		return err
	})
	if errors.Is(err, mfa.ErrPasskey) {
		return v.showPasskey(http.StatusUnprocessableEntity, hosted.Problem{Code: mfa.ErrPasskey.Code})
	}
	if err != nil {
		return err
	}
	return v.enrolled(codes)
}

// passkey is the one in the address, if it is the person's.
func (v *visit) passkey() (key id.Passkey, name string, err error) {
	if key, err = param[id.Passkey](v); err != nil {
		return "", "", err
	}
	m, err := v.method(string(key))
	return key, m.Name, err
}

// method is one of the person's second steps or passkeys, by its id.
func (v *visit) method(key string) (found mfa.Method, err error) {
	err = v.read(func(tx *db.Tx) error {
		all, err := mfa.List(tx, v.user.ID)
		if err != nil {
			return err
		}
		for _, m := range all {
			if m.ID == key {
				found = m
				return nil
			}
		}
		return db.ErrNotFound
	})
	return found, err
}

func askName(v *visit) error {
	_, name, err := v.passkey()
	if err != nil {
		return err
	}
	return v.showName(http.StatusOK, name)
}

func (v *visit) showName(status int, typed string, problems ...hosted.Problem) error {
	return v.show(status, hosted.NamePage{Frame: v.frame(), Rename: true, Action: v.Request().URL.Path, Name: typed, BackURL: pathSecurity, Problems: problems})
}

func saveName(v *visit) error {
	key, _, err := v.passkey()
	if err != nil {
		return err
	}
	name, err := field.Text(hosted.FieldName, v.form.Get(hosted.FieldName), maxName)
	switch {
	case err != nil:
		return v.showName(http.StatusUnprocessableEntity, v.form.Get(hosted.FieldName), hosted.Problem{Field: hosted.FieldName, Code: hosted.ProblemNameTooLong, Args: i18n.Args{"max": maxName}})
	case name == "":
		return v.showName(http.StatusUnprocessableEntity, "", hosted.Problem{Field: hosted.FieldName, Code: hosted.ProblemNameMissing})
	}
	if err := v.change(func(tx *db.Tx) error { return mfa.RenamePasskey(tx, v.user.ID, key, name) }); err != nil {
		return err
	}
	return v.done(pathSecurity, hosted.SaidRenamed)
}

// askRemove asks before a second step or passkey goes, and says what that means.
func askRemove(v *visit) error {
	m, err := v.method(v.Param("id"))
	if err != nil {
		return err
	}
	return v.askRemoval(http.StatusOK, m)
}

func (v *visit) askRemoval(status int, m mfa.Method, problems ...hosted.Problem) error {
	p := hosted.QuestionPage{Frame: v.frame(), Kind: kinds[m.Kind].ask, Action: v.Request().URL.Path, BackURL: pathSecurity, Problems: problems}
	last := "no"
	err := v.locate(func(tx *db.Tx) error {
		all, err := v.holdings(tx)
		if err == nil && all.secondSteps() == 1 {
			last = "yes"
		}
		return err
	})
	p.Args = i18n.Args{"name": v.nameOf(p.Frame, m), "last": last}
	if err != nil {
		return err
	}
	return v.show(status, p)
}

// nameOf is what the person calls it, else what it is.
func (v *visit) nameOf(f hosted.Frame, m mfa.Method) string {
	if m.Name != "" {
		return m.Name
	}
	if m.Kind == sessions.SecondSMS {
		return f.Lang.T("second.sms.name")
	}
	return f.Lang.T("second.totp.name")
}

func remove(v *visit) error {
	m, err := v.method(v.Param("id"))
	if err != nil {
		return err
	}
	var lock hosted.Lock
	err = v.change(func(tx *db.Tx) error {
		all, err := v.holdings(tx)
		if err != nil {
			return err
		}
		if lock = all.lockOf(m.ID); lock.Locked {
			return errLocked
		}
		if err := mfa.Remove(tx, v.user.ID, m.ID); err != nil {
			return err
		}
		return v.removed(tx, kinds[m.Kind].letter)
	})
	if errors.Is(err, errLocked) {
		return v.askRemoval(http.StatusConflict, m, v.locked(lock))
	}
	if err != nil {
		return err
	}
	return v.done(pathSecurity, hosted.SaidRemoved)
}

// locked says whose policy keeps it.
func (v *visit) locked(l hosted.Lock) hosted.Problem {
	f := v.frame()
	return hosted.Problem{Code: errLocked.Code, Sentence: f.LockWords(l)}
}
