package portal

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/tenants/dns"
	"gatehouse/web/ui"
)

// State is a page of the portal as the gallery shows it.
type State struct {
	Name   string
	Render func(Look) templ.Component
}

// Look is how it is looked at.
type Look struct{ Theme, Stylesheet string }

// noon is the moment at which all this happens.
var noon = time.Date(2026, 11, 22, 12, 24, 0, 0, time.UTC)

const sampleCompany = "Nordfriesische Schiffsausrüstungs- und Bergungsgesellschaft mbH."

// States are the portal's pages in every state.
func States() []State { return slices.Concat(states, ssoStates, directoryStates, logStates) }

var states = []State{
	{"portal-open", func(l Look) templ.Component { return openPage(sampleOffer(l, "Open Halden Marine's portal")) }},
	{"portal-link-used", func(l Look) templ.Component {
		o := sampleOffer(l, "This link has been used")
		o.link.UsedAt = &noon
		return linkOverPage(o)
	}},
	{"portal-link-asked", func(l Look) templ.Component {
		o := sampleOffer(l, "This link has run out")
		until, to := noon.Add(time.Hour), "it@haldenmarine.example"
		o.link.MailedTo, o.link.RenewableUntil, o.asked = &to, &until, true
		return linkOverPage(o)
	}},
	{"portal-link-unknown", func(l Look) templ.Component {
		return unknownLinkPage(samplePlain(l, "This link doesn't open anything"))
	}},
	{"portal-visit-over", func(l Look) templ.Component {
		return visitOverPage(samplePlain(l, "Your visit is over"), sampleLink())
	}},
	{"portal-left", func(l Look) templ.Component {
		return leftPage(samplePlain(l, "You've left the portal"), "https://fieldnote.example/settings")
	}},
	{"portal-stranger", func(l Look) templ.Component {
		return strangerPage(samplePlain(l, "You can't open this portal"), "ines.halvorsen@haldenmarine.example")
	}},
	{"portal-refused", func(l Look) templ.Component {
		return refusedPage(sampleFrame(l, "There is nothing here", ""), "It may have been removed since, or your link doesn't open this part of the portal.")
	}},
	{"portal-home-empty", func(l Look) templ.Component {
		f := sampleFrame(l, "Overview", pathHome)
		f.shell.Banner = endingBanner(true, noon.Add(4*time.Minute), noon)
		return homeView(homePage{frame: f, shows: everything})
	}},
	{"portal-home", func(l Look) templ.Component { return homeView(sampleHome(l)) }},
	{"portal-home-complete", func(l Look) templ.Component {
		p := sampleHome(l)
		p.connections[0].CertificateExpiresAt, p.domains[1].MissingSince, p.directories = nil, nil, p.directories[:1]
		p.directories[0].ends = nil
		p.policy = tenants.Policy{SSORequired: true, BreakGlassUsers: []id.User{"user_1", "user_2"}}
		p.shell.Who, p.shell.Organization.Name = "Ines Halvorsen", sampleCompany
		return homeView(p)
	}},
	{"portal-home-nothing", func(l Look) templ.Component {
		return homeView(homePage{frame: sampleFrame(l, "Overview", pathHome)})
	}},
	{"portal-domains-empty", func(l Look) templ.Component {
		return domainsView(domainsPage{frame: sampleFrame(l, "Domains", pathDomains)})
	}},
	{"portal-domains", func(l Look) templ.Component {
		f := sampleFrame(l, "Domains", pathDomains)
		f.shell.Toast = &ui.ToastProps{Tone: ui.OK, Title: notices[domainRemoved]}
		return domainsView(domainsPage{frame: f, domains: sampleDomains()})
	}},
	{"portal-domains-error", func(l Look) templ.Component {
		wrong := faults{"domain": tenants.ErrMailProvider.Message}
		return domainsView(domainsPage{frame: sampleFrame(l, "Domains", pathDomains).fail(wrong), typed: "gmail.com", wrong: wrong, domains: sampleDomains()[:1]})
	}},
	{"portal-domain-new", func(l Look) templ.Component { return domainView(sampleDomain(l, nil)) }},
	{"portal-domain-quoted", func(l Look) templ.Component {
		return domainView(sampleDomain(l, func(d *tenants.Domain) {
			d.CheckedAt = ago20()
			d.CheckResult = &tenants.DNSCheck{Finding: dns.Finding{Kind: dns.Quoted, Of: 2, Records: 1, Text: `"dQw4w9WgXcQ_kJ5y7aT2"`},
				Answers: []dns.Answer{{Server: "ns1.halden-drydock.example", Found: []string{`"dQw4w9WgXcQ_kJ5y7aT2"`}}, {Server: dns.OurResolver, Error: dns.Timeout}}}
		}))
	}},
	{"portal-domain-moving", func(l Look) templ.Component {
		return domainView(sampleDomain(l, func(d *tenants.Domain) {
			at := noon.Add(70 * time.Hour)
			d.CheckedAt, d.MovesAt, d.CheckResult = ago20(), &at, &tenants.DNSCheck{Finding: dns.Finding{Kind: dns.Found}}
		}))
	}},
	{"portal-domain-verified", func(l Look) templ.Component {
		return domainView(sampleDomain(l, func(d *tenants.Domain) {
			d.State, d.CheckedAt, d.CheckResult = tenants.Verified, ago20(), &tenants.DNSCheck{Finding: dns.Finding{Kind: dns.Found}}
		}))
	}},
	{"portal-domain-missing", func(l Look) templ.Component {
		return domainView(sampleDomain(l, func(d *tenants.Domain) {
			d.State, d.CheckedAt, d.MissingSince, d.CheckResult = tenants.Verified, ago20(), ago20(), &tenants.DNSCheck{Finding: dns.Finding{Kind: dns.Nothing}}
		}))
	}},
	{"portal-domain-leaving", func(l Look) templ.Component {
		p := sampleDomain(l, func(d *tenants.Domain) {
			d.State, d.CheckedAt, d.CheckResult = tenants.Verified, ago20(), &tenants.DNSCheck{Finding: dns.Finding{Kind: dns.Found}}
		})
		p.leaves = noon.Add(50 * time.Hour)
		return domainView(p)
	}},
	{"portal-domain-remove", func(l Look) templ.Component {
		p := sampleDomain(l, func(d *tenants.Domain) { d.State = tenants.Verified })
		p.dialog = removeQuestion(p)
		return domainView(p)
	}},
	{"portal-policies", func(l Look) templ.Component { return policiesView(samplePolicies(l, nil)) }},
	{"portal-policies-error", func(l Look) templ.Component {
		return policiesView(samplePolicies(l, faults{fieldRequire: errNotTested.Message, fieldEmergency: "Name somebody who gets in without single sign-on."}))
	}},
	{"portal-policies-question", func(l Look) templ.Component {
		p := samplePolicies(l, nil)
		p.dialog = requireQuestion(p.typed, affected{people: 410, sessions: 38})
		return policiesView(p)
	}},
}

