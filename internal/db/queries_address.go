package db

import "gatehouse/internal/id"

// Addressed is what is known of a mailbox in the transaction's organization:
// whether the organization holds its domain, and whose account it is; and of
// the organization, what whoever makes an account a member needs to know.
type Addressed struct {
	Held     bool
	Account  *id.User
	Trusting bool   // a directory of the organization says which roles its people have
	Name     string // the organization's
}

const findAddressed = `SELECT EXISTS (SELECT 1 FROM organization_domains WHERE organization_id = $1 AND domain = $2 AND state = 'verified'),
	(SELECT id FROM users WHERE email_key = $3), EXISTS (SELECT 1 FROM directories WHERE organization_id = $1 AND trust_roles),
	coalesce((SELECT name FROM organizations WHERE id = $1), '')`

// FindAddressed looks a mailbox up by the key of its address and by its domain,
// in one round trip.
func FindAddressed(tx *OrgTx, key, domain string) (Addressed, error) {
	var a Addressed
	if d, ok := tx.direct(); ok {
		err := d.row(findAddressed, []any{string(tx.Organization()), domain, key}, a.read)
		return a, err
	}
	err := tx.session().Raw(`SELECT EXISTS (SELECT 1 FROM organization_domains WHERE organization_id = ? AND domain = ? AND state = 'verified') AS held,
		(SELECT id FROM users WHERE email_key = ?) AS account, EXISTS (SELECT 1 FROM directories WHERE organization_id = ? AND trust_roles) AS trusting,
		coalesce((SELECT name FROM organizations WHERE id = ?), '') AS name`, tx.Organization(), domain, key, tx.Organization(), tx.Organization()).Scan(&a).Error
	return a, translate(err)
}

func (a *Addressed) read(r *rawRow) {
	a.Held, a.Account = r.bool(), maybe(r, func(r *rawRow) id.User { return id.User(r.text()) })
	a.Trusting, a.Name = r.bool(), r.text()
}
