package users

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// IsOperator reports whether somebody may use the dashboard: no provider's word
// for an address opens their account.
func IsOperator(tx *db.Tx, user id.User) (operator bool, err error) {
	system, found, err := tenants.SystemOrganization(tx)
	if err != nil || !found {
		return false, err
	}
	err = tx.In(system, func(tx *db.OrgTx) error {
		_, err := MembershipOf(tx, user)
		operator = err == nil
		if errors.Is(err, db.ErrNotFound) {
			err = nil
		}
		return err
	})
	return operator, err
}
