package gallery

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"gatehouse/web/hosted"
)

var rows = []hosted.OrganizationRow{
	{ID: "org_01", Name: "Halden Marine", Role: "Admin", LastUsed: noon.Add(-3 * time.Minute)},
	{ID: "org_02", Name: "Osterberg & Söhne Versicherungsmakler und Beteiligungsgesellschaft mbH", Role: "Viewer"},
	{ID: "org_03", Name: "Kestrel Logistics", Locked: hosted.LockedSSO},
	{ID: "org_04", Name: "Tamarind Labs", Invited: true, InvitedBy: "Noor Hadid"},
}

// offers are what a person may come into.
var offers = []hosted.OrganizationRow{
	{ID: "org_04", Name: "Tamarind Labs", Invited: true, InvitedBy: "Noor Hadid"},
	{ID: "org_05", Name: "Nordby Kraft", Locked: hosted.LockedMethod},
	{ID: "org_06", Name: "Halden Marine", Domain: "haldenmarine.example"},
}

var invitation = hosted.InvitationPage{Action: "/invite/token", Inviter: "Ines Halvorsen", InviterEmail: ines.Email, Organization: "Halden Marine",
	Role: "Admin", Email: "sofie@haldenmarine.example", Expires: noon.Add(7 * 24 * time.Hour), SignUp: true}

func invited(s Setting, change func(*hosted.InvitationPage)) hosted.InvitationPage {
	p := invitation
	p.Frame = branded(s)
	change(&p)
	return p
}

var organizations = []Entry{
	{"hosted-organizations", func(s Setting) templ.Component { return picker(s, rows, len(rows), "") }},
	{"hosted-organizations-many", func(s Setting) templ.Component { return picker(s, many(), 23, "") }},
	{"hosted-organizations-found", func(s Setting) templ.Component { return picker(s, rows[:1], 23, "halden") }},
	{"hosted-organizations-none-found", func(s Setting) templ.Component { return picker(s, nil, 23, "zzz") }},
	{"hosted-organizations-gone", func(s Setting) templ.Component {
		p := picker(s, rows, len(rows), "")
		p.Problems = []hosted.Problem{{Code: hosted.ProblemOrganizationGone}}
		return p
	}},
	{"hosted-organizations-empty", func(s Setting) templ.Component { return picker(s, nil, 0, "") }},
	{"hosted-organizations-offers", func(s Setting) templ.Component {
		p := picker(s, offers, len(offers), "")
		p.Skip = true
		return p
	}},
	{"hosted-invitation", func(s Setting) templ.Component { return invited(s, func(*hosted.InvitationPage) {}) }},
	{"hosted-invitation-mine", func(s Setting) templ.Component {
		return invited(s, func(p *hosted.InvitationPage) {
			p.Person, p.Mine = hosted.Person{Name: "Sofie Berg", Email: p.Email}, true
		})
	}},
	{"hosted-invitation-other", func(s Setting) templ.Component { return invited(s, func(p *hosted.InvitationPage) { p.Person = ines }) }},
	{"hosted-invitation-plain", func(s Setting) templ.Component {
		return invited(s, func(p *hosted.InvitationPage) {
			p.Frame, p.Organization, p.Inviter, p.InviterEmail, p.Role, p.SignUp = plain(s), "", "", "", "", false
			p.Email = long.Email
		})
	}},
	{"hosted-invitation-signup", func(s Setting) templ.Component {
		return hosted.SignUpPage{Frame: branded(s), Action: "/login/signup", SignInURL: "/login", Email: invitation.Email, Fixed: true}
	}},
	{"hosted-invitation-signin", func(s Setting) templ.Component {
		return hosted.IdentifierPage{Frame: branded(s), Action: "/login", Email: invitation.Email, Fixed: true, SignUpURL: "/login/signup"}
	}},
	{"hosted-organizations-new", func(s Setting) templ.Component {
		return hosted.CreateOrganizationPage{Frame: branded(s), Action: "/login/organizations/new", BackURL: "/login/organizations"}
	}},
	{"hosted-organizations-new-error", func(s Setting) templ.Component {
		return hosted.CreateOrganizationPage{Frame: plain(s), Action: "/login/organizations/new", Name: "Halden Marine",
			Problems: []hosted.Problem{{Field: hosted.FieldOrganizationName, Code: hosted.ProblemNameTaken}}}
	}},
}

func many() []hosted.OrganizationRow {
	all := append([]hosted.OrganizationRow{}, rows...)
	for i := range 19 {
		all = append(all, hosted.OrganizationRow{
			ID: fmt.Sprintf("org_%d", 10+i), Name: fmt.Sprintf("Shipyard %d", i+1),
			LastUsed: noon.Add(-time.Duration(i*i) * 7 * time.Hour),
		})
	}
	return all
}

func picker(s Setting, rows []hosted.OrganizationRow, total int, search string) hosted.OrganizationPickerPage {
	return hosted.OrganizationPickerPage{
		Frame: branded(s), Action: "/login/organizations", Person: ines, SearchURL: "/login/organizations?flow=f1", Search: search,
		Total: total, Organizations: rows, CreateURL: "/login/organizations/new", SwitchURL: "/login?prompt=login", Now: noon,
	}
}
