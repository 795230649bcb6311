package dashboard

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// State is a page of the dashboard as the gallery shows it.
type State struct {
	Name   string
	Render func(Look) templ.Component
}

// Look is how it is looked at.
type Look struct{ Theme string }

// noon is the moment at which all this happens.
var noon = time.Date(2026, 11, 22, 12, 24, 0, 0, time.UTC)

// sampleLong is a company as registers know them: names wrap, and tables cut them.
const sampleLong = "Nordfriesische Schiffsausrüstungs- und Bergungsgesellschaft mbH."

// States are pages of the dashboard in every state.
func States() []State {
	return slices.Concat(directoryStates, directoryPeopleStates, logStates, outgoingStates)
}

// sampleVisit is Priya's, in a team role.
func sampleVisit(r role) *visit {
	first, last := "Priya", "Raghunathan"
	return &visit{h: &Handler{Name: "Fieldnote", Environment: "production", Origin: "https://auth.fieldnote.example"}, now: noon, role: r,
		user: &users.User{ID: "user_01J9PRIYA", Email: "priya@fieldnote.example", FirstName: &first, LastName: &last}}
}

func sampleFrame(l Look, r role, title, section string, way ...ui.Link) frame {
	f := sampleVisit(r).bareFrame(title, section, way...)
	f.theme = l.Theme
	return f
}

func sampleOrganization() *tenants.Organization {
	return &tenants.Organization{ID: "org_01J9HALDEN", Name: "Halden Marine", CreatedAt: noon.AddDate(0, -8, 0), UpdatedAt: noon.AddDate(0, -1, 0)}
}

// before is a moment before noon.
func before(d time.Duration) *time.Time {
	at := noon.Add(-d)
	return &at
}
