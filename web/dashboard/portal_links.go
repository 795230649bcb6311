package dashboard

import (
	"net/http"
	"strings"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/web/ui"
)

// shownLinks is how many of its latest portal links an organization's page has.
const shownLinks = 5

// linkPage asks what a portal link is to open.
type linkPage struct {
	organizationFrame
	scopes     map[portal.Scope]bool
	extendable bool
	wrong      faults
}

// portalScopes are what a link can open, as operators read it. Sections that
// the portal has no pages for yet are not offered.
var portalScopes = []struct {
	scope       portal.Scope
	name, means string
}{
	{portal.SSO, "Single sign-on", "Set up and test connections, and require them."},
	{portal.Directory, "Directory", "Set up directories, give groups roles, and look after what is refused or held."},
	{portal.Domains, "Domains", "Claim domains and prove them by DNS."},
	{portal.Certificates, "Certificates", "Renew the certificates of connections, and nothing else of them."},
}

func scopeName(s portal.Scope) string {
	for _, one := range portalScopes {
		if one.scope == s {
			return one.name
		}
	}
	return capital(strings.ReplaceAll(string(s), "_", " "))
}

func (h *Handler) newPortalLink(v *visit) error {
	scopes := map[portal.Scope]bool{portal.SSO: true, portal.Domains: true}
	if asked := portal.Scope(v.query("scope")); asked != "" {
		scopes = map[portal.Scope]bool{asked: true}
	}
	return v.showNewLink(http.StatusOK, linkPage{scopes: scopes})
}

func (v *visit) showNewLink(status int, p linkPage) error {
	err := v.read(func(tx *db.AllTx) (err error) {
		p.organizationFrame, err = v.organizationFrame(tx, "")
		return err
	})
	if err != nil {
		return err
	}
	p.frame = v.frame("Create portal link", "/admin/organizations", ui.Link{Label: p.Name, Href: p.path}).fail(p.wrong)
	return v.show(status, newLinkView(p))
}

// createPortalLink makes the link, which the next page shows once.
func (h *Handler) createPortalLink(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p := linkPage{scopes: map[portal.Scope]bool{}, extendable: form.Get("extendable") == "on"}
	n := portal.NewLink{MadeBy: v.user.DisplayName(), Maker: &v.user.ID, Extendable: p.extendable}
	for _, s := range portalScopes {
		if form.Get("scope_"+string(s.scope)) == "on" {
			p.scopes[s.scope] = true
			n.Scopes = append(n.Scopes, s.scope)
		}
	}
	var token string
	var link *portal.Link
	err = v.in(org, func(tx *db.OrgTx) (err error) { token, link, err = portal.Generate(tx, n); return err })
	if wrong, refused := faultsOf(err, "scopes"); refused {
		p.wrong = wrong
		return v.showNewLink(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := v.keepOnce(string(link.ID), token); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/admin/organizations/"+string(org)+"/portal-links/"+string(link.ID))
}

// showPortalLink shows a link's address for the only time.
func (h *Handler) showPortalLink(v *visit) error {
	key, err := param[id.PortalLink](v, "link")
	if err != nil {
		return err
	}
	var o organizationFrame
	var link *portal.Link
	err = v.read(func(tx *db.AllTx) (err error) {
		if o, err = v.organizationFrame(tx, ""); err != nil {
			return err
		}
		if link, err = portal.GetLink(tx, key); err == nil && link.OrganizationID != o.ID {
			err = db.ErrNotFound
		}
		return err
	})
	if err != nil {
		return err
	}
	token, err := v.takeOnce(string(key))
	if err != nil {
		return err
	}
	p := shownPage{frame: v.frame("Portal link", "/admin/organizations", ui.Link{Label: o.Name, Href: o.path})}
	if token == "" {
		p.again = ui.CalloutProps{Tone: ui.Info, Icon: "lock", Title: "This link was shown at " + link.CreatedAt.UTC().Format("15:04") + " and can't be shown again",
			Text: linkState(link, v.now).words, Action: ui.LinkButton(ui.ButtonProps{Label: "Create another", Href: o.path + "/portal-links/new", Size: "sm"})}
		return v.show(http.StatusOK, shownView(p))
	}
	browser.NoReferrer(v.Response().Header())
	p.once = ui.SecretOnceProps{Title: "Send this link within five minutes", Text: "Whoever opens it first is in the portal of " + o.Name + ". We store only a fingerprint of it.",
		Copy:  ui.CopyBoxProps{ID: "link", Value: h.Origin + "/portal/open/" + token, Label: "Copy portal link", Copy: "Copy", Copied: "Copied"},
		Facts: []ui.Def{{Term: "Opens", Text: scopesOf(link)}, {Term: "Works until", Text: link.ExpiresAt.UTC().Format("15:04:05 UTC") + ", once"}, {Term: "Visit", Text: visitOf(link)}},
		Check: "I've sent it to the right person", Done: ui.Post{Label: "Done", Action: o.path + "/portal-links/" + string(key)}}
	return v.show(http.StatusOK, shownView(p))
}

// portalLinkSent is the way on from a link that was shown.
func (h *Handler) portalLinkSent(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/admin/organizations/"+string(org))
}

func visitOf(l *portal.Link) string {
	if l.Extendable {
		return "eight hours, and eight more on request"
	}
	return "eight hours"
}

func scopesOf(l *portal.Link) string {
	var names []string
	for _, s := range l.Scopes {
		names = append(names, scopeName(s))
	}
	return strings.Join(names, ", ")
}

// stateOfLink is what became of a link.
type stateOfLink struct {
	label, words string
	tone         ui.Tone
}

func linkState(l *portal.Link, now time.Time) stateOfLink {
	switch {
	case l.AskedAt != nil:
		return stateOfLink{"Another asked for", "Somebody found it over and asked for another.", ui.Warn}
	case l.UsedAt != nil:
		return stateOfLink{"Opened", "It was opened.", ui.OK}
	case l.OpenAt(now):
		return stateOfLink{"Waiting", "It works once, within five minutes of being made.", ui.Neutral}
	}
	return stateOfLink{"Ran out", "Nobody opened it in time.", ui.Neutral}
}

// latestLinks are an organization's newest portal links.
func latestLinks(v *visit, rows []portal.Link) []ui.Moment {
	var moments []ui.Moment
	for i := range rows {
		state := linkState(&rows[i], v.now)
		icon := "link"
		if rows[i].MailedTo != nil {
			icon = "mail"
		}
		moments = append(moments, ui.Moment{Icon: icon, Tone: state.tone, Body: linkMoment(v, rows[i], state)})
	}
	return moments
}
