package tenants

import (
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// deployment is the one row of facts about this installation.
type deployment struct {
	db.Global
	ID                   id.Deployment
	SystemOrganizationID id.Organization
	Settings             *Settings `gorm:"serializer:json"` // nil: the defaults
	AuditRetentionDays   int64     `gorm:"->"`              // of what is the deployment's, and of organizations that say nothing
	CreatedAt            time.Time
	UpdatedAt            time.Time
}

func (deployment) TableName() string { return "deployment" }

var deployments = db.GlobalTable[deployment, id.Deployment]{}

// theDeployment is the row's only id: two nodes that start at once cannot make two.
const theDeployment id.Deployment = "deployment_00000000000000000000000000"

// systemName is what operators see their own organization called.
const systemName = "Operators"

// SystemOrganization is the organization that operators belong to; false
// before the first start has made it.
func SystemOrganization(tx db.AnyScope) (id.Organization, bool, error) {
	row, err := deployments.Get(tx, theDeployment)
	if errors.Is(err, db.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return row.SystemOrganizationID, true, nil
}

// EnsureSystemOrganization makes the operators' organization and its roles
// where they are missing.
func EnsureSystemOrganization(tx *db.AllTx) (id.Organization, error) {
	o := &Organization{ID: id.New[id.Organization](), Name: systemName, Metadata: map[string]string{}, System: true}
	err := deployments.Insert(tx, &deployment{ID: theDeployment, SystemOrganizationID: o.ID})
	if errors.Is(err, db.ErrDuplicate) {
		org, _, err := SystemOrganization(tx)
		return org, err
	}
	if err != nil {
		return "", err
	}
	if err := insert(tx.Tx, o, nil); err != nil {
		return "", err
	}
	return o.ID, tx.In(o.ID, seedSystemRoles)
}
