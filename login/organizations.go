package login

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// picker is what the organization page knows: the person, and where they may go.
type picker struct {
	person *users.User
	mine   []users.Choice
}

// organizations asks which organization to enter.
func (h *Handler) organizations(c echo.Context, query browser.Params, a *Attempt) error {
	p, err := h.picker(c, a)
	if err != nil {
		return err
	}
	return h.showPicker(c, http.StatusOK, a, p, query.Get(hosted.FieldSearch))
}

// picker reads the person and their organizations; errNotMember where the
// sign-in is for one that they are not in.
func (h *Handler) picker(c echo.Context, a *Attempt) (picker, error) {
	var p picker
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) (err error) {
		if p.person, err = users.Get(tx, *a.UserID); err != nil {
			return err
		}
		p.mine, err = users.LocateMemberships(tx, *a.UserID)
		return err
	})
	if err == nil && a.OrganizationID != nil && !member(p.mine, *a.OrganizationID) {
		return p, errNotMember
	}
	if a.OrganizationID == nil {
		p.mine = customers(p.mine)
	}
	return p, err
}

func (h *Handler) showPicker(c echo.Context, status int, a *Attempt, p picker, search string, problems ...hosted.Problem) error {
	search = clip(strings.TrimSpace(search), maxName)
	page := hosted.OrganizationPickerPage{Frame: h.frame(c, a, text(p.person.Locale)), Action: pathOrganizations, Person: personOf(p.person),
		SearchURL: pathOrganizations, Search: search, Total: len(p.mine), SwitchURL: a.switchPath(),
		Now: h.DB.Now().UTC(), Problems: problems}
	for _, m := range p.mine {
		if search != "" && !strings.Contains(strings.ToLower(m.Name), strings.ToLower(search)) {
			continue
		}
		row := hosted.OrganizationRow{ID: string(m.Organization), Name: m.Name, Role: m.Role}
		if m.LastUsedAt != nil {
			row.LastUsed = *m.LastUsedAt
		}
		page.Organizations = append(page.Organizations, row)
	}
	return h.show(c, status, a.LandsAt, page)
}

func (h *Handler) chooseOrganization(c echo.Context, form browser.Params, a *Attempt) error {
	at, err := h.door(c, a.email())
	if err != nil {
		return err
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
// the person is a member of it now.
func (h *Handler) enterChosen(c echo.Context, a *Attempt, chosen id.Organization, at door) (secret string, err error) {
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		u, err := users.Get(tx, *a.UserID)
		if err != nil {
			return err
		}
		if u.BannedNow(tx.Now()) {
			return users.ErrBanned
		}
		if err := a.stillProven(tx); err != nil {
			return err
		}
		tx.As(tx.Actor().As(u.ID, u.Email))
		mine, err := locateChoices(tx, u.ID)
		if err != nil {
			return err
		}
		if !member(customers(mine), chosen) || a.OrganizationID != nil {
			return errNotMember
		}
		a.OrganizationID = &chosen
		secret, err = h.pass(tx, a, at)
		return err
	})
	return secret, err
}

// errStale says that the password which proved the person is not theirs any
// more: whoever knew the old one may be why it was changed.
var errStale = problem.New(problem.BadRequest, "password_changed", "The password was changed during this sign-in. Start again.")

func (a *Attempt) stillProven(tx *db.Tx) error {
	if a.BrowserSessionID != nil || *a.AuthMethod != sessions.Password {
		return nil // a live session answers for them, or something else did
	}
	stands, err := users.PasswordStands(tx, *a.UserID, *a.AuthenticatedAt)
	if err == nil && !stands {
		return errStale
	}
	return err
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
