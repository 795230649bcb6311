package gallery

import (
	"github.com/a-h/templ"

	"gatehouse/web/dashboard"
)

// dashboardPages are the operators', of directories.
func dashboardPages() []Entry {
	var pages []Entry
	for _, s := range dashboard.States() {
		pages = append(pages, Entry{Name: s.Name, Render: func(at Setting) templ.Component { return s.Render(dashboard.Look{Theme: at.Theme}) }})
	}
	return pages
}