var everything = shown{domains: true, sso: true, directories: true, policies: true, ssoPath: pathSSO}

func samplePlain(l Look, title string) plainFrame {
	return plainFrame{title: title, theme: l.Theme, stylesheet: l.Stylesheet, service: "Fieldnote", now: noon, small: "Secured by Gatehouse",
		links: []ui.Link{{Label: "Privacy", Href: "https://fieldnote.example/privacy"}}}
}

func sampleFrame(l Look, title, section string) frame {
	f := frame{title: title, theme: l.Theme, stylesheet: l.Stylesheet, service: "Fieldnote", now: noon}
	f.shell = ui.PortalShellProps{Brand: ui.Brand{Name: "Fieldnote"}, Organization: ui.AvatarProps{ID: "org_1", Name: "Halden Marine"}, Until: noon.Add(6 * time.Hour), Now: noon,
		Leave: ui.Post{Label: "Leave", Action: pathLeave}, Small: "Secured by Gatehouse", Links: []ui.Link{{Label: "Privacy", Href: "https://fieldnote.example/privacy"}}}
	nav := ui.PortalNavProps{Support: support(supportProps{url: "https://fieldnote.example/support", organization: "org_01J9HALDEN", service: "Fieldnote", back: "https://fieldnote.example/settings"})}
	for _, s := range sections {
		nav.Items = append(nav.Items, ui.NavItem{Label: s.label, Href: s.href, Icon: s.icon, Current: s.href == section})
	}
	f.shell.Side = ui.PortalNav(nav)
	return f
}

