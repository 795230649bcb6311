package api

import (
	"net/http"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
)

func (h *Handler) roleRoutes() []route {
	one, all := wire.Role{}, wire.WholeList[wire.Role]{}
	return []route{
		{Method: http.MethodGet, Path: "/authorization/roles", Tag: "Roles", Summary: "List the roles that every organization has.",
			Status: 200, Answer: all, Foreign: hidden(), run: listRoles},
		{Method: http.MethodGet, Path: "/authorization/roles/:slug", Tag: "Roles", Summary: "Get a role that every organization has.",
			Status: 200, Answer: one, Foreign: hidden(), run: getRole},
		{Method: http.MethodGet, Path: "/authorization/organizations/:organization/roles", Tag: "Roles", Summary: "List an organization's roles: its own and those of every organization.",
			Status: 200, Answer: all, Foreign: absent(theirOrganization), run: listOrganizationRoles},
		{Method: http.MethodGet, Path: "/authorization/organizations/:organization/roles/:slug", Tag: "Roles", Summary: "Get one of an organization's roles.",
			Status: 200, Answer: one, Foreign: absent(theirOrganization), run: getOrganizationRole},
		{Method: http.MethodGet, Path: "/organizations/:organization/roles", Tag: "Roles", Summary: "List an organization's roles, as older SDKs ask for them.",
			Status: 200, Answer: all, Foreign: absent(theirOrganization), run: listOrganizationRoles},
	}
}

func rolesOf(rows []tenants.Role) answer {
	return found(wire.WholeList[wire.Role]{Data: each(rows, tenants.Role.Wire)})
}

// shared are the roles of every organization, the highest first.
func (r reach) shared() ([]tenants.Role, error) {
	own, ok := r.own()
	if !ok {
		all, err := r.deployment()
		if err != nil {
			return nil, err
		}
		return tenants.DeploymentRoles(all)
	}
	rows, err := tenants.Roles(own)
	return slices.DeleteFunc(rows, func(role tenants.Role) bool { return role.OrganizationID != nil }), err
}

func bySlug(rows []tenants.Role, slug string) (answer, error) {
	for _, role := range rows {
		if role.Slug == slug {
			return found(role.Wire()), nil
		}
	}
	return answer{}, db.ErrNotFound
}

func listRoles(c *call) error {
	return c.read(func(tx reach) (answer, error) {
		rows, err := tx.shared()
		return rolesOf(rows), err
	})
}

func getRole(c *call) error {
	slug, err := c.segment("slug")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		rows, err := tx.shared()
		if err != nil {
			return answer{}, err
		}
		return bySlug(rows, slug)
	})
}

// organizationRoles reads an organization's roles and shows what show makes of them.
func organizationRoles(c *call, show func([]tenants.Role) (answer, error)) error {
	org, err := idOf[id.Organization](c, "organization")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (a answer, err error) {
		err = tx.enter(org, func(own *db.OrgTx) error {
			rows, err := tenants.Roles(own)
			if err != nil {
				return err
			}
			a, err = show(rows)
			return err
		})
		return a, err
	})
}

func listOrganizationRoles(c *call) error {
	return organizationRoles(c, func(rows []tenants.Role) (answer, error) { return rolesOf(rows), nil })
}

func getOrganizationRole(c *call) error {
	slug, err := c.segment("slug")
	if err != nil {
		return err
	}
	return organizationRoles(c, func(rows []tenants.Role) (answer, error) { return bySlug(rows, slug) })
}
