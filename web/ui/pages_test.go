package ui

import "github.com/a-h/templ"

// pages are whole documents, as the mocks show them.
var pages = map[string]templ.Component{
	"page-login": hosted("Sign in · Halden Marine", true,
		LoginHead(LoginHeadProps{Title: "Sign in to Fieldnote", Lede: "Use your Halden Marine work email."}),
		form(Input(InputProps{Name: "email", Label: "Email", Type: "email", Autocomplete: "username webauthn", InputMode: "email", Placeholder: "you@haldenmarine.example", Required: true}),
			AutofillPassword("password"), Button(ButtonProps{Label: "Continue", Kind: "primary", Size: "lg", Block: true})),
		Or("or"), form(Methods(ways)), raw(`<p class="small muted">New to Fieldnote? <a href="/login/signup">Create an account</a></p>`)),
	"page-password": hosted("Enter your password · Halden Marine", false,
		LoginHead(LoginHeadProps{Title: "Enter your password"}),
		WhoChip(WhoChipProps{Email: "ines.halvorsen@haldenmarine.example", Name: "Ines Halvorsen", Change: Link{Label: "Change", Href: "/login"}}),
		form(samples["password"], Check(CheckProps{Name: "trust", Label: "Don’t ask again on this device for 30 days"}),
			Button(ButtonProps{Label: "Sign in", Kind: "primary", Size: "lg", Block: true, Busy: "Signing in…"}),
			LinkButton(ButtonProps{Label: "Email me a code instead", Href: "/login/code", Size: "lg", Block: true}))),
	"page-mfa": hosted("Enter your 6-digit code · Halden Marine", true,
		LoginHead(LoginHeadProps{Title: "Enter your 6-digit code", Lede: "Open your authenticator app and type the code shown for Fieldnote."}),
		form(OTP(InputProps{Name: "code", Label: "Code", Value: "419072", Error: "That code has already been used. Wait for the next one, up to 30 seconds."}),
			Button(ButtonProps{Label: "Verify", Kind: "primary", Size: "lg", Block: true})),
		MethodList(MethodListProps{Title: "Other ways to verify", Items: secondSteps})),
	"page-picker": hosted("Where do you want to go?", false,
		LoginHead(LoginHeadProps{Title: "Where do you want to go?"}), form(MethodList(MethodListProps{Label: "Organizations", Items: organizations}))),
	"page-error": hosted("Halden Marine’s sign-in isn’t set up right", false,
		LoginHead(LoginHeadProps{Icon: "warn", Tone: Bad, Title: "Halden Marine’s sign-in isn’t set up right", Lede: "Okta sent us a sign-in meant for a different app. You haven’t done anything wrong, and trying again won’t help until an administrator fixes it."}),
		Reference(reference),
		LinkButton(ButtonProps{Label: "Email my administrator", Href: "mailto:it@haldenmarine.example", Kind: "primary", Size: "lg", Block: true})),
	"page-portal": in(Page(PageProps{Lang: "en", Title: "Security · Halden Marine", SkipLabel: "Skip to content", NoIndex: true}),
		in(PortalLayout(PortalLayoutProps{Brand: Brand{Name: "Halden Marine", ID: "org_1"}, End: Button(ButtonProps{Label: "Sign out", Kind: "ghost"}), Small: "Secured by Gatehouse",
			Tabs:   TabsProps{Label: "Your account", Items: []Choice{{Label: "Profile", Href: "/account"}, {Label: "Security", Href: "/account/security", Current: true}}},
			Links:  []Link{{Label: "Privacy", Href: "/privacy"}},
			Locale: LocaleMenu{Label: "Language", Current: "English", Items: []Link{{Label: "Deutsch", Href: "?ui_locales=de", Lang: "de"}}}}),
			raw("<h1>Security</h1>"), in(Card(CardProps{ID: "ways", Title: "Ways to sign in"}), samples["things"]))),
	"page-organization": dashboard("Halden Marine", nil, organizationPage...),
	"page-audit":        dashboard("Audit log", nil, auditPage...),
	"page-users":        dashboard("Users", &ToastProps{Tone: OK, Title: "Role changed.", Text: "Marcus Obi is now a Lead.", Undo: &Post{Label: "Undo", Action: "/undo"}}, usersPage...),
	"page-delete":       dashboard("Halden Marine", nil, PageHead(PageHeadProps{Title: "Halden Marine"}), ConfirmTyped(deleteHalden)),
	"page-secret":       dashboard("Directories", nil, PageHead(PageHeadProps{Title: "Directories"}), SecretOnce(secret), samples["notices"], samples["waiting"], samples["choice"], samples["input"], samples["select"], samples["textarea"]),
}

