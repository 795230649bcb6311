package invitations

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Offer is an organization that a person could come into.
type Offer struct {
	Organization id.Organization
	Name         string
	Invitation   *id.Invitation // nil: by the domain of their address
	InvitedBy    string
	Domain       string
}

// maxOffers bounds how many invitations a person chooses from.
const maxOffers = 50

// LocateOffers are the organizations that a person could come into: those that
// invited them, the newest first, then the one that takes in people of their
// address's domain. Nobody is offered anything for an address that they have
// not proven.
func LocateOffers(tx *db.Tx, u *users.User) ([]Offer, error) {
	if !u.EmailVerified {
		return nil, nil
	}
	var found []Invitation
	var holder id.Organization
	var held bool
	err := tx.Locate(func(all *db.AllTx) (err error) {
		conds := append(open(tx.Now()), db.Eq("email_key", u.EmailKey), db.NotNull("organization_id"))
		if found, err = invitations.List(all, db.Query{Where: conds, Order: []string{"-id"}, Limit: maxOffers}); err != nil {
			return err
		}
		holder, held, err = tenants.LocateDomain(all, u.EmailDomain())
		return err
	})
	if err != nil {
		return nil, err
	}
	var offers []Offer
	for n := range found {
		if offers, err = addInvited(tx, offers, u, &found[n]); err != nil {
			return nil, err
		}
	}
	if !held || offered(offers, holder) {
		return offers, nil
	}
	joins, err := joinsByDomain(tx, u, holder)
	if err != nil || !joins {
		return offers, err
	}
	o, err := tenants.Get(tx, holder)
	if err != nil {
		return nil, err
	}
	return append(offers, Offer{Organization: holder, Name: o.Name, Domain: u.EmailDomain()}), nil
}

// addInvited adds what the invitation offers, unless it is void or the person
// is there already.
func addInvited(tx *db.Tx, offers []Offer, u *users.User, i *Invitation) ([]Offer, error) {
	e, err := Foresee(tx, u, nil, &i.ID)
	if errors.Is(err, ErrInvalid) {
		return offers, nil
	}
	if err != nil || !e.Joins {
		return offers, err
	}
	t, err := TermsOf(tx, i)
	return append(offers, Offer{Organization: *i.OrganizationID, Name: t.Organization, Invitation: &i.ID, InvitedBy: t.Inviter}), err
}

func offered(offers []Offer, org id.Organization) bool {
	for _, o := range offers {
		if o.Organization == org {
			return true
		}
	}
	return false
}
