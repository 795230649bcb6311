package ui

import (
	"time"

	"github.com/a-h/templ"
)

// The portal's components, beside the others.
func init() {
	samples["sketch"] = Sketch(SketchProps{Window: "Okta · <b> 2 Configure SAML", Fields: []SketchField{{Label: "Single sign-on URL", Mark: "A", Text: "https://auth.example/sso/…/acs", Typed: true},
		{Kind: SketchTick, Label: "Use this for Recipient URL"}, {Label: "ACS (Consumer) URL Validator of a provider", Mark: "B", Text: "^https…$", Typed: true}, {Kind: SketchChoice, Label: "Name ID format", Mark: "C", Text: "EmailAddress"}}})
	samples["steps"] = Stepper("Set-up steps", []Step{{Label: "Choose your provider", Href: "/1", Done: true}, {Label: "Create the app <b>", Href: "/2", Current: true}, {Label: "Test the connection"}})
	samples["guide"] = Guide([]GuideStep{{Title: "Start a new app integration", Body: raw("<p>In Okta, go to <b>Applications</b>.</p>")},
		{Title: "Paste these values", Body: Pairs([]Pair{{Mark: "A", Term: "Single sign-on URL", Note: "also called ACS URL", Copy: copied("acs", "https://id.example/acs", "Copy single sign-on URL")}, {Term: "Format", Body: raw("<p>Unspecified</p>")}})}})
	samples["compare"] = Compare([]Pair{{Term: "We expect", Body: raw("<code>a</code>")}, {Term: "Okta sent", Body: raw("<code>a<mark>/acs</mark></code>")}})
	samples["tasks"] = templ.Join(Checklist([]Task{{Tone: OK, State: "Done", Title: "Domains", Note: "haldenmarine.example", Action: small("Manage", "/d")}, {State: "Not yet", Title: "Single sign-on", Note: "Not set up"}}),
		Checks([]Task{{Tone: Bad, State: "Failed", Title: "Audience doesn’t match", Note: "SAML-AUDIENCE"}, {Tone: OK, State: "Passed", Title: "Signature valid", Plain: true}}), Progress(4, 5), Progress(0, 0))
	samples["foot-actions"] = in(FootActions(Link{Label: "Back", Href: "/1"}), LinkButton(ButtonProps{Label: "Continue", Href: "/3", Kind: "primary", Size: "lg"}))
	nav := PortalNav(PortalNavProps{Items: []NavItem{{Label: "Overview", Href: "/portal", Icon: "home", Current: true}, {Label: "Domains", Href: "/portal/domains", Icon: "globe"}}, Support: raw("Questions?")})
	shell := PortalShellProps{Brand: Brand{Name: "Fieldnote"}, Organization: AvatarProps{ID: "org_1", Name: "Halden Marine"}, Until: noon.Add(6 * time.Hour), Now: noon,
		Leave: Post{Label: "Leave", Action: "/portal/leave"}, Side: nav, Toast: &ToastProps{Tone: OK, Title: "Domain added."}, Links: []Link{{Label: "Privacy", Href: "/privacy"}}, Small: "Secured by Gatehouse"}
	page := func(s PortalShellProps) templ.Component {
		return in(Page(PageProps{Lang: "en", Title: "Overview · Halden Marine on Fieldnote", SkipLabel: "Skip to content", NoIndex: true}),
			in(PortalShell(s), PortalHead(PortalHeadProps{Over: "Step 2 of 7", Title: "Halden Marine on Fieldnote", Lede: "Decide how your people sign in.", Actions: small("Add domain", "/d")})))
	}
	pages["page-portal-link"] = page(shell)
	shell.Who, shell.Banner, shell.Side = "Ines Halvorsen", in(Callout(CalloutProps{Tone: Warn, Title: "Your visit ends at 18:40"})), nil
	pages["page-portal-role"] = page(shell)
}

func copied(id, value, label string) *CopyBoxProps {
	c := copyBox(id, value, label)
	return &c
}
