package dashboard

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// connectionFrame is what all pages of one connection share.
type connectionFrame struct {
	frame
	*sso.Connection
	org    *tenants.Organization
	detail wire.ConnectionDetail
	lacks  string // what it needs to be turned on, where it is not complete
	tab    string
	path   string
	wrong  faults
	dialog templ.Component // a question over the page
}

// The tabs of a connection: the last part of their addresses.
const (
	tabProvider     = "provider"
	tabPeople       = "people"
	tabCertificates = "certificates"
	tabTrial        = "trial"
	tabSignIns      = "sign-ins"
)

func connectionTabName(tab string) string {
	return map[string]string{"": "Overview", tabProvider: "Provider", tabPeople: "People", tabCertificates: "Certificates", tabTrial: "Trial", tabSignIns: "Sign-ins"}[tab]
}

// connectionFrame reads the connection of the address for its tab.
func (v *visit) connectionFrame(tx *db.AllTx, tab string) (connectionFrame, error) {
	p := connectionFrame{tab: tab}
	key, err := param[id.Connection](v, "conn")
	if err != nil {
		return p, err
	}
	if p.Connection, err = sso.Get(tx, key); err != nil {
		return p, err
	}
	if p.org, err = customer(tx, p.OrganizationID); err != nil {
		return p, err
	}
	err = tx.In(p.OrganizationID, func(tx *db.OrgTx) error {
		if p.detail, err = sso.Show(tx, v.h.Origin, key); err != nil {
			return err
		}
		p.lacks, err = sso.Lacks(tx, key)
		return err
	})
	p.path = connectionsHome + "/" + string(key)
	if tab == "" {
		p.frame = v.frame(p.Name, connectionsHome)
	} else {
		p.frame = v.frame(connectionTabName(tab), connectionsHome, ui.Link{Label: p.Name, Href: p.path})
		p.title = p.Name + ", " + connectionTabName(tab)
	}
	return p, err
}

func (p connectionFrame) tabs() ui.TabsProps {
	tabs := ui.TabsProps{Label: "Connection"}
	add := func(tab string) {
		href := p.path
		if tab != "" {
			href += "/" + tab
		}
		tabs.Items = append(tabs.Items, ui.Choice{Label: connectionTabName(tab), Href: href, Current: tab == p.tab})
	}
	for _, tab := range []string{"", tabSignIns, tabCertificates, tabTrial} {
		add(tab)
	}
	if p.may(admin) {
		add(tabProvider)
		add(tabPeople)
	}
	return tabs
}

func (p connectionFrame) head() ui.PageHeadProps {
	badge := stateBadge(p.State)
	return ui.PageHeadProps{Title: p.Name, Note: providerName(p.Type), Badge: &badge, IDs: []ui.IDProps{{Value: string(p.ID), Copy: "Copy connection ID", Copied: "Copied"}}}
}

// connection is the customer and the connection of the address, for a handler
// that changes it.
func (v *visit) connection() (id.Organization, id.Connection, error) {
	key, err := param[id.Connection](v, "conn")
	if err != nil {
		return "", "", err
	}
	var org id.Organization
	err = v.h.DB.Locate(v.Request().Context(), func(tx *db.AllTx) error {
		if org, err = sso.LocateConnection(tx, key); err != nil {
			return err
		}
		_, err := customer(tx, org)
		return err
	})
	return org, key, err
}

// ofConnection runs fn as a change of the address's connection, and goes to a
// page of it.
func (v *visit) ofConnection(to string, said notice, fn func(*db.OrgTx, id.Connection) error) error {
	org, key, err := v.connection()
	if err != nil {
		return err
	}
	if err := v.in(org, func(tx *db.OrgTx) error { return fn(tx, key) }); err != nil {
		return err
	}
	return v.done(connectionsHome+"/"+string(key)+to, said)
}

type connectionPage struct {
	connectionFrame
	latest []sso.Attempt
	values []ui.Pair
}

// shownAttempts is how many sign-ins the overview shows.
const shownAttempts = 5

func (h *Handler) connection(v *visit) error {
	return v.showConnection(http.StatusOK, nil, nil)
}

// showConnection draws the overview, with a question over it.
func (v *visit) showConnection(status int, wrong faults, dialog func(connectionFrame) templ.Component) error {
	var p connectionPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.connectionFrame, err = v.connectionFrame(tx, ""); err != nil {
			return err
		}
		p.latest, _, err = sso.Attempts(tx, p.ID, db.Page{Limit: shownAttempts})
		return err
	})
	if err != nil {
		return err
	}
	p.wrong, p.frame = wrong, p.fail(wrong)
	p.values = ours(p.detail)
	if dialog != nil {
		p.dialog = dialog(p.connectionFrame)
	}
	return v.show(status, connectionView(p))
}

// ours are the values that the provider is told.
func ours(d wire.ConnectionDetail) []ui.Pair {
	var pairs []ui.Pair
	add := func(key, term, note, value string) {
		pairs = append(pairs, ui.Pair{Term: term, Note: note, Copy: &ui.CopyBoxProps{ID: key, Value: value, Label: "Copy " + term, Copy: "Copy", Copied: "Copied"}})
	}
	if d.SAML != nil {
		add("acs", "ACS URL", "also Reply URL, Single sign-on URL", d.SAML.SPACSURL)
		add("entity", "Entity ID", "also Audience URI, Identifier", d.SAML.SPEntityID)
		add("metadata", "Metadata URL", "all of this at once", d.SAML.SPMetadataURL)
		add("slo", "Logout URL", "also SLO URL", d.SAML.SPSLOURL)
	}
	if d.OIDC != nil {
		add("redirect", "Redirect URI", "also Callback URL", d.OIDC.RedirectURI)
		add("backchannel", "Back-channel logout URI", "", d.OIDC.BackchannelLogoutURI)
		add("jwks", "JWKS URI", "for private_key_jwt", d.OIDC.JWKSURI)
	}
	add("start", "Start URL", "for tiles and bookmarks", d.StartURL)
	return pairs
}

// raw is the connection as the API shows it.
func (p connectionFrame) raw() string {
	out, err := wire.Encode(p.detail)
	if err != nil {
		return "{}"
	}
	return string(out)
}
