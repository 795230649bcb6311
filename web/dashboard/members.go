package dashboard

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/provision"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// member is a membership with its person.
type member struct {
	users.Membership
	user users.User
}

type membersPage struct {
	organizationFrame
	people      []member
	roles       []tenants.Role
	pager       ui.PagerProps
	email, role string
	wrong       faults
}

// membersOf is a page of an organization's members with their people.
func membersOf(tx *db.AllTx, v *visit, org id.Organization, page db.Page) ([]member, db.Paging, error) {
	list, paging, err := users.ListMemberships(tx, users.MemberQuery{Organization: org, Page: page})
	if err != nil {
		return nil, paging, err
	}
	ids := make([]id.User, len(list))
	for i, m := range list {
		ids[i] = m.UserID
	}
	people, err := users.ByID(tx, ids)
	rows := make([]member, len(list))
	for i, m := range list {
		rows[i] = member{m, people[m.UserID]}
	}
	return rows, paging, err
}

func (h *Handler) members(v *visit) error { return v.showMembers(http.StatusOK, membersPage{}, nil) }

// showMembers draws the tab with what p has of a form, and perhaps a question
// over it.
func (v *visit) showMembers(status int, p membersPage, dialog func(membersPage) templ.Component) error {
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, tabMembers); err != nil {
			return err
		}
		var paging db.Paging
		if p.people, paging, err = membersOf(tx, v, p.ID, v.page()); err != nil {
			return err
		}
		p.pager = pager(p.path+"/members", nil, paging, count(p.members, "active member", "active members"))
		p.roles, err = tenants.DeploymentRoles(tx)
		return err
	})
	if err != nil {
		return err
	}
	p.frame = p.fail(p.wrong)
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, membersView(p))
}

func (p membersPage) roleOptions() []ui.Option {
	options := make([]ui.Option, len(p.roles))
	for i, r := range p.roles {
		options[i] = ui.Option{Value: r.Slug, Label: r.Name}
	}
	return options
}

// addKind is the look of the form's button: a question over the page has the
// one that stands out.
func (p membersPage) addKind() string {
	if p.dialog != nil {
		return ""
	}
	return "primary"
}

func (h *Handler) addMember(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p := membersPage{email: strings.TrimSpace(form.Get("email")), role: form.Get("role")}
	err = v.in(org, func(tx *db.OrgTx) error {
		u, err := users.GetByEmail(tx, p.email)
		if err != nil {
			return err
		}
		_, err = provision.AddMember(tx, u.ID, p.role)
		return err
	})
	refused := true
	switch {
	case err == nil:
		return v.done("/admin/organizations/"+string(org)+"/members", memberAdded)
	case missing(err):
		p.wrong = faults{"email": "Nobody has an account with that address. They need to sign up first."}
	case errorsAre(err, tenants.ErrInvalidRole):
		p.wrong = faults{"role": "Choose one of the roles."}
	default:
		p.wrong, refused = faultsOf(err, "email")
	}
	if !refused {
		return err
	}
	return v.showMembers(http.StatusUnprocessableEntity, p, nil)
}

// oneMember is the membership of the address, in its organization.
func (v *visit) oneMember() (member, error) {
	var m member
	org, err := v.org()
	if err != nil {
		return m, err
	}
	key, err := param[id.Membership](v, "member")
	if err != nil {
		return m, err
	}
	err = v.h.DB.ReadOrg(v.Request().Context(), org, func(tx *db.OrgTx) error {
		found, err := users.GetMembership(tx, key)
		if err != nil {
			return err
		}
		u, err := users.Get(tx, found.UserID)
		if err == nil {
			m = member{*found, *u}
		}
		return err
	})
	return m, err
}

// changeMember runs fn on the membership of the address. What the domain
// refuses is said in the question, which is asked again.
func (v *visit) changeMember(said notice, ask func(error) error, fn func(*db.OrgTx, id.Membership) error) error {
	m, err := v.oneMember()
	if err != nil {
		return err
	}
	err = v.in(m.OrganizationID, func(tx *db.OrgTx) error { return fn(tx, m.ID) })
	if _, refused := faultsOf(err, ""); refused && ask != nil {
		return ask(err)
	}
	if err != nil {
		return err
	}
	return v.done("/admin/organizations/"+string(m.OrganizationID)+"/members", said)
}

// sessionsHere is how many sessions a person has in an organization; a hundred
// stands for more.
func (v *visit) sessionsHere(q sessions.Query) (n int, err error) {
	q.Live, q.Page = true, db.Page{Limit: db.MaxLimit}
	err = v.h.DB.Read(v.Request().Context(), func(tx *db.Tx) error {
		list, _, err := sessions.List(tx, q)
		for i := range list {
			if list[i].LiveAt(v.now) {
				n++
			}
		}
		return err
	})
	return n, err
}
