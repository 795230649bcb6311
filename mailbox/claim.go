package mailbox

import (
	"time"

	"gatehouse/apikeys"
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
)

// Claim notes that whoever proved the mailbox owns the person's address. Where
// nobody had proven it before, somebody else may have made the account and
// waited: the password, the second steps, the accounts at providers, the sessions,
// the keys, what was half signed in (Stands) and what went to other mailboxes end,
// unless this very sign-in proved the password.
func Claim(tx *db.Tx, u *users.User, by users.Assertion, knowsPassword bool) (*users.User, error) {
	if u.EmailVerified {
		return u, nil
	}
	if !knowsPassword {
		if err := evict(tx, u); err != nil {
			return nil, err
		}
	}
	return users.ProveEmail(tx, u.ID, by)
}

func evict(tx *db.Tx, u *users.User) error {
	if err := users.DropPassword(tx, u.ID, users.Claimed); err != nil {
		return err
	}
	if err := mfa.RemoveSince(tx, u.ID, time.Time{}); err != nil {
		return err
	}
	if err := users.RemoveIdentities(tx, u.ID, time.Time{}); err != nil {
		return err
	}
	if err := sessions.EndForUser(tx, u.ID, sessions.Claimed); err != nil {
		return err
	}
	if err := apikeys.EndKeysSince(tx, u.ID, time.Time{}, apikeys.Claimed); err != nil {
		return err
	}
	if err := users.NoteClaim(tx, u.ID); err != nil {
		return err
	}
	if err := endElsewhere(tx, u); err != nil {
		return err
	}
	return audit.RecordDeployment(tx, audit.AccountClaimed{User: u.Wire()})
}

// endElsewhere ends the codes and links of the account that went to other
// mailboxes than its own: they would move it there ("this wasn't me" gives it
// back to the address before), away from its owner.
func endElsewhere(tx *db.Tx, u *users.User) error {
	_, err := proofs.UpdateWhere(tx, db.Set{"expires_at": tx.Now()}, db.Eq("user_id", u.ID), db.Not("email_key", u.EmailKey),
		db.Null("used_at"), db.Gt("expires_at", tx.Now()))
	return err
}
