package portal

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/portal"
	"gatehouse/tenants"
	"gatehouse/web/hosted"
	"gatehouse/web/ui"
)

// frame is what stands around a page of the portal. It holds plain values, so
// that the gallery can make one.
type frame struct {
	title      string
	failed     bool // a form on the page was refused
	theme      string
	stylesheet string // of the organization's brand
	service    string // the deployment's name
	success    string // where the application wants people who are done; empty: nowhere
	now        time.Time
	refresh    ui.Refresh
	shell      ui.PortalShellProps
}

// frame is the frame of a page: its title, and the section that it belongs to.
func (v *visit) frame(title, section string) frame {
	look := v.h.look(v.Context, v.org)
	f := frame{title: title, theme: v.h.theme(v.Context), stylesheet: look.Stylesheet, service: v.h.Name, success: deref(v.session.SuccessURL), now: v.now}
	f.shell = ui.PortalShellProps{Brand: ui.Brand{Name: v.h.Name}, Organization: mark(v.org, look), Until: v.session.ExpiresAt, Now: v.now,
		Leave: ui.Post{Label: "Leave", Action: pathLeave}, Banner: v.banner(), Toast: v.news()}
	if v.user != nil {
		f.shell.Who = v.user.DisplayName()
	}
	f.shell.Side = ui.PortalNav(ui.PortalNavProps{Items: v.navigation(section), Support: support(supportProps{
		url: look.SupportURL, organization: string(v.org.ID), service: v.h.Name, back: deref(v.session.ReturnURL)})})
	f.shell.Links, f.shell.Small = footer(look)
	return f
}

// beside puts something else at the side: a wizard's steps.
func (f frame) beside(side templ.Component) frame {
	f.shell.Side = side
	return f
}

// fail marks the page as the answer to a form that was refused.
func (f frame) fail(wrong faults) frame {
	f.failed = f.failed || len(wrong) > 0
	return f
}

func (f frame) window() string {
	title := f.title + " · " + f.shell.Organization.Name + " on " + f.service
	if f.failed {
		return "Error: " + title
	}
	return title
}

func (f frame) page() ui.PageProps {
	return ui.PageProps{Lang: "en", Title: f.window(), Theme: f.theme, BrandStylesheet: f.stylesheet, SkipLabel: "Skip to content", NoIndex: true, Refresh: f.refresh}
}

// navigation are the sections that the visit has.
func (v *visit) navigation(current string) []ui.NavItem {
	var items []ui.NavItem
	for _, s := range sections {
		href := s.href
		if c := v.session.ConnectionID; c != nil && len(s.scopes) > 0 && v.session.Has(s.scopes...) {
			href = s.href + "/" + string(*c)
		} else if !v.has(s.scopes...) || !hasPage(s.href) {
			continue
		}
		items = append(items, ui.NavItem{Label: s.label, Href: href, Icon: s.icon, Current: s.href == current})
	}
	return items
}

// banner offers to make a visit longer that is about to end.
func (v *visit) banner() templ.Component {
	left := v.session.ExpiresAt.Sub(v.now)
	if v.user != nil || left > bannerBefore {
		return nil
	}
	return endingBanner(v.session.Extendable, v.session.ExpiresAt, v.now)
}

func (h *Handler) theme(c echo.Context) string {
	if theme := h.Jar.Get(c.Request(), browser.Theme); theme == "light" || theme == "dark" {
		return theme
	}
	return ""
}

// look is how the organization's pages look. One that cannot be read is the
// default: a look must not hold up a page.
func (h *Handler) look(c echo.Context, org *tenants.Organization) hosted.Brand {
	b, err := h.Login.BrandOf(c, org.ID)
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "an organization's look cannot be read", "organization", org.ID, "error", err)
	}
	return b
}

func mark(org *tenants.Organization, look hosted.Brand) ui.AvatarProps {
	return ui.AvatarProps{ID: string(org.ID), Name: org.Name, Logo: look.LogoURL}
}

// footer are the links of small print.
func footer(look hosted.Brand) (links []ui.Link, small string) {
	for _, l := range []ui.Link{{Label: "Privacy", Href: look.PrivacyURL}, {Label: "Terms", Href: look.TermsURL}} {
		if l.Href != "" {
			links = append(links, l)
		}
	}
	if look.SecuredBy {
		small = "Secured by Gatehouse"
	}
	return links, small
}

// plainFrame is the frame of a page outside a visit: one column, no sections.
type plainFrame struct {
	title, theme, stylesheet, service string
	now                               time.Time
	links                             []ui.Link
	small                             string
}

func (h *Handler) plain(c echo.Context, title string) plainFrame {
	return plainFrame{title: title, theme: h.theme(c), service: h.Name, now: h.DB.Now().UTC(), small: "Secured by Gatehouse"}
}

// branded is plain in the look of an organization.
func (h *Handler) branded(c echo.Context, title string, org *tenants.Organization) (plainFrame, ui.AvatarProps) {
	f, look := h.plain(c, title), h.look(c, org)
	f.stylesheet = look.Stylesheet
	f.links, f.small = footer(look)
	return f, mark(org, look)
}

func (f plainFrame) layout() ui.LoginLayoutProps {
	return ui.LoginLayoutProps{Brand: ui.Brand{Name: f.service}, Links: f.links, Small: f.small}
}

// scopeNames are the sections as sentences name them.
var scopeNames = map[portal.Scope]string{
	portal.SSO: "single sign-on", portal.Domains: "domains", portal.Certificates: "certificates of single sign-on",
	portal.Directory: "directory", portal.AuditLog: "audit log", portal.LogStream: "log streams",
}

// allows is what a link opens, in words: the sections that there are pages for.
func allows(l *portal.Link) string {
	var names []string
	for _, s := range l.Scopes {
		part := s == portal.Certificates && slices.Contains(l.Scopes, portal.SSO) // of what is named already
		if !part && (opens(s) || len(l.Scopes) == 1) {
			names = append(names, scopeNames[s])
		}
	}
	if len(names) == 0 {
		return "The overview"
	}
	words := strings.Join(names, ", ")
	if l.ConnectionID != nil {
		words += ", of one connection"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// opens reports whether the portal has a page for the section.
func opens(s portal.Scope) bool {
	return slices.ContainsFunc(routes(), func(r route) bool { return slices.Contains(r.scopes, s) })
}
