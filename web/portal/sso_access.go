package portal

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/sso"
	"gatehouse/tenants"
)

// accessPage says who may come by a connection, and as what.
type accessPage struct {
	stepPage
	form    accessForm
	roles   []tenants.Role // that a connection may give
	domains []string       // that the organization has verified
	groups  []string       // that the last answer had
}

// accessForm is the form as it is typed.
type accessForm struct {
	jit, guests bool
	role        string
	domains     map[string]bool // none: all
	mappings    []sso.RoleMapping
}

// spare is how many empty rows for groups there are.
const spare = 3

func (h *Handler) showAccess(v *visit, s *sso.Setup) error {
	p, err := v.accessPage(s.Connection, nil)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, accessView(p))
}

// accessPage shows what is kept, or what was typed.
func (v *visit) accessPage(c *sso.Connection, typed *accessForm) (accessPage, error) {
	p := accessPage{stepPage: v.stepPage(c, stepAccess)}
	p.form = accessForm{jit: c.JIT, guests: c.AllowGuests, role: deref(c.DefaultRole), domains: map[string]bool{}, mappings: slices.Clone(c.RoleMappings)}
	err := v.read(func(tx *db.OrgTx) error {
		all, err := tenants.Roles(tx)
		if err != nil {
			return err
		}
		p.roles = slices.DeleteFunc(all, func(r tenants.Role) bool { return r.Slug == tenants.OwnerRole })
		names, err := sso.Domains(tx, c.ID)
		if err != nil {
			return err
		}
		for _, d := range names {
			p.form.domains[d.Domain] = true
		}
		if p.domains, err = verifiedDomains(tx); err != nil {
			return err
		}
		if last, err := sso.LastAnswer(tx, c.ID); err == nil {
			for _, m := range c.Mapped(last) {
				if m.Field == "groups" && m.Value != "" {
					p.groups = strings.Split(m.Value, ", ")
				}
			}
		}
		return nil
	})
	if typed != nil {
		p.form = *typed
	}
	return p, err
}

func verifiedDomains(tx *db.OrgTx) ([]string, error) {
	all, err := tenants.Domains(tx)
	var names []string
	for _, d := range all {
		if d.State == tenants.Verified {
			names = append(names, d.Domain)
		}
	}
	return names, err
}

func (h *Handler) saveAccess(v *visit, s *sso.Setup) error {
	form, err := v.form("domain")
	if err != nil {
		return err
	}
	typed := readAccess(form)
	change := sso.Change{JIT: &typed.jit, AllowGuests: &typed.guests, RoleMappings: &typed.mappings}
	var role *string
	if typed.role != "" {
		role = &typed.role
	}
	change.DefaultRole = &role
	names := []string{}
	for name := range typed.domains {
		names = append(names, name)
	}
	slices.Sort(names)
	change.Domains = &names
	err = v.update(stepAccess, change)
	if wrong, refused := faultsOf(err, "role_mappings", "default_role", "role_mappings", "domains"); refused {
		p, err := v.accessPage(s.Connection, &typed)
		if err != nil {
			return err
		}
		p.problem = wrong
		p.frame = p.fail(wrong)
		return v.show(http.StatusUnprocessableEntity, accessView(p))
	}
	if err != nil {
		return err
	}
	return v.onward(v.stepPage(s.Connection, stepAccess), form.Get("then"))
}

// maxRows bounds the rows of the form that are read.
const maxRows = 500

func readAccess(form browser.Params) accessForm {
	f := accessForm{jit: form.Get("jit") == "on", guests: form.Get("guests") == "on", role: form.Get("default_role"), domains: map[string]bool{}, mappings: []sso.RoleMapping{}}
	for _, d := range form.Repeated("domain") {
		f.domains[d] = true
	}
	if form.Get("which") == "all" {
		f.domains = map[string]bool{}
	}
	for i := range maxRows + spare {
		n := strconv.Itoa(i)
		if !form.Has("group_" + n) {
			break
		}
		if group := strings.TrimSpace(form.Get("group_" + n)); group != "" {
			f.mappings = append(f.mappings, sso.RoleMapping{Group: group, RoleSlug: form.Get("role_" + n)})
		}
	}
	return f
}
