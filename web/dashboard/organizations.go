package dashboard

import (
	"net/http"
	"net/url"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

type organizationsPage struct {
	frame
	q     string
	rows  []organizationRow
	pager ui.PagerProps
}

type organizationRow struct {
	tenants.Organization
	domains []string
	members int64
}

func (h *Handler) organizations(v *visit) error {
	p := organizationsPage{frame: v.frame("Organizations", "/admin/organizations"), q: v.query("q")}
	err := v.read(func(tx *db.AllTx) error { return p.load(tx, v) })
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, organizationsView(p))
}

func (p *organizationsPage) load(tx *db.AllTx, v *visit) error {
	list, paging, err := findOrganizations(tx, p.q, v.page())
	if err != nil {
		return err
	}
	ids := make([]id.Organization, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	domains, err := tenants.Domains(tx, ids...)
	if err != nil {
		return err
	}
	for _, o := range list {
		row := organizationRow{Organization: o}
		for _, d := range domains {
			if d.OrganizationID == o.ID {
				row.domains = append(row.domains, d.Domain)
			}
		}
		if row.members, err = users.CountMembersIn(tx, o.ID); err != nil {
			return err
		}
		p.rows = append(p.rows, row)
	}
	p.pager = pager("/admin/organizations", url.Values{"q": {p.q}}, paging, count(int64(len(list)), "organization", "organizations")+" here")
	return nil
}

// findOrganizations lists those with q in their name; a domain or an external
// id finds the one that has it.
func findOrganizations(tx *db.AllTx, q string, page db.Page) ([]tenants.Organization, db.Paging, error) {
	if q != "" {
		o, err := tenants.GetByExternalID(tx, q)
		if err == nil {
			return []tenants.Organization{*o}, db.Paging{}, nil
		}
		if !missing(err) {
			return nil, db.Paging{}, err
		}
	}
	list, paging, err := tenants.List(tx, tenants.ListQuery{Search: q, Page: page})
	if err != nil || len(list) > 0 || !strings.Contains(q, ".") || page.After+page.Before != "" {
		return list, paging, err
	}
	return tenants.List(tx, tenants.ListQuery{Domains: []string{q}, Page: page})
}

// pager is Newer and Older of a list, keeping the rest of its address.
func pager(path string, keep url.Values, paging db.Paging, words string) ui.PagerProps {
	p := ui.PagerProps{Text: words}
	if paging.Before != "" {
		p.Newer.Href = with(path, keep, "before", paging.Before)
	}
	if paging.After != "" {
		p.Older.Href = with(path, keep, "after", paging.After)
	}
	return p
}

// with is an address with one parameter more; empty ones are left out.
func with(path string, keep url.Values, name, value string) string {
	query := url.Values{}
	for n, list := range keep {
		if len(list) > 0 && list[0] != "" {
			query.Set(n, list[0])
		}
	}
	if value != "" {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// firstOf is what a cell shows of several words: the first, and how many more.
func firstOf(list []string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	return list[0] + " +" + itoa(len(list)-1)
}

type newOrganizationPage struct {
	frame
	name, domain, externalID string
	wrong                    faults
}

func (h *Handler) newOrganization(v *visit) error {
	return v.show(http.StatusOK, newOrganizationView(newOrganizationPage{frame: v.frame("New organization", "/admin/organizations")}))
}

func (h *Handler) createOrganization(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newOrganizationPage{name: strings.TrimSpace(form.Get("name")), domain: strings.TrimSpace(form.Get("domain")), externalID: strings.TrimSpace(form.Get("external_id")), wrong: faults{}}
	if p.name == "" {
		p.wrong["name"] = "Enter a name."
	}
	n := tenants.New{Name: p.name, ExternalID: some(p.externalID)}
	if p.domain != "" {
		if _, err := tenants.Claimable(p.domain); err != nil {
			p.wrong["domain"] = problem.Of(err).Message
		}
		n.Domains = []tenants.NewDomain{{Domain: p.domain, State: tenants.Pending}}
	}
	var o *tenants.Organization
	if len(p.wrong) == 0 {
		err = v.change(func(tx *db.Tx) (err error) {
			o, err = tenants.Create(tx, n)
			return err
		})
		var refused bool
		if p.wrong, refused = faultsOf(err, externalOr(err, "name"), "name", "external_id"); err != nil && !refused {
			return err
		}
	}
	if len(p.wrong) > 0 {
		p.frame = v.frame("New organization", "/admin/organizations").fail(p.wrong)
		return v.show(http.StatusUnprocessableEntity, newOrganizationView(p))
	}
	return v.done("/admin/organizations/"+string(o.ID), organizationCreated)
}

// externalOr is the field of a problem that names none.
func externalOr(err error, other string) string {
	if errorsAre(err, field.ErrExternalIDTaken, field.ErrInvalidExternalID) {
		return "external_id"
	}
	return other
}
