package login

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/users/password"
	"gatehouse/web/hosted"
)

// signUp asks for address and name. Nothing here looks whether the address
// has an account.
func (h *Handler) signUp(c echo.Context, _ browser.Params, a *Attempt) error {
	if err := h.refuseSignUp(c, a); err != nil {
		return err
	}
	page := hosted.SignUpPage{}
	if a != nil {
		page.Email, page.FirstName, page.LastName = a.email(), text(a.FirstName), text(a.LastName)
	}
	return h.showSignUp(c, http.StatusOK, a, page)
}

func (h *Handler) showSignUp(c echo.Context, status int, a *Attempt, page hosted.SignUpPage) error {
	page.Frame, page.Action, page.SignInURL = h.frame(c, a, ""), pathSignUp, pathIdentifier
	if page.Fixed = a.invited() != ""; page.Fixed {
		page.Email = a.email()
	}
	var landsAt *string
	if a != nil {
		landsAt, page.SignInURL = a.LandsAt, a.path(pathIdentifier)
	}
	return h.show(c, status, landsAt, page)
}

// refuseSignUp says why nobody makes an account by this form. Whoever was
// invited may where others may not.
func (h *Handler) refuseSignUp(c echo.Context, a *Attempt) error {
	s := h.settings(c)
	switch invited := a != nil && a.InvitationID != nil; {
	case !s.SignUp && !invited:
		return errSignUpOff
	case !s.Password:
		return errMethodOff // the mailed code of the sign-in makes the account
	}
	return nil
}

func (h *Handler) beginSignUp(c echo.Context, form browser.Params, a *Attempt) error {
	if err := h.refuseSignUp(c, a); err != nil {
		return err
	}
	p, problems := a.readPerson(form)
	if problems != nil {
		return h.showSignUp(c, http.StatusUnprocessableEntity, a, hosted.SignUpPage{Email: form.Get(hosted.FieldEmail),
			FirstName: form.Get(hosted.FieldFirstName), LastName: form.Get(hosted.FieldLastName), Problems: problems})
	}
	r, err := h.realm(c, a, p.Email)
	if err != nil {
		return err
	}
	if r.leads() { // coming from there makes the account
		if a, err = h.keepEmail(c, a, p.Email); err != nil {
			return err
		}
		return h.choose(c, a, r)
	}
	secret := ""
	if a == nil {
		a, secret = h.begin(c, ScreenSignUp)
	}
	a.PasswordHash, a.SocialRequestID = nil, nil
	a.Screen, a.Email, a.FirstName, a.LastName = ScreenSignUp, &p.Email, &p.FirstName, &p.LastName
	return h.advance(c, a, secret, db.Set{"screen": ScreenSignUp, "email": p.Email, "first_name": p.FirstName, "last_name": p.LastName, "password_hash": nil, "social_request_id": nil, "sso_request_id": nil})
}

// readPerson is ReadPerson, of an invited person without their address.
func (a *Attempt) readPerson(form browser.Params) (Person, []hosted.Problem) {
	p, problems := ReadPerson(form)
	if a.invited() != "" {
		p.Email = a.email()
		problems = slices.DeleteFunc(problems, func(p hosted.Problem) bool { return p.Field == hosted.FieldEmail })
	}
	if len(problems) == 0 {
		problems = nil
	}
	return p, problems
}

// Person is who a form says somebody is.
type Person struct{ Email, FirstName, LastName string }

// ReadPerson reads address and name, with everything that is wrong with them.
func ReadPerson(form browser.Params) (p Person, problems []hosted.Problem) {
	add := func(wrong *hosted.Problem) {
		if wrong != nil {
			problems = append(problems, *wrong)
		}
	}
	var wrong *hosted.Problem
	p.Email, wrong = readEmail(form)
	add(wrong)
	p.FirstName, wrong = readName(form, hosted.FieldFirstName, hosted.ProblemFirstNameMissing)
	add(wrong)
	p.LastName, wrong = readName(form, hosted.FieldLastName, hosted.ProblemLastNameMissing)
	add(wrong)
	return p, problems
}

