package dashboard

import (
	"net/http"
	"strings"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// connectionPeoplePage is what happens with those who come by a connection.
type connectionPeoplePage struct {
	connectionFrame
	name, domains, role, groups string
	jit, guests, fromProvider   bool
	roles                       []ui.Option
}

func (h *Handler) connectionPeople(v *visit) error {
	return v.showConnectionPeople(http.StatusOK, nil)
}

// showConnectionPeople draws the form with what is stored or, after a refusal,
// with what was typed.
func (v *visit) showConnectionPeople(status int, typed *connectionPeoplePage) error {
	var p connectionPeoplePage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.connectionFrame, err = v.connectionFrame(tx, tabPeople); err != nil {
			return err
		}
		return tx.In(p.OrganizationID, func(tx *db.OrgTx) error {
			p.roles, err = givenRoles(tx)
			return err
		})
	})
	if err != nil {
		return err
	}
	if typed == nil {
		typed = p.stored()
	}
	typed.connectionFrame, typed.roles, p.wrong = p.connectionFrame, p.roles, typed.wrong
	typed.wrong, typed.frame = p.wrong, p.fail(p.wrong)
	return v.show(status, connectionPeopleView(*typed))
}

// givenRoles are the roles that a connection can give.
func givenRoles(tx *db.OrgTx) ([]ui.Option, error) {
	all, err := tenants.Roles(tx)
	options := []ui.Option{{Label: "The default, " + tenants.DefaultRole}}
	for _, r := range all {
		if r.Slug != tenants.OwnerRole {
			options = append(options, ui.Option{Value: r.Slug, Label: r.Name})
		}
	}
	return options, err
}

func (p connectionPeoplePage) stored() *connectionPeoplePage {
	out := &connectionPeoplePage{name: p.Name, role: text(p.DefaultRole), jit: p.JIT, guests: p.AllowGuests, fromProvider: p.IDPInitiated}
	var domains, groups []string
	for _, d := range p.detail.Domains {
		domains = append(domains, d.Domain)
	}
	for _, m := range p.RoleMappings {
		groups = append(groups, m.Group+" = "+m.RoleSlug)
	}
	out.domains, out.groups = strings.Join(domains, "\n"), strings.Join(groups, "\n")
	return out
}

func readConnectionPeople(form browser.Params) *connectionPeoplePage {
	return &connectionPeoplePage{name: strings.TrimSpace(form.Get("name")), domains: form.Get("domains"), role: form.Get("default_role"), groups: form.Get("role_mappings"),
		jit: form.Get("jit") != "", guests: form.Get("guests") != "", fromProvider: form.Get("from_provider") != ""}
}

// change is the form as a change, or what is wrong with it.
func (p *connectionPeoplePage) change() (sso.Change, faults) {
	domains, role := strings.Fields(strings.ReplaceAll(p.domains, ",", " ")), some(p.role)
	mappings := []sso.RoleMapping{}
	for line := range strings.Lines(p.groups) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		at := strings.LastIndex(line, "=") // a distinguished name has more of them
		if at < 0 {
			return sso.Change{}, faults{"role_mappings": "Write one group on each line, then = and the role: crew = admin."}
		}
		mappings = append(mappings, sso.RoleMapping{Group: strings.TrimSpace(line[:at]), RoleSlug: strings.TrimSpace(line[at+1:])})
	}
	return sso.Change{Name: &p.name, Domains: &domains, DefaultRole: &role, RoleMappings: &mappings, JIT: &p.jit, AllowGuests: &p.guests, IDPInitiated: &p.fromProvider}, nil
}

func (h *Handler) saveConnectionPeople(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := readConnectionPeople(form)
	change, wrong := p.change()
	if wrong == nil {
		err = v.ofConnection("", connectionSaved, func(tx *db.OrgTx, c id.Connection) error { _, err := sso.Update(tx, c, change); return err })
		at := "name"
		if errorsAre(err, tenants.ErrInvalidRole) {
			at = "role_mappings"
		}
		var refused bool
		if wrong, refused = faultsOf(err, at, "name", "domains", "default_role", "role_mappings"); !refused {
			return err
		}
	}
	p.wrong = wrong
	return v.showConnectionPeople(http.StatusUnprocessableEntity, p)
}
