package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

type domainsPage struct {
	organizationFrame
	domain, state string
	wrong         faults
}

// inDNS are the domains that a record proves, those first that want somebody.
func (p domainsPage) inDNS() []tenants.Domain {
	list := slices.DeleteFunc(slices.Clone(p.domains), func(d tenants.Domain) bool { return d.VerificationToken == nil })
	well := func(d tenants.Domain) int {
		if d.Standing(p.moves[d.ID]).Mood == tenants.Good {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b tenants.Domain) int { return well(a) - well(b) })
	return list
}

func (h *Handler) domains(v *visit) error { return v.showDomains(http.StatusOK, domainsPage{}, nil) }

func (v *visit) showDomains(status int, p domainsPage, dialog func(domainsPage) templ.Component) error {
	err := v.read(func(tx *db.AllTx) (err error) {
		p.organizationFrame, err = v.organizationFrame(tx, tabDomains)
		return err
	})
	if err != nil {
		return err
	}
	p.frame = p.fail(p.wrong)
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, domainsView(p))
}

// addDomain adds a domain that waits for its DNS record, or one that the
// operator vouches for.
func (h *Handler) addDomain(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p := domainsPage{domain: strings.TrimSpace(form.Get("domain")), state: string(tenants.Pending)}
	if form.Get("state") == string(tenants.Verified) {
		p.state = string(tenants.Verified)
	}
	err = v.in(org, func(tx *db.OrgTx) error {
		_, err := tenants.AddDomain(tx, p.domain, tenants.DomainState(p.state))
		return err
	})
	if err == nil {
		return v.done("/admin/organizations/"+string(org)+"/domains", domainAdded)
	}
	var refused bool
	if p.wrong, refused = faultsOf(err, "domain"); !refused {
		return err
	}
	return v.showDomains(http.StatusUnprocessableEntity, p, nil)
}

// oneDomain is the domain of the address, in its organization.
func (v *visit) oneDomain() (*tenants.Domain, error) {
	org, err := v.org()
	if err != nil {
		return nil, err
	}
	key, err := param[id.OrganizationDomain](v, "domain")
	if err != nil {
		return nil, err
	}
	var d *tenants.Domain
	err = v.h.DB.ReadOrg(v.Request().Context(), org, func(tx *db.OrgTx) (err error) {
		d, err = tenants.GetDomain(tx, key)
		return err
	})
	return d, err
}

// checkDomain asks DNS while the operator waits.
func (h *Handler) checkDomain(v *visit) error {
	d, err := v.oneDomain()
	if err != nil {
		return err
	}
	if _, err := h.Domains.Now(v.Request().Context(), v.actor(), d.OrganizationID, d.ID); err != nil {
		return err
	}
	return v.done("/admin/organizations/"+string(d.OrganizationID)+"/domains#dns-"+string(d.ID), domainChecked)
}

func (h *Handler) askDeleteDomain(v *visit) error {
	d, err := v.oneDomain()
	if err != nil {
		return err
	}
	return v.showDomains(http.StatusOK, domainsPage{}, func(p domainsPage) templ.Component {
		words := "People with that address are no longer taken for " + p.Name + "'s. Nobody is signed out."
		if d.State == tenants.Verified {
			words += " To have it back it must be proven again."
		}
		return confirm(question{path: p.path + "/domains"}, ui.ConfirmProps{Title: "Delete " + d.Domain + "?", Text: words,
			Post: ui.Post{Label: "Delete domain", Action: p.path + "/domains/" + string(d.ID) + "/delete"}})
	})
}

func (h *Handler) deleteDomain(v *visit) error {
	d, err := v.oneDomain()
	if err != nil {
		return err
	}
	if err := v.in(d.OrganizationID, func(tx *db.OrgTx) error { return users.DeleteDomain(tx, d.ID) }); err != nil {
		return err
	}
	return v.done("/admin/organizations/"+string(d.OrganizationID)+"/domains", domainDeleted)
}