func form(inside ...templ.Component) templ.Component {
	all := append([]templ.Component{raw(`<form method="post" novalidate>`)}, inside...)
	return templ.Join(append(all, raw(`</form>`))...)
}

func hosted(title string, split bool, inside ...templ.Component) templ.Component {
	layout := LoginLayoutProps{
		Brand:  Brand{Name: "Halden Marine", ID: "org_1"},
		Links:  []Link{{Label: "Privacy", Href: "/privacy"}, {Label: "Terms", Href: "/terms"}},
		Locale: LocaleMenu{Label: "Language", Current: "English", Items: []Link{{Label: "Deutsch", Href: "?ui_locales=de", Lang: "de"}, {Label: "Norsk", Href: "?ui_locales=nb", Lang: "nb"}}},
		Small:  "Secured by Gatehouse",
	}
	if split {
		layout.Panel = BrandPanel(BrandPanelProps{Name: "Halden Marine", Say: "Every inspection, every hull, one logbook.", Small: "Halden Marine uses Fieldnote for vessel surveys and dry-dock work orders."})
	}
	return in(Page(PageProps{Lang: "en", Title: title, BrandStylesheet: "/branding/halden.css", NoIndex: true}), in(LoginLayout(layout), inside...))
}

func dashboard(title string, toast *ToastProps, inside ...templ.Component) templ.Component {
	return in(Page(PageProps{Lang: "en", Title: title + " · Gatehouse", SkipLabel: "Skip to content", Shortcuts: true, NoIndex: true}),
		in(Shell(ShellProps{Side: side, Toast: toast, Crumbs: []Link{{Label: "Organizations", Href: "/admin/organizations"}, {Label: title}}, Search: Link{Href: "/admin/search"}, Help: Link{Href: "/help"}}), inside...))
}

var side = SideNavProps{
	Deployment: "Fieldnote", Environment: "Staging", Home: "/admin",
	Groups: []NavGroup{
		{Items: []NavItem{{Label: "Overview", Href: "/admin", Icon: "home"}}},
		{Title: "Customers", Items: []NavItem{{Label: "Organizations", Href: "/admin/organizations", Icon: "org", Current: true, Key: "o"}, {Label: "Users", Href: "/admin/users", Icon: "users", Key: "u"}}},
		{Title: "Access", Items: []NavItem{{Label: "Connections", Href: "/admin/connections", Icon: "plug", Count: "2", Tone: Warn}, {Label: "Roles & permissions", Href: "/admin/roles", Icon: "shield"}}},
		{Title: "Build", Items: []NavItem{{Label: "Applications", Href: "/admin/applications", Icon: "app"}, {Label: "API keys", Href: "/admin/api-keys", Icon: "key"}, {Label: "Webhooks", Href: "/admin/webhooks", Icon: "hook", Count: "1", Tone: Bad}}},
		{Title: "Monitor", Items: []NavItem{{Label: "Audit log", Href: "/admin/audit-log", Icon: "list", Key: "a"}}},
		{Title: "Deployment", Items: []NavItem{{Label: "Settings", Href: "/admin/settings", Icon: "gear"}, {Label: "Team", Href: "/admin/team", Icon: "team"}}},
	},
	Person: Person{ID: "user_9", Name: "Priya Raghunathan", Role: "Owner", Href: "/account", SignOut: &Post{Label: "Sign out", Action: "/logout"}},
}

func small(label, href string) templ.Component {
	return LinkButton(ButtonProps{Label: label, Href: href, Size: "sm"})
}

