package dashboard

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

type teamPage struct {
	frame
	people []member
	pager  ui.PagerProps
	dialog templ.Component
}

// errOwnersOnly keeps owners to owners.
var errOwnersOnly = problem.New(problem.Forbidden, "owners_only", "Only an owner can make, change or remove an owner.")

// system is the operators' own organization.
func (v *visit) system(tx db.AnyScope) (id.Organization, error) {
	org, found, err := tenants.SystemOrganization(tx)
	if err == nil && !found {
		return "", db.ErrNotFound
	}
	return org, err
}

func (h *Handler) team(v *visit) error { return v.showTeam(http.StatusOK, nil) }

func (v *visit) showTeam(status int, dialog func() templ.Component) error {
	p := teamPage{frame: v.frame("Team", "/admin/team")}
	err := v.read(func(tx *db.AllTx) error {
		org, err := v.system(tx)
		if err != nil {
			return err
		}
		people, paging, err := membersOf(tx, v, org, v.page())
		p.people = people
		p.pager = pager("/admin/team", nil, paging, count(int64(len(people)), "operator", "operators")+" here")
		return err
	})
	if err != nil {
		return err
	}
	if dialog != nil {
		p.dialog = dialog()
	}
	return v.show(status, teamView(p))
}

type newOperatorPage struct {
	frame
	email, role string
	wrong       faults
	dialog      templ.Component
}

func (h *Handler) newOperator(v *visit) error {
	return v.show(http.StatusOK, newOperatorView(newOperatorPage{frame: v.frame("Add operator", "/admin/team"), role: string(viewer)}))
}

// addOperator gives a role to the account with an address. Whoever signed up
// with it first has that account: unless the address is proven, the reader is
// asked whether the account is the person's.
func (h *Handler) addOperator(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newOperatorPage{email: strings.TrimSpace(form.Get("email")), role: form.Get("role")}
	given, err := v.giveable(p.role)
	if err != nil {
		return err
	}
	u, err := v.addToTeam(p.email, given, form.Get(fieldAccount))
	refused := true
	switch {
	case err == nil:
		return v.done("/admin/team", operatorAdded)
	case errors.Is(err, errUnproven):
		return v.askUnproven(p, u, given)
	case missing(err):
		p.wrong = faults{"email": "Nobody has an account with that address. They need to sign up first."}
	default:
		p.wrong, refused = faultsOf(err, "email", "email", "role")
	}
	if !refused {
		return err
	}
	p.frame = v.frame("Add operator", "/admin/team").fail(p.wrong)
	return v.show(http.StatusUnprocessableEntity, newOperatorView(p))
}

// addToTeam makes the account with that address an operator. compared is the
// account that the reader was asked about: an answer about another one counts
// for nothing. It fails with errUnproven after all else could be refused.
func (v *visit) addToTeam(email string, given role, compared string) (u *users.User, err error) {
	err = v.change(func(tx *db.Tx) error {
		org, err := v.system(tx)
		if err != nil {
			return err
		}
		if u, err = users.GetByEmail(tx, email); err != nil {
			return err
		}
		if err := tx.In(org, func(tx *db.OrgTx) error { return enlist(tx, u, given) }); err != nil {
			return err
		}
		if !u.EmailVerified && compared != string(u.ID) {
			return errUnproven // nothing of this transaction stays
		}
		return nil
	})
	return u, err
}

func enlist(tx *db.OrgTx, u *users.User, given role) error {
	if _, err := users.AddMember(tx, u.ID, string(given)); err != nil {
		return err
	}
	return audit.Record(tx, audit.OperatorCreated{User: u.Wire(), Role: string(given)})
}

// giveable is a team role that the reader may give.
func (v *visit) giveable(slug string) (role, error) {
	given := role(slug)
	if !given.valid() {
		return "", tenants.ErrInvalidRole
	}
	if given == owner && v.role != owner {
		return "", errOwnersOnly
	}
	return given, nil
}

// operator is the membership of the address in the team, if the reader may
// change it.
func (v *visit) operator() (member, error) {
	var m member
	key, err := param[id.Membership](v, "member")
	if err != nil {
		return m, err
	}
	err = v.read(func(tx *db.AllTx) error {
		org, err := v.system(tx)
		if err != nil {
			return err
		}
		found, err := users.GetMembership(tx, key)
		if err != nil {
			return err
		}
		if found.OrganizationID != org {
			return db.ErrNotFound
		}
		u, err := users.Get(tx, found.UserID)
		if err == nil {
			m = member{*found, *u}
		}
		return err
	})
	if err == nil && role(m.RoleSlug) == owner && v.role != owner {
		return m, errOwnersOnly
	}
	return m, err
}

func (h *Handler) askOperatorRole(v *visit) error { return v.askOperatorRole(nil) }

func (v *visit) askOperatorRole(refused error) error {
	m, err := v.operator()
	if err != nil {
		return err
	}
	return v.showTeam(status(refused), func() templ.Component {
		return roleQuestion(question{path: "/admin/team", wrong: refusal(refused)}, m.user.DisplayName(), "/admin/team/"+string(m.ID)+"/role", m.RoleSlug, v.role.options())
	})
}

func (h *Handler) changeOperatorRole(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	given, err := v.giveable(form.Get("new_role"))
	if err != nil {
		return err
	}
	m, err := v.operator()
	if err != nil {
		return err
	}
	err = v.in(m.OrganizationID, func(tx *db.OrgTx) error {
		if err := v.stillMayChange(tx, m.ID); err != nil {
			return err
		}
		_, err := users.ChangeRole(tx, m.ID, string(given))
		return err
	})
	if _, refused := faultsOf(err, ""); refused {
		return v.askOperatorRole(err)
	}
	if err != nil {
		return err
	}
	return v.done("/admin/team", operatorRole)
}

// stillMayChange looks again within the transaction: the member may have
// become an owner since the page was drawn.
func (v *visit) stillMayChange(tx *db.OrgTx, key id.Membership) error {
	m, err := users.GetMembership(tx, key)
	if err == nil && role(m.RoleSlug) == owner && v.role != owner {
		return errOwnersOnly
	}
	return err
}

func (h *Handler) askRemoveOperator(v *visit) error { return v.askRemoveOperator(nil) }

func (v *visit) askRemoveOperator(refused error) error {
	m, err := v.operator()
	if err != nil {
		return err
	}
	n, err := v.sessionsHere(sessions.Query{User: m.UserID, Organization: m.OrganizationID})
	if err != nil {
		return err
	}
	return v.showTeam(status(refused), func() templ.Component {
		words := m.user.DisplayName() + " can't open this dashboard any more. They keep their account."
		if n > 0 {
			words += " " + count(int64(n), "session", "sessions") + " " + ends(n) + "."
		}
		return confirm(question{path: "/admin/team", wrong: refusal(refused)}, ui.ConfirmProps{Title: "Remove " + m.user.DisplayName() + " from the team?", Text: words,
			Post: ui.Post{Label: "Remove operator", Action: "/admin/team/" + string(m.ID) + "/remove"}})
	})
}

func (h *Handler) removeOperator(v *visit) error {
	m, err := v.operator()
	if err != nil {
		return err
	}
	err = v.in(m.OrganizationID, func(tx *db.OrgTx) error {
		if err := v.stillMayChange(tx, m.ID); err != nil {
			return err
		}
		return users.RemoveMember(tx, m.ID)
	})
	if _, refused := faultsOf(err, ""); refused {
		return v.askRemoveOperator(err)
	}
	if err != nil {
		return err
	}
	return v.done("/admin/team", operatorRemoved)
}
