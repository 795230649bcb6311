package account

import (
	"errors"
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
	"gatehouse/web/hosted"
	webmail "gatehouse/web/mail"
)

// errNoPasswords says that the deployment's people sign in by other ways.
var errNoPasswords = problem.New(problem.NotFound, "authentication_method_disabled", "Nobody signs in by a password here.")

func askPassword(v *visit) error { return v.showPassword(http.StatusOK, hosted.Strength{}) }

func (v *visit) showPassword(status int, strength hosted.Strength, problems ...hosted.Problem) error {
	p := hosted.NewPasswordPage{Frame: v.frame(), Action: pathPassword, Email: v.user.Email, MinLength: password.MinLength, Strength: strength,
		BackURL: pathSecurity, Problems: problems}
	err := v.read(func(tx *db.Tx) error {
		settings, err := tenants.GetSettings(tx)
		if err == nil && !settings.Password {
			err = errNoPasswords
		}
		if err != nil {
			return err
		}
		p.Change, err = users.HasPassword(tx, v.user.ID)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(status, p)
}

// savePassword sets the new password. The old one is not asked for: a sign-in
// of the last minutes says more. Everything else that the person is signed in
// to ends, because whoever knew the old one may be there.
func savePassword(v *visit) error {
	typed := v.form.Get(hosted.FieldPassword)
	if typed == "" {
		return v.showPassword(http.StatusUnprocessableEntity, hosted.Strength{}, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMissing})
	}
	about := users.About{IP: v.who().IP}
	about.Email, about.Names = v.user.Email, v.names()
	hash, err := v.h.Passwords.Hash(v.Request().Context(), typed, about)
	if errors.Is(err, password.ErrWeak) {
		return v.showPassword(http.StatusUnprocessableEntity, login.WeakStrength(typed), login.Weaknesses(problem.As(err))...)
	}
	if err != nil {
		return err
	}
	if err := v.change(func(tx *db.Tx) error { return v.setPassword(tx, hash) }); err != nil {
		return err
	}
	return v.done(pathSecurity, hosted.SaidPassword)
}

func (v *visit) setPassword(tx *db.Tx, hash string) error {
	settings, err := tenants.GetSettings(tx)
	if err == nil && !settings.Password {
		err = errNoPasswords
	}
	if err != nil {
		return err
	}
	if err := users.SetPassword(tx, v.user.ID, hash, users.ChangedByPerson); err != nil {
		return err
	}
	if err := sessions.EndForUser(tx, v.user.ID, sessions.PasswordChanged, v.browser.ID); err != nil {
		return err
	}
	return v.h.Mailbox.Notice(tx, v.user, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.PasswordChanged{Seen: seen, DisownURL: disown}
	})
}

func (v *visit) names() (out []string) {
	for _, n := range []*string{v.user.FirstName, v.user.LastName, v.user.Name} {
		if n != nil {
			out = append(out, *n)
		}
	}
	return out
}
