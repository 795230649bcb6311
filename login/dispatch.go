package login

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gatehouse/users"
	"gatehouse/web/hosted"
)

// The pages of the steps.
const (
	pathIdentifier    = "/login"
	pathPassword      = "/login/password"
	pathSignUp        = "/login/signup"
	pathSignUpDetails = "/login/signup/details"
	pathOrganizations = "/login/organizations"
	pathSignedOut     = "/login/signed-out"
	pathError         = "/login/error"
	pathLogout        = "/logout"
	pathAccount       = "/account"
)

// step is one page of a sign-in.
type step string

// The steps. stepDone is the return path.
const (
	stepIdentifier    step = pathIdentifier
	stepPassword      step = pathPassword
	stepSignUp        step = pathSignUp
	stepSignUpDetails step = pathSignUpDetails
	stepOrganization  step = pathOrganizations
	stepDone          step = ""
)

// next is the step that the attempt, as it is stored, is at. Nothing but this
// file decides where a sign-in goes.
func (a *Attempt) next() step {
	switch {
	case a.CompletedAt != nil:
		return stepDone
	case a.UserID != nil:
		return stepOrganization // everything else about a proven person completes it
	case a.Screen == ScreenSignUp && (a.Email == nil || a.FirstName == nil):
		return stepSignUp
	case a.Screen == ScreenSignUp:
		return stepSignUpDetails
	case a.Email == nil:
		return stepIdentifier
	}
	return stepPassword
}

// reached reports whether the attempt may be at the step: where it is, or
// before it, because people go back. A proven person goes back to none.
func (a *Attempt) reached(s step) bool {
	at := a.next()
	switch {
	case at == s:
		return true
	case at == stepDone || at == stepOrganization:
		return false
	}
	return s == stepIdentifier || s == stepSignUp
}

// pick decides the organization among those that a proven person is in, and
// reports whether that is still open: there are several, or the person is not
// in the one that was asked for.
func (a *Attempt) pick(mine []users.Choice) (open bool) {
	switch {
	case a.OrganizationID != nil:
		return !member(mine, *a.OrganizationID)
	case !a.NeedsOrganization:
		return false
	}
	mine = customers(mine)
	if len(mine) == 1 {
		a.OrganizationID = &mine[0].Organization
	}
	return len(mine) > 1
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