var organizationPage = []templ.Component{
	PageHead(PageHeadProps{Title: "Halden Marine", Mark: &AvatarProps{ID: "org_1", Name: "Halden Marine", Size: "xl"}, Badge: &BadgeProps{Label: "Active", Tone: OK, Icon: "check"},
		IDs:     []IDProps{{Value: "org_01J9HALDEN", Copy: "Copy organization ID"}, {Prefix: "External ID", Value: "acct_88213", Copy: "Copy external ID"}},
		Actions: templ.Join(LinkButton(ButtonProps{Label: "Portal link", Href: "?", Icon: "link"}), LinkButton(ButtonProps{Label: "Invite member", Href: "?"}), RowMenu(RowMenuProps{ID: "more", Label: "More actions", Plain: true, Items: []MenuItem{{Label: "Suspend", Href: "?confirm=suspend"}, {Label: "Delete organization…", Href: "?confirm=delete", Danger: true, Icon: "trash"}}}))}),
	Tabs(TabsProps{Label: "Organization", Items: []Choice{{Label: "Overview", Href: "?", Current: true}, {Label: "Members", Href: "?", Count: "412"}, {Label: "Domains", Href: "?", Count: "3"}, {Label: "Connections", Href: "?", Count: "1"}, {Label: "Policies", Href: "?"}, {Label: "Audit log", Href: "?"}, {Label: "Settings", Href: "?"}}}),
	raw(`<div class="cols main-aside"><div class="stack">`),
	in(Callout(CalloutProps{Tone: Warn, Icon: "cert", Title: "Okta’s signing certificate expires on 15 December", Text: "The replacement is already in the metadata and accepted. Nothing to do unless Halden Marine disables metadata refresh.", Action: small("Certificates", "?")})),
	raw(`<div class="cols two">`),
	in(Card(CardProps{ID: "sso", Title: "Single sign-on", Actions: Badge(BadgeProps{Label: "On", Tone: OK, Icon: "check"}), Body: true}), DefList([]Def{{Term: "Connection", Body: raw(`<a href="?">Okta, SAML 2.0</a>`)}, {Term: "Policy", Text: "Required, 2 exempt"}, {Term: "Success, 7 d", Text: "99.8% of 4,281"}})),
	in(Card(CardProps{ID: "dir", Title: "Directory", Actions: Status(StatusProps{Label: "4 min ago", Tone: OK, Live: true, Class: "xs"}), Body: true}), DefList([]Def{{Term: "Source", Body: raw(`<a href="?">Okta, SCIM 2.0</a>`)}, {Term: "In step", Text: "412 people, 18 groups"}, {Term: "Mapped", Text: "5 groups to 4 roles"}})),
	raw(`</div>`),
	in(Card(CardProps{ID: "members", Title: "Members", Note: "Most recently active", Actions: raw(`<a class="small" href="?">All 412</a>`)}), members),
	raw(`</div><aside class="stack" aria-label="About this organization">`),
	in(Card(CardProps{ID: "policies", Title: "Policies", Actions: raw(`<a class="small" href="?">Edit</a>`), Body: true}), DefList([]Def{{Term: "SSO", Text: "Required"}, {Term: "Session", Text: "12 h, idle 2 h"}})),
	in(Card(CardProps{ID: "events", Title: "Latest events", Body: true}), Timeline([]Moment{{Icon: "check", Tone: OK, Text: "Directory added Sofie Aune", Sub: "4 min ago, Okta"}, {Icon: "cert", Text: "Next certificate accepted", Sub: "20 Nov 04:00, automatic"}, {Icon: "shield", Text: "Session length 7 d to 12 h", Sub: "11 Nov 09:15, Ines Halvorsen"}})),
	in(Card(CardProps{ID: "metadata", Title: "Metadata", Body: true}), JSON(CodeProps{Label: "Metadata", Text: `{"plan":"enterprise","region":"eu-north","seats":500}`})),
	raw(`</aside></div>`),
}

var members = in(Table(TableProps{Columns: []Column{{Label: "Person"}, {Label: "Role", Hide: "sm"}, {Label: "Signs in with", Hide: "sm"}, {Label: "Last active", Href: "?", Sort: "descending"}, {Label: "Actions", Unlabel: true}}}),
	member("user_1", "Ines Halvorsen", "ines.halvorsen@haldenmarine.example", "Admin", "3 min ago"),
	member("user_2", "Tomasz Wieczorek-Lindqvist", "tomasz.wieczorek-lindqvist@haldenmarine.example", "Inspector", "18 min ago"),
	member("user_3", "Marcus Obi", "marcus.obi@haldenmarine.example", "Inspector", "Today 08:02"))

func member(id, name, email, role, seen string) templ.Component {
	return templ.Join(raw(`<tr><td>`), RowPerson(RowPersonProps{ID: id, Name: name, Email: email, Href: "?"}),
		raw(`</td><td class="hide-sm">`+role+`</td><td class="muted hide-sm">SSO</td><td class="muted nowrap">`+seen+`</td><td class="num">`),
		RowMenu(RowMenuProps{ID: "menu-" + id, Label: "Actions for " + name, Items: []MenuItem{{Label: "Change role", Href: "?", Icon: "shield"}, {Label: "Remove", Danger: true, Icon: "trash", Post: &Post{Action: "?"}}}}), raw(`</td></tr>`))
}

