package gallery

import (
	"github.com/a-h/templ"

	"gatehouse/web/portal"
)

// portalPages are the self-serve portal's, in a customer's look.
func portalPages() []Entry {
	var pages []Entry
	for _, s := range portal.States() {
		pages = append(pages, Entry{Name: s.Name, Render: func(at Setting) templ.Component {
			return s.Render(portal.Look{Theme: at.Theme, Stylesheet: stylesheetURL()})
		}})
	}
	return pages
}
