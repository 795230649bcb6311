package account

import (
	"net/http"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/i18n"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

func showProfile(v *visit) error {
	return v.showProfile(http.StatusOK, text(v.user.FirstName), text(v.user.LastName), text(v.user.Locale))
}

func (v *visit) showProfile(status int, first, last, locale string, problems ...hosted.Problem) error {
	p := hosted.ProfilePage{AccountHead: v.head(), Action: pathProfile, FirstName: first, LastName: last, Locale: locale,
		ChangeEmailURL: pathEmail, LastSignIn: moment(v.user.LastSignInAt), Problems: problems}
	operator, err := v.operator()
	if err != nil {
		return err
	}
	if operator {
		p.Links = append(p.Links, hosted.Link{Label: p.Lang.T("account.dashboard"), URL: "/admin"})
	}
	return v.show(status, p)
}

// operator reports whether the person belongs to the system organization.
func (v *visit) operator() (found bool, err error) {
	err = v.h.DB.Locate(v.Request().Context(), func(tx *db.AllTx) error {
		system, ok, err := tenants.SystemOrganization(tx)
		if err != nil || !ok {
			return err
		}
		mine, err := users.LocateMemberships(tx, v.user.ID)
		for _, m := range mine {
			found = found || m.Organization == system
		}
		return err
	})
	return found, err
}

// saveProfile changes names and language, and nothing else that a form could
// hold. A name that an application gave follows the two.
func saveProfile(v *visit) error {
	first, last, locale := strings.TrimSpace(v.form.Get(hosted.FieldFirstName)), strings.TrimSpace(v.form.Get(hosted.FieldLastName)), v.form.Get(hosted.FieldLocale)
	var problems []hosted.Problem
	for _, f := range []struct{ name, value string }{{hosted.FieldFirstName, first}, {hosted.FieldLastName, last}} {
		if _, err := field.Text(f.name, f.value, maxName); err != nil {
			problems = append(problems, hosted.Problem{Field: f.name, Code: hosted.ProblemNameTooLong, Args: i18n.Args{"max": maxName}})
		}
	}
	if problems != nil {
		return v.showProfile(http.StatusUnprocessableEntity, first, last, locale, problems...)
	}
	if _, known := i18n.Lookup(locale); locale != "" && !known {
		return problem.ErrBadRequest.WithMessage("There are no pages in that language.")
	}
	one, two, three := some(first), some(last), some(locale)
	c := users.Change{FirstName: &one, LastName: &two, Locale: &three}
	if v.user.Name != nil {
		whole := some(strings.TrimSpace(first + " " + last))
		c.Name = &whole
	}
	err := v.change(func(tx *db.Tx) error {
		_, err := users.Update(tx, v.user.ID, c)
		return err
	})
	if err != nil {
		return err
	}
	v.h.Login.Speak(v.Context, locale)
	return v.done(pathProfile, hosted.SaidSaved)
}

const maxName = 100 // as at sign-up

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