var usersPage = []templ.Component{
	PageHead(PageHeadProps{Title: "Users", Note: "Everyone in every organization.", Actions: LinkButton(ButtonProps{Label: "New user", Href: "?", Kind: "primary", Icon: "plus"})}),
	StatRow([]StatProps{{Label: "Sign-ins", Value: "445,767", Delta: DeltaProps{Figure: "↑ 6.1%", Tone: OK, Text: "on the previous 30 days"}}, {Label: "Success rate", Value: "98.7", Unit: "%", Delta: DeltaProps{Figure: "↓ 0.2 pt", Tone: Bad, Text: "bad day on 17 Nov"}}, {Label: "Organizations", Value: "1,284", Delta: DeltaProps{Text: "612 with SSO"}}}),
	in(Filters(FiltersProps{Label: "Search users", Action: "/admin/users", Search: &SearchBoxProps{Label: "Search users", Placeholder: "Email, name, ID…", Shortcut: true}, Submit: "Search"})),
	in(Card(CardProps{Label: "Users"}), members, Pager(PagerProps{Text: "50 of about 10,400", Older: Link{Href: "?after=x"}})),
}

var auditPage = []templ.Component{
	PageHead(PageHeadProps{Title: "Audit log", Note: "Every change and sign-in. Kept for 400 days, then archived.", Actions: templ.Join(LinkButton(ButtonProps{Label: "Saved views", Href: "?", Icon: "bookmark"}), LinkButton(ButtonProps{Label: "Export", Href: "?", Icon: "download"}))}),
	in(Filters(FiltersProps{Label: "Search the audit log", Action: "/admin/audit-log", Search: &SearchBoxProps{Label: "Search the audit log", Placeholder: "Person, ID, IP address, reference…", Shortcut: true},
		Extra: templ.Join(ButtonGroup(ButtonGroupProps{Label: "Period", Items: []Choice{{Label: "1 h", Href: "?", Current: true}, {Label: "24 h", Href: "?"}, {Label: "7 d", Href: "?"}}}), LinkButton(ButtonProps{Label: "Live", Href: "?", Icon: "pause"})),
		Chips: []ChipProps{{Field: "Result", Value: "any", Remove: Link{Label: "Remove filter Result", Href: "?"}}, {Field: "Action", Value: "not token.*", Remove: Link{Label: "Remove filter Action", Href: "?"}}},
		Add:   Link{Label: "Filter", Href: "?"}, Clear: Link{Label: "Clear all", Href: "?"}})),
	raw(`<div class="panes">`),
	in(Card(CardProps{Label: "Events"}), in(Table(TableProps{Dense: true, Columns: []Column{{Label: "Time", Href: "?", Sort: "descending"}, {Label: "Action"}, {Label: "Who"}, {Label: "Organization", Hide: "sm"}}}),
		event("12:23:08.114", Bad, "failed", "authentication.sso_failed", "Ines Halvorsen", ` aria-selected="true"`),
		event("12:22:51.870", OK, "succeeded", "session.created", "Marcus Obi", ""),
		event("12:22:40.032", Neutral, "changed", "role.assigned", "Priya Raghunathan", "")),
		Pager(PagerProps{Text: "50 of about 4,300 events", Older: Link{Href: "?after=x"}})),
	raw(`<aside class="drawer" aria-label="Event">`),
	in(Card(CardProps{ID: "event", Title: "SSO sign-in failed", Note: "authentication.sso_failed", Stacked: true, Icon: "fail", Tone: Bad, Actions: LinkButton(ButtonProps{Label: "Close", Href: "?", Kind: "ghost", Size: "sm", Icon: "x", IconOnly: true, Attrs: Attrs{"data-close": true}}),
		Foot: templ.Join(Status(StatusProps{Label: "Hash chain intact up to this event", Tone: OK, Icon: "shield-ok"}))}),
		in(CardBody(), raw(`<div class="stack">`), DefList([]Def{{Term: "When", Text: "Sun 22 Nov 2026, 12:23:08.114"}, {Term: "Who", Body: raw(`<a href="?">Ines Halvorsen</a> <span class="faint">user</span>`)}, {Term: "Reference", Body: ID(IDProps{Value: "GH-7K2M-94QX", Copy: "Copy reference"})}}),
			raw(`<div class="row">`), small("Same person", "?"), small("Same address", "?"), raw(`</div>`),
			JSON(CodeProps{Label: "Event JSON", Text: `{"id":"event_01JDA8Q301","event":"authentication.sso_failed","test":true}`}), raw(`</div>`))),
	raw(`</aside></div>`),
}

func event(at string, tone Tone, result, action, who, attrs string) templ.Component {
	return templ.Join(raw(`<tr`+attrs+`><td class="mono xs nowrap muted">`+at+`</td><td class="nowrap">`), Status(StatusProps{Label: result, Tone: tone, Unlabel: true}),
		raw(` <a class="cell mono" href="?event=1">`+action+`</a></td><td><span class="short">`+who+`</span></td><td class="hide-sm"><span class="short muted">Halden Marine</span></td></tr>`))
}
