package login

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/mailbox"
	"gatehouse/scim/provision"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// organizations asks which organization to enter.
func (h *Handler) organizations(c echo.Context, query browser.Params, a *Attempt) error {
	p, err := h.picker(c, a)
	if err != nil {
		return err
	}
	return h.showPicker(c, http.StatusOK, a, p, query.Get(hosted.FieldSearch))
}

func (h *Handler) chooseOrganization(c echo.Context, form browser.Params, a *Attempt) error {
	at, err := h.door(c, a.email())
	if err != nil {
		return err
	}
	if form.Get(hosted.FieldSkip) != "" {
		return h.skipOrganization(c, a, at)
	}
	chosen, _ := id.Parse[id.Organization](form.Get(hosted.FieldOrganization)) // a malformed id is nobody's
	secret, err := h.enterChosen(c, a, chosen, at)
	switch {
	case errors.Is(err, errNotMember): // left, or removed, while the page was open
		p, err := h.picker(c, a)
		if err != nil {
			return err
		}
		return h.showPicker(c, http.StatusUnprocessableEntity, a, p, "", hosted.Problem{Code: hosted.ProblemOrganizationGone})
	case errors.Is(err, errExpired):
		return h.again(c, a)
	case err != nil:
		return err
	}
	return h.settled(c, a, secret)
}

// enterChosen completes the attempt in the organization that was picked, if
// the person is a member of it now, or may come into it.
func (h *Handler) enterChosen(c echo.Context, a *Attempt, chosen id.Organization, at door) (secret string, err error) {
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		u, err := a.still(tx)
		if err != nil {
			return err
		}
		if a.OrganizationID != nil {
			return errNotMember
		}
		if err := a.choose(tx, u, chosen); err != nil {
			return err
		}
		secret, err = h.pass(tx, a, at)
		return err
	})
	return secret, err
}

// choose sets the organization: one that the person is in, or that has invited
// them, or takes in people of their domain.
func (a *Attempt) choose(tx *db.Tx, u *users.User, chosen id.Organization) error {
	mine, err := locateChoices(tx, u.ID)
	if err != nil {
		return err
	}
	a.OrganizationID = &chosen
	if member(customers(mine), chosen) {
		return nil
	}
	offers, err := provision.LocateOffers(tx, u)
	for _, o := range offers {
		if o.Organization == chosen {
			if o.Invitation != nil {
				a.InvitationID = o.Invitation
			}
			return nil
		}
	}
	a.OrganizationID = nil
	if err == nil {
		err = errNotMember
	}
	return err
}

// still is the proven person, who acts from here on, if what proved them holds.
func (a *Attempt) still(tx *db.Tx) (*users.User, error) {
	u, err := users.Get(tx, *a.UserID)
	if err != nil {
		return nil, err
	}
	if u.BannedNow(tx.Now()) {
		return nil, users.ErrBanned
	}
	if err := a.stillProven(tx); err != nil {
		return nil, err
	}
	tx.As(tx.Actor().As(u.ID, u.Email))
	return u, nil
}

// skipOrganization goes on in no organization, as a person does who has none.
func (h *Handler) skipOrganization(c echo.Context, a *Attempt, at door) error {
	var secret string
	err := h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		u, err := a.still(tx)
		if err != nil {
			return err
		}
		mine, err := locateChoices(tx, u.ID)
		if err != nil || len(customers(mine)) > 0 {
			return err // there is one to choose: the page asks again
		}
		a.NeedsOrganization = false
		secret, err = h.pass(tx, a, at)
		return err
	})
	return h.concluded(c, a, secret, err)
}

// errStale says that what proved the person stands no longer: their password,
// or a session of theirs, ended meanwhile, and whoever had it may be why.
var errStale = problem.New(problem.BadRequest, "password_changed", "The password was changed or the session was ended during this sign-in. Start again.")

// stillProven wants what proved the person to stand: the session that answered
// for them, or else their password; and nobody said since that it was not they.
func (a *Attempt) stillProven(tx *db.Tx) error {
	if a.BrowserSessionID != nil {
		b, err := sessions.LiveBrowser(tx, *a.BrowserSessionID)
		if errors.Is(err, sessions.ErrNoSession) {
			return errStale
		}
		if err == nil {
			a.Via = b.Via
		}
		return err
	}
	if err := a.stillVouched(tx); err != nil {
		return err
	}
	stands, err := mailbox.Stands(tx, *a.UserID, *a.AuthenticatedAt)
	if err == nil && stands && *a.AuthMethod == sessions.Password {
		stands, err = users.PasswordStands(tx, *a.UserID, *a.AuthenticatedAt)
	}
	if err == nil && !stands {
		return errStale
	}
	return err
}

// stillVouched makes a guest of whoever came by a connection whose organization
// has lost the domain of their address since, as users.LoseDomain does of sessions.
func (a *Attempt) stillVouched(tx *db.Tx) error {
	if a.SSOOrganizationID == nil || a.SSOGuest {
		return nil
	}
	u, err := users.Get(tx, *a.UserID)
	if err != nil {
		return err
	}
	return tx.In(*a.SSOOrganizationID, func(tx *db.OrgTx) error {
		holds, err := tenants.HoldsDomain(tx, u.EmailDomain())
		a.SSOGuest = !holds
		return err
	})
}

// PersonOf is a person as pages name them.
func PersonOf(u *users.User) hosted.Person { return personOf(u) }

func personOf(u *users.User) hosted.Person {
	p := hosted.Person{Name: u.DisplayName(), Email: u.Email}
	if p.Name == p.Email {
		p.Name = ""
	}
	return p
}
