package dashboard

import (
	"slices"

	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// role is an operator's role in the system organization.
type role string

// The roles. Developer and support stand beside one another: neither may do
// what the other may.
const (
	owner     role = tenants.OwnerRole
	admin     role = tenants.AdminRole
	developer role = tenants.DeveloperRole
	support   role = tenants.SupportRole
	viewer    role = tenants.ViewerRole
)

// teamRole is a role and what it can do.
type teamRole struct {
	role  role
	name  string
	means string
}

// teamRoles are the roles, the mightiest first.
var teamRoles = []teamRole{
	{owner, "Owner", "Everything, and who else is an owner."},
	{admin, "Admin", "Everything except owners."},
	{developer, "Developer", "Applications and API keys. Sees the rest."},
	{support, "Support", "People's sessions, second steps and bans. Sees the rest."},
	{viewer, "Viewer", "Sees everything, changes nothing."},
}

// may reports whether somebody with the role r may do what asks for least.
func (r role) may(least role) bool {
	switch r {
	case owner:
		return true
	case admin:
		return least != owner
	case developer, support, viewer:
		return least == r || least == viewer
	}
	return false
}

func (r role) valid() bool {
	return slices.ContainsFunc(teamRoles, func(t teamRole) bool { return t.role == r })
}

func (r role) name() string {
	for _, t := range teamRoles {
		if t.role == r {
			return t.name
		}
	}
	return string(r)
}

// options are the roles that somebody with the role r may give.
func (r role) options() []ui.Option {
	var options []ui.Option
	for _, t := range teamRoles {
		if t.role != owner || r == owner {
			options = append(options, ui.Option{Value: string(t.role), Label: t.name + ": " + t.means})
		}
	}
	return options
}
