package db

import "gatehouse/internal/id"

// Addressed is what is known of a mailbox in the transaction's organization:
// whether the organization holds its domain, and whose account it is.
type Addressed struct {
	Held    bool
	Account *id.User
}

// FindAddressed looks a mailbox up by the key of its address and by its domain,
// in one round trip.
func FindAddressed(tx *OrgTx, key, domain string) (Addressed, error) {
	var a Addressed
	err := tx.session().Raw(`SELECT EXISTS (SELECT 1 FROM organization_domains WHERE organization_id = ? AND domain = ? AND state = 'verified') AS held,
		(SELECT id FROM users WHERE email_key = ?) AS account`, tx.Organization(), domain, key).Scan(&a).Error
	return a, translate(err)
}
