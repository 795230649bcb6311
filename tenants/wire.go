package tenants

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Wire is the organization as the management API shows it.
func (o Organization) Wire(domains []Domain) wire.Organization {
	w := wire.Organization{
		ID: o.ID, Name: o.Name, ExternalID: o.ExternalID, Metadata: o.Metadata, StripeCustomerID: o.StripeCustomerID,
		AllowProfilesOutsideOrganization: o.AllowProfilesOutsideOrganization,
		CreatedAt:                        wire.At(o.CreatedAt), UpdatedAt: wire.At(o.UpdatedAt),
	}
	for _, d := range domains {
		if d.OrganizationID == o.ID {
			w.Domains = append(w.Domains, d.Wire())
		}
	}
	return w
}

// Wire is the domain as the management API shows it.
func (d Domain) Wire() wire.OrganizationDomain {
	return wire.OrganizationDomain{
		ID: d.ID, OrganizationID: d.OrganizationID, Domain: d.Domain, State: string(d.State),
		VerificationStrategy: string(d.VerificationStrategy), VerificationToken: text(d.VerificationToken),
		VerificationPrefix: text(d.VerificationPrefix), CreatedAt: wire.At(d.CreatedAt), UpdatedAt: wire.At(d.UpdatedAt),
	}
}

// Wire is the role as the management API shows it.
func (r Role) Wire() wire.Role {
	kind := wire.EnvironmentRole
	if r.OrganizationID != nil {
		kind = wire.OrganizationRole
	}
	return wire.Role{
		ID: r.ID, Slug: r.Slug, Name: r.Name, Description: r.Description, Type: kind, ResourceTypeSlug: "organization",
		CreatedAt: wire.At(r.CreatedAt), UpdatedAt: wire.At(r.UpdatedAt),
	}
}

// Wires are organizations with their domains, as lists show them.
func Wires(tx db.OwnedScope, list []Organization) ([]wire.Organization, error) {
	ids := make([]id.Organization, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	out := make([]wire.Organization, 0, len(list))
	if len(list) == 0 {
		return out, nil
	}
	all, err := Domains(tx, ids...)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		out = append(out, o.Wire(all))
	}
	return out, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
