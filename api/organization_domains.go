package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
	"gatehouse/users"
)

type domainBody struct {
	OrganizationID string `json:"organization_id" api:"required"`
	Domain         string `json:"domain" api:"required"`
}

func (h *Handler) domainRoutes() []route {
	one := wire.OrganizationDomain{}
	return []route{
		{Method: http.MethodPost, Path: "/organization_domains", Tag: "Organization domains", Summary: "Claim a domain for an organization. It is pending until its DNS record is found.",
			Body: domainBody{}, Status: 201, Answer: one, Foreign: absentBody(`{"organization_id":"{organization}","domain":"claimed.example"}`), run: createDomain},
		{Method: http.MethodGet, Path: "/organization_domains/:id", Tag: "Organization domains", Summary: "Get a domain.",
			Status: 200, Answer: one, Foreign: absent(theirDomain), run: getDomain},
		{Method: http.MethodDelete, Path: "/organization_domains/:id", Tag: "Organization domains", Summary: "Take a domain from its organization.",
			Status: 204, Foreign: absent(theirDomain), run: deleteDomain},
		{Method: http.MethodPost, Path: "/organization_domains/:id/verify", Tag: "Organization domains", Summary: "Look for a domain's DNS record as soon as possible. The answer is the domain as it is now; a claim that had failed is pending again.",
			Status: 201, Answer: one, Foreign: absent(theirDomain), run: verifyDomain},
	}
}

func createDomain(c *call) error {
	var in domainBody
	if err := c.decode(&in); err != nil {
		return err
	}
	org, err := required[id.Organization]("organization_id", in.OrganizationID)
	if err != nil {
		return err
	}
	if in.Domain == "" {
		return missing("domain")
	}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.enter(org, func(own *db.OrgTx) error {
			d, err := tenants.AddDomain(own, in.Domain, tenants.Pending)
			if err != nil {
				return err
			}
			a = made(d.Wire())
			return nil
		})
		return a, err
	})
}

func getDomain(c *call) error {
	domain, err := idOf[id.OrganizationDomain](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		d, err := tenants.GetDomain(tx.rows, domain)
		if err != nil {
			return answer{}, err
		}
		_, err = tx.organization(d.OrganizationID)
		return found(d.Wire()), err
	})
}

func deleteDomain(c *call) error {
	domain, err := idOf[id.OrganizationDomain](c, "id")
	if err != nil {
		return err
	}
	locate := func(tx *db.AllTx) (id.Organization, error) { return tenants.LocateDomainOwner(tx, domain) }
	return c.change(func(tx reach) (answer, error) {
		return empty(http.StatusNoContent), tx.holder(locate, func(own *db.OrgTx) error { return users.DeleteDomain(own, domain) })
	})
}

func verifyDomain(c *call) error {
	domain, err := idOf[id.OrganizationDomain](c, "id")
	if err != nil {
		return err
	}
	locate := func(tx *db.AllTx) (id.Organization, error) { return tenants.LocateDomainOwner(tx, domain) }
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.holder(locate, func(own *db.OrgTx) error {
			d, err := tenants.AskDomainCheck(own, domain)
			if err != nil {
				return err
			}
			a = made(d.Wire())
			return nil
		})
		return a, err
	})
}
