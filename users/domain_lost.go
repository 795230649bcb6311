package users

import (
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
)

// DeleteDomain takes a domain from the transaction's organization, whose
// provider vouches for nobody of it any more.
func DeleteDomain(tx *db.OrgTx, domain id.OrganizationDomain) error {
	d, err := tenants.GetDomain(tx, domain)
	if err != nil {
		return err
	}
	if err := tenants.DeleteDomain(tx, domain); err != nil {
		return err
	}
	return LoseDomain(tx, d.Domain)
}

// UpdateOrganization changes the transaction's organization. Of domains that it
// does not hold afterwards its provider vouches for nobody.
func UpdateOrganization(tx *db.OrgTx, c tenants.Change) (*tenants.Organization, error) {
	var before []tenants.Domain
	var err error
	if c.Domains != nil {
		if before, err = tenants.Domains(tx); err != nil {
			return nil, err
		}
	}
	o, err := tenants.Update(tx, c)
	if err != nil {
		return nil, err
	}
	for _, d := range before {
		if d.State != tenants.Verified {
			continue
		}
		if held, err := tenants.HoldsDomain(tx, d.Domain); err != nil || held {
			if err != nil {
				return nil, err
			}
			continue
		}
		if err := LoseDomain(tx, d.Domain); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// LoseDomain makes guests of whoever has an address of the domain and came by
// the organization's provider while it held that: they stay signed in there,
// and nowhere else. Call it in the transaction in which the domain goes.
func LoseDomain(tx *db.OrgTx, domain string) error {
	return sessions.MakeGuests(tx, func(people []id.User) ([]id.User, error) {
		rows, err := users.List(tx.Tx, db.Query{Where: []db.Cond{db.In("id", people)}, Limit: len(people)})
		rows = slices.DeleteFunc(rows, func(u User) bool { return u.EmailDomain() != domain })
		theirs := make([]id.User, len(rows))
		for i, u := range rows {
			theirs[i] = u.ID
		}
		return theirs, err
	})
}
