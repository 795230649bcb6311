package gallery

import (
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
)

// Entry is one page in one state.
type Entry struct {
	Name   string // area, page and state: hosted-password-mismatch
	Render func(Setting) templ.Component
}

// English reports whether the page has one language: the portal's and the
// dashboard's have.
func (e Entry) English() bool {
	return strings.HasPrefix(e.Name, "portal-") || strings.HasPrefix(e.Name, "dashboard-")
}

// Setting is how a page is looked at.
type Setting struct {
	Lang  i18n.Language
	Theme string // "light", "dark", or "" for the system's
}

// Pages is every page in every state.
func Pages() []Entry {
	var all []Entry
	for _, area := range [][]Entry{signIn, steps, seconds, signUp, organizations, account, signOut, devices, errorPages(), portalPages(), dashboardPages()} {
		all = append(all, area...)
	}
	return all
}
