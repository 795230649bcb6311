package dashboard

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/browser"
	"gatehouse/web/ui"
)

// frame is what stands around a page.
type frame struct {
	title   string
	failed  bool // a form on the page was refused
	theme   string
	section string // the address of its item in the navigation
	refresh ui.Refresh
	crumbs  []ui.Link
	news    *ui.ToastProps
	side    ui.SideNavProps
	v       *visit
}

// frame is the frame of a page: its title, the section that it belongs to, and
// the way there from the section.
func (v *visit) frame(title, section string, way ...ui.Link) frame {
	f := v.bareFrame(title, section, way...)
	f.theme, f.news = v.theme(), v.news()
	return f
}

// bareFrame is a frame without what the request's cookies say.
func (v *visit) bareFrame(title, section string, way ...ui.Link) frame {
	f := frame{title: title, section: section, v: v}
	if name := sectionName(section); name != "" && section != "/admin" && name != title {
		f.crumbs = append(f.crumbs, ui.Link{Label: name, Href: section})
	}
	f.crumbs = append(append(f.crumbs, way...), ui.Link{Label: title})
	f.side = ui.SideNavProps{Deployment: v.h.Name, Environment: capital(v.h.Environment), Home: "/admin", Groups: v.navigation(section),
		Person: ui.Person{ID: string(v.user.ID), Name: v.user.DisplayName(), Role: v.role.name(), Href: "/account",
			SignOut: &ui.Post{Label: "Sign out", Action: "/logout"}}}
	return f
}

func (v *visit) theme() string {
	if theme := v.h.Jar.Get(v.Request(), browser.Theme); theme == "light" || theme == "dark" {
		return theme
	}
	return ""
}

// fail marks the page as the answer to a form that was refused.
func (f frame) fail(wrong faults) frame {
	f.failed = len(wrong) > 0
	return f
}

func (f frame) window() string {
	title := f.title + " · " + f.v.h.Name
	if f.failed {
		return "Error: " + title
	}
	return title
}

func (f frame) shell() ui.ShellProps {
	return ui.ShellProps{Side: f.side, Crumbs: f.crumbs, Search: ui.Link{Href: "/admin/search"}, Toast: f.news}
}

// may reports whether the reader may do what asks for least: buttons that lead
// to a refusal are not drawn.
func (f frame) may(least role) bool { return f.v.role.may(least) }

var sections = []ui.NavGroup{
	{Items: []ui.NavItem{{Label: "Overview", Href: "/admin", Icon: "home"}}},
	{Title: "Customers", Items: []ui.NavItem{
		{Label: "Organizations", Href: "/admin/organizations", Icon: "org", Key: "o"},
		{Label: "Users", Href: "/admin/users", Icon: "users", Key: "u"},
	}},
	{Title: "Access", Items: []ui.NavItem{{Label: "Connections", Href: connectionsHome, Icon: "link"}, {Label: "Directories", Href: directoriesHome, Icon: "sync"}}},
	{Title: "Build", Items: []ui.NavItem{
		{Label: "Applications", Href: "/admin/applications", Icon: "app"},
		{Label: "API keys", Href: "/admin/api-keys", Icon: "key"},
		{Label: "Events", Href: eventsHome, Icon: "calendar"},
		{Label: "Webhooks", Href: webhooksHome, Icon: "hook"},
	}},
	{Title: "Monitor", Items: []ui.NavItem{
		{Label: "Audit log", Href: "/admin/audit-log", Icon: "list", Key: "a"},
		{Label: "Log streams", Href: streamsHome, Icon: "stream"},
		{Label: "Jobs", Href: jobsHome, Icon: "job"},
	}},
	{Title: "Deployment", Items: []ui.NavItem{{Label: "Team", Href: "/admin/team", Icon: "team"}, {Label: "Settings", Href: settingsHome, Icon: "gear"}}},
}

// keptMails is the way to what development keeps instead of sending it.
var keptMails = ui.NavItem{Label: "Mail", Href: "/admin/mail", Icon: "mail"}

// navigation are the sections, with those that only some may open.
func (v *visit) navigation(current string) []ui.NavGroup {
	groups := make([]ui.NavGroup, len(sections))
	for i, g := range sections {
		groups[i] = ui.NavGroup{Title: g.Title}
		for _, item := range g.Items {
			if item.Href != settingsHome || v.role.may(admin) {
				groups[i].Items = append(groups[i].Items, item)
			}
		}
		if g.Title == "Monitor" && v.h.Environment == developmentName && v.role.may(owner) {
			groups[i].Items = append(groups[i].Items, keptMails)
		}
		for j := range groups[i].Items {
			groups[i].Items[j].Current = groups[i].Items[j].Href == current
		}
	}
	return groups
}

func sectionName(href string) string {
	if href == keptMails.Href {
		return keptMails.Label
	}
	for _, g := range sections {
		for _, item := range g.Items {
			if item.Href == href {
				return item.Label
			}
		}
	}
	return ""
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + strings.TrimPrefix(s, s[:size])
}

// stranger is the page's frame for somebody who is no operator: no navigation.
type stranger struct{ theme, name, email string }

func (v *visit) stranger() stranger {
	return stranger{theme: v.theme(), name: v.h.Name, email: v.user.Email}
}
