package lifecycle

import (
	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// DeleteOrganization ends an organization: every session that is in it, every
// membership, then all that is its own. Its people keep their accounts.
func DeleteOrganization(tx *db.Tx, org id.Organization) error {
	return tx.In(org, func(tx *db.OrgTx) error {
		if _, err := tenants.Get(tx, org); err != nil {
			return err
		}
		if err := sessions.EndForOrganization(tx, sessions.OrganizationDeleted); err != nil {
			return err
		}
		if err := users.EndMemberships(tx); err != nil {
			return err
		}
		if err := webhook.DeleteAll(tx); err != nil {
			return err
		}
		return tenants.Delete(tx)
	})
}

// DeleteUser ends a person's account with everything that hangs on it.
func DeleteUser(tx *db.Tx, user id.User) error { return users.Delete(tx, user) }
