package tenants

import (
	"errors"
	"fmt"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
)

// Change says what becomes of an organization; nil leaves a member as it is.
type Change struct {
	Name                             *string
	ExternalID                       **string // to nil: cleared
	StripeCustomerID                 **string // to nil: cleared
	AllowProfilesOutsideOrganization *bool
	ClearMetadata                    bool
	Metadata                         map[string]*string // nil values delete their key
	Domains                          *[]NewDomain       // replaces the set
}

// Create makes an organization with its first domains.
func Create(tx *db.Tx, n New) (*Organization, error) {
	o, err := newOrganization(n)
	if err != nil {
		return nil, err
	}
	return o, insert(tx, o, n.Domains)
}

func newOrganization(n New) (*Organization, error) {
	o := &Organization{ID: id.New[id.Organization](), AllowProfilesOutsideOrganization: n.AllowProfilesOutsideOrganization}
	var err error
	if o.Name, err = field.Required("name", n.Name, field.MaxName); err != nil {
		return nil, err
	}
	if o.ExternalID, err = field.ExternalID(n.ExternalID); err != nil {
		return nil, err
	}
	if o.StripeCustomerID, err = field.Optional("stripe_customer_id", n.StripeCustomerID, field.MaxName); err != nil {
		return nil, err
	}
	o.Metadata, err = field.NewMetadata(n.Metadata)
	return o, err
}

func insert(tx *db.Tx, o *Organization, first []NewDomain) error {
	if err := organizations.Insert(tx, o); err != nil {
		return externalIDTaken(err)
	}
	return tx.In(o.ID, func(tx *db.OrgTx) error {
		for _, d := range first {
			if _, err := addDomain(tx, d); err != nil {
				return err
			}
		}
		if err := recordCreated(tx, o); err != nil {
			return err
		}
		return recordDomains(tx)
	})
}

func externalIDTaken(err error) error {
	if errors.Is(err, db.ErrDuplicate) {
		return field.ErrExternalIDTaken
	}
	return err
}

// Update changes the transaction's organization.
func Update(tx *db.OrgTx, c Change) (*Organization, error) {
	before, err := Lock(tx)
	if err != nil {
		return nil, err
	}
	set, err := c.set(before)
	if err != nil {
		return nil, err
	}
	if err := c.checkExternalID(tx, before); err != nil {
		return nil, err
	}
	if len(set) == 0 && c.Domains == nil {
		return before, nil
	}
	if len(set) > 0 {
		if _, err := organizations.Update(tx, before.ID, set); err != nil {
			return nil, externalIDTaken(err)
		}
	}
	if c.Domains != nil {
		if err := replaceDomains(tx, *c.Domains); err != nil {
			return nil, err
		}
	}
	after, err := Get(tx, before.ID)
	if err != nil {
		return nil, err
	}
	return after, recordUpdated(tx, after)
}

// set is the columns that c changes, checked.
func (c Change) set(before *Organization) (db.Set, error) {
	set := db.Set{}
	if c.Name != nil {
		name, err := field.Required("name", *c.Name, field.MaxName)
		if err != nil {
			return nil, err
		}
		set["name"] = name
	}
	if c.ExternalID != nil {
		external, err := field.ExternalID(*c.ExternalID)
		if err != nil {
			return nil, err
		}
		set["external_id"] = external
	}
	if c.StripeCustomerID != nil {
		stripe, err := field.Optional("stripe_customer_id", *c.StripeCustomerID, field.MaxName)
		if err != nil {
			return nil, err
		}
		set["stripe_customer_id"] = stripe
	}
	if c.AllowProfilesOutsideOrganization != nil {
		set["allow_profiles_outside_organization"] = *c.AllowProfilesOutsideOrganization
	}
	if !c.ClearMetadata && c.Metadata == nil {
		return set, nil
	}
	current := before.Metadata
	if c.ClearMetadata {
		current = nil
	}
	metadata, err := field.Metadata(current, c.Metadata)
	set["metadata"] = db.JSON(metadata)
	return set, err
}

// checkExternalID looks before the update does: on Postgres a refused update
// ends the transaction.
func (c Change) checkExternalID(tx *db.OrgTx, before *Organization) error {
	if c.ExternalID == nil || *c.ExternalID == nil || **c.ExternalID == "" {
		return nil
	}
	other, err := organizations.First(tx, db.Eq("external_id", **c.ExternalID))
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err == nil && other.ID != before.ID {
		return field.ErrExternalIDTaken
	}
	return err
}

// Delete removes the organization and what the database hangs on it: domains,
// roles, branding, memberships, keys. lifecycle.DeleteOrganization ends the
// sessions first.
func Delete(tx *db.OrgTx) error {
	o, err := Lock(tx)
	if err != nil {
		return err
	}
	if o.System {
		return ErrSystemOrganization
	}
	if err := recordDeleted(tx, o); err != nil {
		return err
	}
	if _, err := organizations.Delete(tx, o.ID); err != nil {
		return fmt.Errorf("deleting an organization: %w", err)
	}
	return nil
}
