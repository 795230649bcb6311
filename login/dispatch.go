package login

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gatehouse/login/gates"
	"gatehouse/web/hosted"
)

// The pages of the steps.
const (
	pathIdentifier    = "/login"
	pathPassword      = "/login/password"
	pathForgot        = "/login/password/forgot"
	pathReset         = "/login/password/reset"
	pathCode          = "/login/code"
	pathLink          = "/login/link"
	pathPasskey       = "/login/passkey"
	pathSocial        = "/login/social"
	pathSSO           = "/login/sso"
	pathArrival       = "/login/sso/finish"
	pathStay          = "/login/sso/finish/stay"
	pathSignUp        = "/login/signup"
	pathSignUpDetails = "/login/signup/details"
	pathVerifyEmail   = "/login/verify-email"
	pathSecond        = "/login/mfa"
	pathEnroll        = "/login/mfa/enroll"
	pathRecoveryCodes = "/login/mfa/recovery-codes"
	pathOrganizations = "/login/organizations"

	pathNewOrganization = pathOrganizations + "/new"

	pathRefused   = "/login/refused"
	pathNotMe     = "/login/not-me"
	pathSignedOut = "/login/signed-out"
	pathError     = "/login/error"
	pathLogout    = "/logout"
	pathAccount   = "/account"
)

// step is one page of a sign-in, or several that do the same.
type step string

// The steps. stepDone is the return path.
const (
	stepIdentifier    step = pathIdentifier
	stepPassword      step = pathPassword
	stepCode          step = pathCode
	stepPasskey       step = pathPasskey
	stepSocial        step = pathSocial
	stepSSO           step = pathSSO
	stepArrival       step = pathArrival
	stepSignUp        step = pathSignUp
	stepSignUpDetails step = pathSignUpDetails
	stepVerifyEmail   step = pathVerifyEmail
	stepSecond        step = pathSecond
	stepEnroll        step = pathEnroll
	stepRecoveryCodes step = pathRecoveryCodes
	stepOrganization  step = pathOrganizations
	stepRefused       step = pathRefused
	stepDone          step = ""
)

// gateRecoveryCodes stands after the enrolment of a second step, until the
// person says that they saved their recovery codes. It is this package's own.
const gateRecoveryCodes gates.Gate = "recovery_codes"

// gateSteps are the steps at which the gates are passed. What is not here
// cannot be passed by this sign-in.
var gateSteps = map[gates.Gate]step{
	gates.VerifyEmail: stepVerifyEmail, gates.Challenge: stepSecond, gates.Enroll: stepEnroll,
	gates.SelectOrganization: stepOrganization, gateRecoveryCodes: stepRecoveryCodes, gates.SSORequired: stepSSO,
}

// next is the step that the attempt, as it is stored, is at. Nothing but this
// file decides where a sign-in goes.
func (a *Attempt) next() step {
	switch {
	case a.CompletedAt != nil:
		return stepDone
	case a.UserID != nil:
		return a.gateStep()
	case a.SSORequestID != nil:
		return stepArrival
	case a.SocialRequestID != nil:
		return stepVerifyEmail
	case a.Screen == ScreenSignUp && (a.Email == nil || a.FirstName == nil):
		return stepSignUp
	case a.Screen == ScreenSignUp && a.PasswordHash != nil:
		return stepVerifyEmail
	case a.Screen == ScreenSignUp:
		return stepSignUpDetails
	case a.Email == nil && a.ConnectionID != nil:
		return stepSSO
	case a.Email == nil:
		return stepIdentifier
	case a.Screen == ScreenCode:
		return stepCode
	}
	return stepPassword
}

// gateStep is where the gate is passed that stands before a proven person.
func (a *Attempt) gateStep() step {
	if s, ok := gateSteps[a.gate()]; ok {
		return s
	}
	return stepRefused
}

func (a *Attempt) gate() gates.Gate { return gates.Gate(text(a.Gate)) }

// reached reports whether the attempt may be at the step: where it is, or
// before it, because people go back and choose another way. A proven person
// goes back to none.
func (a *Attempt) reached(s step) bool {
	at := a.next()
	switch {
	case at == s:
		return true
	case a.UserID != nil || at == stepDone:
		return false
	case s == stepPasskey || s == stepSocial || s == stepSSO:
		return true // they say themselves who is there
	case s == stepPassword || s == stepCode:
		return a.Email != nil && a.Screen != ScreenSignUp
	}
	return s == stepIdentifier || s == stepSignUp
}

// forward sends the browser to where the attempt is.
func (a *Attempt) forward(c echo.Context) error {
	at := a.next()
	if at == stepDone {
		return c.Redirect(http.StatusSeeOther, a.ReturnPath)
	}
	return c.Redirect(http.StatusSeeOther, a.path(string(at)))
}

// path is a page of this attempt.
func (a *Attempt) path(page string) string {
	return page + "?" + hosted.FieldFlow + "=" + url.QueryEscape(string(a.ID))
}
