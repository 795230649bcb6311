package login

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// How many organizations a person, and a network, may make: they stay.
var (
	personMakes  = limit.Rate{Limit: 10, Per: 24 * time.Hour}
	networkMakes = limit.Rate{Limit: 50, Per: 24 * time.Hour}
)

var errNoNewOrganizations = problem.New(problem.NotFound, "organizations_are_not_made_here", "People do not make their own organizations here.")

// newOrganization asks for the name of an organization that the person makes.
func (h *Handler) newOrganization(c echo.Context, _ browser.Params, a *Attempt) error {
	if !h.settings(c).CreateOrganizations || a.OrganizationID != nil {
		return errNoNewOrganizations
	}
	return h.showNewOrganization(c, http.StatusOK, a, "")
}

func (h *Handler) showNewOrganization(c echo.Context, status int, a *Attempt, name string, problems ...hosted.Problem) error {
	return h.show(c, status, a.LandsAt, hosted.CreateOrganizationPage{Frame: h.frame(c, a, ""), Action: pathNewOrganization, Name: name,
		BackURL: a.path(pathOrganizations), Problems: problems})
}

func (h *Handler) createOrganization(c echo.Context, form browser.Params, a *Attempt) error {
	typed := form.Get(hosted.FieldOrganizationName)
	name, wrong := readName(form, hosted.FieldOrganizationName, hosted.ProblemNameMissing)
	if wrong != nil {
		return h.showNewOrganization(c, http.StatusUnprocessableEntity, a, clip(typed, 4*maxName), *wrong)
	}
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	after, err := h.mayMakeOrganization(c, a)
	if err != nil {
		return err
	}
	if after > 0 {
		problem.ErrTooMany.WithRetryAfter(after).SetHeaders(c.Response().Header())
		return h.showNewOrganization(c, http.StatusTooManyRequests, a, name, hosted.Problem{Code: "too_many_organizations", Args: i18n.Wait(after)})
	}
	var secret string
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		u, err := a.still(tx)
		if err != nil {
			return err
		}
		if err := a.found(tx, u, name); err != nil {
			return err
		}
		secret, err = h.pass(tx, a, at)
		return err
	})
	return h.concluded(c, a, secret, err)
}

// found makes the organization, with the person as its owner, and enters it.
func (a *Attempt) found(tx *db.Tx, u *users.User, name string) error {
	settings, err := tenants.GetSettings(tx)
	if err != nil {
		return err
	}
	if !settings.CreateOrganizations || a.OrganizationID != nil {
		return errNoNewOrganizations
	}
	o, err := tenants.Create(tx, tenants.New{Name: name})
	if err != nil {
		return err
	}
	a.OrganizationID = &o.ID
	return tx.In(o.ID, func(tx *db.OrgTx) error {
		_, err := users.AddMember(tx, u.ID, tenants.OwnerRole)
		return err
	})
}

// mayMakeOrganization counts an organization about to be made, or says how long
// to wait.
func (h *Handler) mayMakeOrganization(c echo.Context, a *Attempt) (time.Duration, error) {
	err := within(c.Request(), h.Passwords.Limits, "organizations made", networkMakes)
	if p := problem.As(err); p != nil && p.Kind == problem.TooMany {
		return p.RetryAfter, nil
	}
	if err != nil {
		return 0, err
	}
	ok, after, err := h.Passwords.Limits.Take(context.WithoutCancel(c.Request().Context()), "organizations of a person", string(*a.UserID), personMakes)
	if ok {
		after = 0
	}
	return after, err
}
