package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
	"gatehouse/users"
)

// policyBody is a whole policy: what it does not name is not asked for.
type policyBody wire.OrganizationPolicy

func (h *Handler) policyRoutes() []route {
	one := wire.OrganizationPolicy{}
	return []route{
		{Method: http.MethodGet, Path: "/organizations/:id/policy", Tag: "Organizations", Summary: "Get what an organization asks of those who sign in to it.",
			Status: 200, Answer: one, Foreign: absent(theirOrganization), run: getPolicy},
		{Method: http.MethodPut, Path: "/organizations/:id/policy", Tag: "Organizations", Summary: "Replace what an organization asks of those who sign in to it. Sessions that no longer meet it end at their next refresh.",
			Body: policyBody{}, Status: 200, Answer: one, Foreign: absent(theirOrganization), run: setPolicy},
	}
}

func getPolicy(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if _, err := tx.organization(org); err != nil {
			return answer{}, err
		}
		p, err := tenants.GetPolicy(tx.rows, org)
		return found(p), err
	})
}

func setPolicy(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	var in policyBody
	if err := c.decode(&in); err != nil {
		return err
	}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.enter(org, func(own *db.OrgTx) error {
			p, err := users.SetPolicy(own, tenants.Policy(in))
			a = found(p)
			return err
		})
		return a, err
	})
}
