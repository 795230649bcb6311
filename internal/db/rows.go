package db

import "gatehouse/internal/id"

// Owned is a row of one organization. The organization is set on insert from
// the transaction and never changes.
type Owned struct {
	OrganizationID id.Organization `gorm:"column:organization_id;<-:create"`
}

// MaybeOwned is a row of one organization, or of the deployment where
// OrganizationID is nil.
type MaybeOwned struct {
	OrganizationID *id.Organization `gorm:"column:organization_id;<-:create"`
}

// Global is a row that belongs to no single organization.
type Global struct{}

// The constraints of the three table handles, met by embedding.
type (
	OwnedRow      interface{ owned() }
	MaybeOwnedRow interface{ maybeOwned() }
	GlobalRow     interface{ global() }
)

func (Owned) owned()           {}
func (MaybeOwned) maybeOwned() {}
func (Global) global()         {}

func (o *Owned) setOrganization(org id.Organization)      { o.OrganizationID = org }
func (o *MaybeOwned) setOrganization(org id.Organization) { o.OrganizationID = &org }

type ownable interface{ setOrganization(id.Organization) }
