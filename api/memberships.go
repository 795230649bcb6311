package api

import (
	"net/http"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/invitations"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/users"
)

type membershipBody struct {
	UserID         string `json:"user_id" api:"required"`
	OrganizationID string `json:"organization_id" api:"required"`
	roleBody
}

// roleBody is the role of a membership, in the singular or the plural.
type roleBody struct {
	RoleSlug  string   `json:"role_slug"`
	RoleSlugs []string `json:"role_slugs"`
}

var errManyRoles = problem.New(problem.Invalid, "multiple_roles_not_enabled", "A membership has one role.")

// slug is the one role, or empty where none is named.
func (b roleBody) slug() (string, error) {
	all := slices.Clone(b.RoleSlugs)
	if b.RoleSlug != "" && !slices.Contains(all, b.RoleSlug) {
		all = append(all, b.RoleSlug)
	}
	switch len(all) {
	case 0:
		return "", nil
	case 1:
		return all[0], nil
	}
	return "", errManyRoles
}

const membershipPath = "/user_management/organization_memberships"

func (h *Handler) membershipRoutes() []route {
	const tag = "Organization memberships"
	one := wire.OrganizationMembership{}
	return []route{
		{Method: http.MethodPost, Path: membershipPath, Tag: tag, Summary: "Make a person a member, in the role member where none is named. A deactivated membership comes back.",
			Body: membershipBody{}, Status: 201, Answer: one, Foreign: absentBody(`{"user_id":"{user}","organization_id":"{organization}"}`), run: createMembership},
		{Method: http.MethodGet, Path: membershipPath, Tag: tag, Summary: "List memberships of a person or of an organization; one of both must be named.", Paged: true, Status: 200, Answer: one,
			Query:   []param{{Name: "user_id", About: "Of that person."}, {Name: "organization_id", About: "Of that organization."}, {Name: "statuses", About: "active, inactive, pending; all if absent.", List: true}},
			Foreign: absentQuery("organization_id={organization}"), run: listMemberships},
		{Method: http.MethodGet, Path: membershipPath + "/:id", Tag: tag, Summary: "Get a membership.",
			Status: 200, Answer: one, Foreign: absent(theirMembership), run: getMembership},
		{Method: http.MethodPut, Path: membershipPath + "/:id", Tag: tag, Summary: "Give a member another role.",
			Body: roleBody{}, Status: 200, Answer: one, Foreign: absent(theirMembership), run: updateMembership},
		{Method: http.MethodDelete, Path: membershipPath + "/:id", Tag: tag, Summary: "End a membership for good, with its sessions.",
			Status: 200, Foreign: absent(theirMembership), run: deleteMembership},
		{Method: http.MethodPut, Path: membershipPath + "/:id/deactivate", Tag: tag, Summary: "End a membership for now, with its sessions.",
			Status: 200, Answer: one, Foreign: absent(theirMembership), run: deactivateMembership},
		{Method: http.MethodPut, Path: membershipPath + "/:id/reactivate", Tag: tag, Summary: "Bring a deactivated membership back.",
			Status: 200, Answer: one, Foreign: absent(theirMembership), run: reactivateMembership},
	}
}

func membershipWire(own *db.OrgTx, m *users.Membership) (wire.OrganizationMembership, error) {
	o, err := tenants.Get(own, own.Organization())
	if err != nil {
		return wire.OrganizationMembership{}, err
	}
	return m.Wire(o.Name), nil
}

func createMembership(c *call) error {
	var in membershipBody
	if err := c.decode(&in); err != nil {
		return err
	}
	user, err := required[id.User]("user_id", in.UserID)
	if err != nil {
		return err
	}
	org, err := required[id.Organization]("organization_id", in.OrganizationID)
	if err != nil {
		return err
	}
	role, err := in.slug()
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.enter(org, func(own *db.OrgTx) error {
			if _, err := tx.user(user); err != nil {
				return err // an organization's key does not see strangers
			}
			m, err := provision.AddMember(own, user, role)
			if err != nil {
				return err
			}
			w, err := membershipWire(own, m)
			a = made(w)
			return err
		})
		return a, err
	})
}

func listMemberships(c *call) error {
	q, err := c.memberQuery()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if err := tx.scope(&q); err != nil {
			return answer{}, err
		}
		rows, paging, err := users.ListMemberships(tx.rows, q)
		if err != nil {
			return answer{}, err
		}
		shown, err := users.MembershipWires(tx, rows)
		return list(shown, paging), err
	})
}

func (c *call) memberQuery() (q users.MemberQuery, err error) {
	if q.Page, err = c.page(); err != nil {
		return q, err
	}
	if text := c.query.Get("user_id"); text != "" {
		if q.User, err = parse[id.User](text); err != nil {
			return q, err
		}
	}
	if text := c.query.Get("organization_id"); text != "" {
		if q.Organization, err = parse[id.Organization](text); err != nil {
			return q, err
		}
	}
	for _, text := range c.query.List("statuses") {
		s := users.Status(text)
		if !slices.Contains([]users.Status{users.Active, users.Inactive, users.Pending}, s) {
			return q, invalid("statuses", "statuses are active, inactive and pending.")
		}
		q.Statuses = append(q.Statuses, s)
	}
	return q, nil
}

// scope holds a list of memberships to what the key sees: the operators'
// organization is no part of any.
func (r reach) scope(q *users.MemberQuery) error {
	if q.Organization != "" {
		if _, err := r.organization(q.Organization); err != nil {
			return err
		}
	}
	if _, ok := r.own(); ok {
		if q.User == "" {
			return nil
		}
		_, err := r.user(q.User)
		return err
	}
	system, _, err := tenants.SystemOrganization(r)
	q.Without = system
	return err
}

func getMembership(c *call) error {
	key, err := idOf[id.Membership](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		m, err := users.GetMembership(tx.rows, key)
		if err != nil {
			return answer{}, err
		}
		o, err := tx.organization(m.OrganizationID)
		if err != nil {
			return answer{}, err
		}
		return found(m.Wire(o.Name)), nil
	})
}

// changeMembership runs what changes one membership, in its organization.
func changeMembership(c *call, act func(*db.OrgTx, id.Membership) (*users.Membership, error)) error {
	key, err := idOf[id.Membership](c, "id")
	if err != nil {
		return err
	}
	locate := func(tx *db.AllTx) (id.Organization, error) { return users.LocateMembership(tx, key) }
	return c.change(func(tx reach) (answer, error) {
		a := empty(http.StatusOK)
		err := tx.holder(locate, func(own *db.OrgTx) error {
			m, err := act(own, key)
			if err != nil || m == nil {
				return err
			}
			w, err := membershipWire(own, m)
			a = found(w)
			return err
		})
		return a, err
	})
}

func updateMembership(c *call) error {
	var in roleBody
	if err := c.decode(&in); err != nil {
		return err
	}
	role, err := in.slug()
	if err != nil {
		return err
	}
	return changeMembership(c, func(tx *db.OrgTx, key id.Membership) (*users.Membership, error) {
		if role == "" {
			return users.GetMembership(tx, key)
		}
		return users.ChangeRole(tx, key, role)
	})
}

func deleteMembership(c *call) error {
	return changeMembership(c, func(tx *db.OrgTx, key id.Membership) (*users.Membership, error) {
		return nil, invitations.RemoveMember(tx, key)
	})
}

func deactivateMembership(c *call) error { return changeMembership(c, users.DeactivateMember) }

func reactivateMembership(c *call) error { return changeMembership(c, users.ReactivateMember) }
