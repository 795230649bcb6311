package lifecycle

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/mailbox"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// newOperator makes an account and gives it the system organization.
func newOperator(tx *db.Tx, system id.Organization, n users.New) (*users.User, error) {
	u, err := users.Create(tx, n)
	if err != nil {
		return nil, err
	}
	return u, enlist(tx, system, u)
}

// enlist makes a person an owner of the system organization.
func enlist(tx *db.Tx, system id.Organization, u *users.User) error {
	return tx.In(system, func(tx *db.OrgTx) error {
		if _, err := users.AddMember(tx, u.ID, tenants.OwnerRole); err != nil {
			return err
		}
		return audit.Record(tx, audit.OperatorCreated{User: u.Wire(), Role: tenants.OwnerRole})
	})
}

// ensureOperator makes the operator that the environment names. An account
// with that address may be a stranger's, who signed up with it before the
// deployment had an operator: it is claimed, which ends what they had set up,
// the environment's password replaces theirs, and what they are signed in to
// ends.
func ensureOperator(tx *db.Tx, system id.Organization, email, hash string) error {
	u, err := users.GetByEmail(tx, email)
	if errors.Is(err, db.ErrNotFound) {
		_, err = newOperator(tx, system, users.New{Email: email, EmailVerified: true, PasswordHash: hash})
		return err
	}
	if err != nil {
		return err
	}
	if u, err = mailbox.Claim(tx, u, users.AssertedByOperator, false); err != nil {
		return err
	}
	if err := users.SetPassword(tx, u.ID, hash, users.SetByOperator); err != nil {
		return err
	}
	if err := sessions.EndForUser(tx, u.ID, sessions.PasswordChanged); err != nil {
		return err
	}
	return enlist(tx, system, u)
}