func sampleLink() *portal.Link {
	return &portal.Link{ID: "portal_link_1", Scopes: []portal.Scope{portal.SSO, portal.Domains}, MadeBy: "Priya Raghunathan", ExpiresAt: noon.Add(4 * time.Minute)}
}

func sampleOffer(l Look, title string) offered {
	return offered{plainFrame: samplePlain(l, title), organization: ui.AvatarProps{ID: "org_1", Name: "Halden Marine"}, link: sampleLink(), action: pathOpen + "/t0k"}
}

func ago20() *time.Time {
	at := noon.Add(-20 * time.Second)
	return &at
}

func sampleDomains() []held {
	token := "dQw4w9WgXcQ_kJ5y7aT2"
	return []held{
		{Domain: tenants.Domain{ID: "org_domain_1", Domain: "haldenmarine.example", State: tenants.Verified, VerificationStrategy: tenants.Manual}},
		{Domain: tenants.Domain{ID: "org_domain_2", Domain: "halden.example", State: tenants.Verified, VerificationStrategy: tenants.DNS, VerificationToken: &token, CheckedAt: ago20(), MissingSince: ago20()}},
		{Domain: tenants.Domain{ID: "org_domain_3", Domain: strings.Repeat("a-very-long-label-", 3) + "drydock.halden.example", State: tenants.Pending, VerificationStrategy: tenants.DNS, VerificationToken: &token, CheckedAt: ago20()}},
	}
}

func sampleDomain(l Look, change func(*tenants.Domain)) domainPage {
	token, prefix := "dQw4w9WgXcQ_kJ5y7aT2", "_gatehouse-domain-verification"
	d := tenants.Domain{ID: "org_domain_4", Domain: "halden-drydock.example", State: tenants.Pending, VerificationStrategy: tenants.DNS, VerificationToken: &token, VerificationPrefix: &prefix}
	if change != nil {
		change(&d)
	}
	return domainPage{frame: sampleFrame(l, d.Domain, pathDomains), held: held{Domain: d}, path: pathDomains + "/" + string(d.ID)}
}

func sampleHome(l Look) homePage {
	end, since, used := noon.AddDate(0, 0, 23), noon.AddDate(0, -2, -20), noon.Add(-3*time.Minute)
	return homePage{frame: sampleFrame(l, "Overview", pathHome), members: 412, domains: sampleDomains(), shows: everything, directories: sampleHomeDirectories(l),
		connections: []sso.Connection{{ID: "conn_1", Name: "Okta", Protocol: sso.SAML, State: sso.Active, ActivatedAt: &since, CertificateExpiresAt: &end, LastUsedAt: &used},
			{ID: "conn_2", Name: "Entra ID", Protocol: sso.OIDC, State: sso.Draft}},
		recent: []ui.Moment{{Icon: "cert", Text: "Certificate renewed: Okta", Sub: "20 Nov 2026, 04:00, automatic"}, {Icon: "globe", Tone: ui.OK, Text: "Domain verified: haldenmarine.example", Sub: "2 hours ago, ines.halvorsen@haldenmarine.example"}}}
}

func samplePolicies(l Look, wrong faults) policiesPage {
	lifetime, idle := int64(12*3600), int64(1800)
	p := policiesPage{frame: sampleFrame(l, "Policies", pathPolicies).fail(wrong), wrong: wrong, typed: requirement{when: requireNow, emergency: []id.User{"user_1"}},
		saved:  tenants.Policy{MFARequired: true, SessionLifetimeSeconds: &lifetime, SessionIdleSeconds: &idle, IPAllowList: []string{"192.0.2.0/24", "2001:db8::/32"}},
		people: []person{{"user_1", "Ines Halvorsen", "ines.halvorsen@haldenmarine.example", tenants.OwnerRole}, {"user_2", "maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example", "maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example", tenants.AdminRole}}}
	return p
}