// signUpDetails asks for the new password.
func (h *Handler) signUpDetails(c echo.Context, _ browser.Params, a *Attempt) error {
	return h.showDetails(c, http.StatusOK, a, hosted.Strength{})
}

func (h *Handler) showDetails(c echo.Context, status int, a *Attempt, strength hosted.Strength, problems ...hosted.Problem) error {
	return h.show(c, status, a.LandsAt, hosted.SignUpDetailsPage{Frame: h.frame(c, a, ""), Action: pathSignUpDetails, Email: a.email(),
		ChangeURL: a.path(pathSignUp), MinLength: password.MinLength, Strength: strength, Problems: problems})
}

// finishSignUp makes the account and signs the person in. Where the address
// has an account already and addresses are not proven here, the form is a
// sign-in: with that account's password it succeeds, and any other is answered
// as /login/password answers it, with the same count of failures.
func (h *Handler) finishSignUp(c echo.Context, form browser.Params, a *Attempt) error {
	if err := h.refuseSignUp(c, a); err != nil {
		return err
	}
	typed := form.Get(hosted.FieldPassword)
	if typed == "" {
		return h.showDetails(c, http.StatusUnprocessableEntity, a, hosted.Strength{}, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMissing})
	}
	hash, err := h.Passwords.Hash(c.Request().Context(), typed, h.aboutOf(c, a))
	switch p := problem.As(err); {
	case errors.Is(err, password.ErrWeak):
		return h.showDetails(c, http.StatusUnprocessableEntity, a, WeakStrength(typed), Weaknesses(p)...)
	case p != nil && p.Kind == problem.Unavailable:
		return h.busy(c, a, err)
	case err != nil:
		return err
	}
	if h.settings(c).VerifyEmails || a.invited() != "" {
		return h.awaitMailbox(c, a, hash)
	}
	return h.createAccount(c, form, a, typed, hash)
}

// awaitMailbox keeps the new password until the mailbox is proven, which makes
// the account. The page that follows is the same where somebody has the
// address: their mail says so, and its code signs them in instead.
func (h *Handler) awaitMailbox(c echo.Context, a *Attempt, hash string) error {
	if err := maySignUp(c.Request(), h.Passwords.Limits); err != nil {
		return err
	}
	a.PasswordHash = &hash
	if err := h.save(c, a, db.Set{"password_hash": hash}); err != nil {
		return err
	}
	if err := h.mailVerification(c, a); err != nil {
		return err
	}
	return a.forward(c)
}

func (h *Handler) createAccount(c echo.Context, form browser.Params, a *Attempt, typed, hash string) error {
	if err := maySignUp(c.Request(), h.Passwords.Limits); err != nil {
		return err
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	var secret string
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		u, err := users.Create(tx, users.New{Email: a.email(), FirstName: a.FirstName, LastName: a.LastName, PasswordHash: hash, SignsIn: true})
		if err != nil {
			return err
		}
		tx.As(tx.Actor().As(u.ID, u.Email))
		secret, err = h.proceed(tx, a, proof{user: u.ID, method: sessions.Password, at: tx.Now(), door: at})
		return err
	})
	switch {
	case errors.Is(err, users.ErrEmailTaken):
		a.UserID, a.AuthMethod, a.AuthenticatedAt, a.BrowserSessionID, a.CompletedAt, a.Gate = nil, nil, nil, nil, nil, nil
		a.Screen = ScreenSignIn
		if err := h.save(c, a, db.Set{"screen": ScreenSignIn}); err != nil {
			return err
		}
		return h.tryPassword(c, form, a, "", typed)
	case errors.Is(err, errExpired):
		return h.again(c, a)
	case err != nil:
		return err
	}
	return h.settled(c, a, secret)
}
