package tenants

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// ForgetCheck makes a domain one that was not looked at yet.
func ForgetCheck(tx *db.OrgTx, domain id.OrganizationDomain) error {
	_, err := domains.Update(tx, domain, db.Set{"checked_at": nil}.Quiet())
	return err
}
