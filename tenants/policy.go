package tenants

import (
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Policy is what an organization asks of those who sign in to it.
type Policy = wire.OrganizationPolicy

// organizationPolicy is the row that keeps an organization's policy.
type organizationPolicy struct {
	db.Owned
	Policy    Policy `gorm:"serializer:json"`
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (organizationPolicy) TableName() string { return "organization_policies" }

var policies = db.OwnedTable[organizationPolicy, id.Organization]{}

// GetPolicy is an organization's policy; one that asks nothing where none was set.
func GetPolicy(tx db.OwnedScope, org id.Organization) (Policy, error) {
	row, err := policies.First(tx, db.Eq("organization_id", org))
	if errors.Is(err, db.ErrNotFound) {
		return Policy{}, nil
	}
	if err != nil {
		return Policy{}, err
	}
	return row.Policy, nil
}
