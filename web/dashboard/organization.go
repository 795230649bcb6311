package dashboard

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/scim/directory"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// organizationFrame is what all pages of one organization share.
type organizationFrame struct {
	frame
	*tenants.Organization
	members int64

	connections int64
	directories int64
	domains     []tenants.Domain
	moves       map[id.OrganizationDomain]time.Time // of those that move away, when
	tab         string
	path        string          // of the organization
	dialog      templ.Component // a question over the page
}

// customer is an organization of the deployment. The operators' own is not
// found: their membership is changed on the team's page alone, by its rules.
func customer(tx db.AnyScope, org id.Organization) (*tenants.Organization, error) {
	o, err := tenants.Get(tx, org)
	if err == nil && o.System {
		return nil, db.ErrNotFound
	}
	return o, err
}

// organizationFrame reads the organization of the address for its tab.
func (v *visit) organizationFrame(tx *db.AllTx, tab string) (organizationFrame, error) {
	org, err := param[id.Organization](v, "org")
	if err != nil {
		return organizationFrame{}, err
	}
	p := organizationFrame{tab: tab, path: "/admin/organizations/" + string(org)}
	if p.Organization, err = customer(tx, org); err != nil {
		return p, err
	}
	if p.members, err = users.CountMembersIn(tx, org); err != nil {
		return p, err
	}
	if p.domains, err = tenants.Domains(tx, org); err != nil {
		return p, err
	}
	if p.connections, err = sso.Count(tx, sso.ListQuery{Organization: org}); err != nil {
		return p, err
	}
	if p.directories, err = directory.Count(tx, directory.ListQuery{Organization: org}); err != nil {
		return p, err
	}
	if p.moves, err = tenants.LocateMoves(tx, p.domains); err != nil {
		return p, err
	}
	if tab == "" {
		p.frame = v.frame(p.Name, "/admin/organizations")
	} else {
		p.frame = v.frame(tabName(tab), "/admin/organizations", ui.Link{Label: p.Name, Href: p.path})
		p.title = p.Name + ", " + tabName(tab)
	}
	return p, nil
}

// org is the customer of the address, for a handler that changes it.
func (v *visit) org() (id.Organization, error) {
	org, err := param[id.Organization](v, "org")
	if err != nil {
		return "", err
	}
	return org, v.h.DB.Read(v.Request().Context(), func(tx *db.Tx) error {
		_, err := customer(tx, org)
		return err
	})
}

// The tabs of an organization: the last part of their addresses.
const (
	tabMembers = "members"
	tabDomains = "domains"

	tabConnections = "connections"
	tabDirectories = "directories"

	tabLog      = "audit-log"
	tabPolicies = "policies"
	tabBranding = "branding"
	tabSettings = "settings"
)

func tabName(tab string) string {
	return map[string]string{"": "Overview", tabMembers: "Members", tabDomains: "Domains", tabConnections: "Connections", tabDirectories: "Directories", tabLog: "Audit log", tabPolicies: "Policies", tabBranding: "Branding", tabSettings: "Settings"}[tab]
}

func (p organizationFrame) tabs() ui.TabsProps {
	tabs := ui.TabsProps{Label: "Organization"}
	add := func(tab, number string) {
		href := p.path
		if tab != "" {
			href += "/" + tab
		}
		tabs.Items = append(tabs.Items, ui.Choice{Label: tabName(tab), Href: href, Count: number, Current: tab == p.tab})
	}
	add("", "")
	add(tabMembers, figure(p.members))
	add(tabDomains, figure(int64(len(p.domains))))
	add(tabConnections, figure(p.connections))
	add(tabDirectories, figure(p.directories))
	add(tabLog, "")
	if p.may(admin) {
		add(tabPolicies, "")
		add(tabBranding, "")
		add(tabSettings, "")
	}
	return tabs
}

func (p organizationFrame) head() ui.PageHeadProps {
	head := ui.PageHeadProps{Title: p.Name, Mark: &ui.AvatarProps{ID: string(p.ID), Name: p.Name, Size: "xl"},
		IDs: []ui.IDProps{{Value: string(p.ID), Copy: "Copy organization ID", Copied: "Copied"}}}
	if p.ExternalID != nil {
		head.IDs = append(head.IDs, ui.IDProps{Prefix: "External ID", Value: *p.ExternalID, Copy: "Copy external ID", Copied: "Copied"})
	}
	return head
}

type organizationPage struct {
	organizationFrame
	people []member
	latest []ui.Moment
	links  []ui.Moment
}

func (h *Handler) organization(v *visit) error {
	var p organizationPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, ""); err != nil {
			return err
		}
		if p.people, _, err = membersOf(tx, v, p.ID, db.Page{Limit: 5}); err != nil {
			return err
		}
		events, err := audit.List(tx, audit.Filter{Organization: p.ID, Limit: 5})
		for i := range events {
			p.latest = append(p.latest, moment(v, &events[i]))
		}
		if err != nil {
			return err
		}
		links, err := portal.Links(tx, p.ID, shownLinks)
		p.links = latestLinks(v, links)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, organizationView(p))
}

// metadataJSON is the metadata as it is shown.
func (p organizationFrame) metadataJSON() string {
	out, err := json.Marshal(p.Metadata)
	if err != nil {
		return "{}"
	}
	return string(out)
}
