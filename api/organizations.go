package api

import (
	"net/http"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/lifecycle"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// domainData is a domain of an organization that is made or changed.
type domainData struct {
	Domain string `json:"domain" api:"required"`
	State  string `json:"state"`
}

// organizationBody is what POST and PUT read. The deprecated "domains" are
// claims: they wait for their proof.
type organizationBody struct {
	Name                             Maybe[string]       `json:"name"`
	DomainData                       Maybe[[]domainData] `json:"domain_data"`
	Domains                          Maybe[[]string]     `json:"domains"`
	ExternalID                       Maybe[string]       `json:"external_id"`
	StripeCustomerID                 Maybe[string]       `json:"stripe_customer_id"`
	AllowProfilesOutsideOrganization Maybe[bool]         `json:"allow_profiles_outside_organization"`
	Metadata                         metadata            `json:"metadata"`
}

func (h *Handler) organizationRoutes() []route {
	one := wire.Organization{}
	return []route{
		{Method: http.MethodPost, Path: "/organizations", Tag: "Organizations", Summary: "Make an organization.",
			Body: organizationBody{}, Needs: []string{"name"}, Status: 201, Answer: one, Deployment: true, Foreign: refused(`{"name":"Halden"}`), run: createOrganization},
		{Method: http.MethodGet, Path: "/organizations", Tag: "Organizations", Summary: "List organizations.", Paged: true, Status: 200, Answer: one,
			Query:   []param{{Name: "domains", About: "That have, or claim, one of these domains.", List: true}, {Name: "search", About: "Within the name."}},
			Foreign: hidden(), run: listOrganizations},
		{Method: http.MethodGet, Path: "/organizations/:id", Tag: "Organizations", Summary: "Get an organization.",
			Status: 200, Answer: one, Foreign: absent(theirOrganization), run: getOrganization},
		{Method: http.MethodGet, Path: "/organizations/external_id/:external_id", Tag: "Organizations", Summary: "Get an organization by your own id for it.",
			Status: 200, Answer: one, Foreign: absent(theirExternalID), run: getOrganizationByExternalID},
		{Method: http.MethodPut, Path: "/organizations/:id", Tag: "Organizations", Summary: "Change an organization: members that are not sent stay, domain_data replaces the set.",
			Body: organizationBody{}, Status: 200, Answer: one, Foreign: absent(theirOrganization), run: updateOrganization},
		{Method: http.MethodDelete, Path: "/organizations/:id", Tag: "Organizations", Summary: "Delete an organization and all that is its own. Its people keep their accounts.",
			Status: 202, Foreign: absent(theirOrganization), run: deleteOrganization},
		{Method: http.MethodPost, Path: "/organizations/:id/sessions/revoke_all", Tag: "Organizations", Summary: "End every session that is in the organization.",
			Status: 204, Foreign: absent(theirOrganization), run: revokeOrganizationSessions},
	}
}

func createOrganization(c *call) error {
	var in organizationBody
	if err := c.decode(&in); err != nil {
		return err
	}
	n := tenants.New{ExternalID: in.ExternalID.Value, StripeCustomerID: in.StripeCustomerID.Value,
		AllowProfilesOutsideOrganization: value(in.AllowProfilesOutsideOrganization.Value), Metadata: in.Metadata.plain(), Name: value(in.Name.Value)}
	if n.Name == "" {
		return missing("name")
	}
	if first := in.domains(); first != nil {
		n.Domains = *first
	}
	return c.change(func(tx reach) (answer, error) {
		o, err := tenants.Create(tx.Tx, n)
		if err != nil {
			return answer{}, err
		}
		w, err := tx.organizationWire(o)
		return made(w), err
	})
}

// domains are those that a body names, nil where it names none.
func (b organizationBody) domains() *[]tenants.NewDomain {
	var out []tenants.NewDomain
	switch {
	case b.DomainData.Sent:
		for _, d := range value(b.DomainData.Value) {
			out = append(out, tenants.NewDomain{Domain: d.Domain, State: tenants.DomainState(d.State)})
		}
	case b.Domains.Sent:
		for _, name := range value(b.Domains.Value) {
			out = append(out, tenants.NewDomain{Domain: name, State: tenants.Pending})
		}
	default:
		return nil
	}
	return &out
}

// organizationWire is an organization with its domains.
func (r reach) organizationWire(o *tenants.Organization) (wire.Organization, error) {
	all, err := tenants.Domains(r.rows, o.ID)
	return o.Wire(all), err
}

func listOrganizations(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		rows, paging, err := tenants.List(tx.rows, tenants.ListQuery{Domains: c.query.List("domains"), Search: c.query.Get("search"), Page: page})
		if err != nil {
			return answer{}, err
		}
		shown, err := tenants.Wires(tx.rows, rows)
		return list(shown, paging), err
	})
}

func getOrganization(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		o, err := tx.organization(org)
		if err != nil {
			return answer{}, err
		}
		w, err := tx.organizationWire(o)
		return found(w), err
	})
}

func getOrganizationByExternalID(c *call) error {
	external, err := c.segment("external_id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		o, err := tenants.GetByExternalID(tx, external)
		if err == nil {
			_, err = tx.organization(o.ID)
		}
		if err != nil {
			return answer{}, err
		}
		w, err := tx.organizationWire(o)
		return found(w), err
	})
}

func updateOrganization(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	var in organizationBody
	if err := c.decode(&in); err != nil {
		return err
	}
	change := tenants.Change{Name: in.Name.Value, ExternalID: in.ExternalID.change(), StripeCustomerID: in.StripeCustomerID.change(),
		AllowProfilesOutsideOrganization: in.AllowProfilesOutsideOrganization.Value,
		ClearMetadata:                    in.Metadata.clear(), Metadata: in.Metadata.values, Domains: in.domains()}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.enter(org, func(own *db.OrgTx) error {
			if _, restricted := tx.own(); restricted && in.beyondOrganization() {
				return errDeploymentKey
			}
			o, err := users.UpdateOrganization(own, change)
			if err != nil {
				return err
			}
			w, err := reach{own.Tx, own}.organizationWire(o)
			a = found(w)
			return err
		})
		return a, err
	})
}

// beyondOrganization reports whether a change is the deployment's to make: its
// own ids for the organization, and its word for a domain.
func (b organizationBody) beyondOrganization() bool {
	verified := func(d domainData) bool { return d.State != "" && d.State != string(tenants.Pending) }
	return b.ExternalID.Sent || b.StripeCustomerID.Sent || b.AllowProfilesOutsideOrganization.Sent ||
		slices.ContainsFunc(value(b.DomainData.Value), verified)
}

func deleteOrganization(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		if _, err := tx.organization(org); err != nil {
			return answer{}, err
		}
		all, err := tx.deployment()
		if err != nil {
			return answer{}, err
		}
		return empty(http.StatusAccepted), lifecycle.DeleteOrganization(all.Tx, org)
	})
}

func revokeOrganizationSessions(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		return empty(http.StatusNoContent), tx.enter(org, func(own *db.OrgTx) error {
			return sessions.EndForOrganization(own, sessions.Revoked)
		})
	})
}

func value[T any](p *T) T {
	var none T
	if p == nil {
		return none
	}
	return *p
}
