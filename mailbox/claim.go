package mailbox

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
)

// Claim notes that whoever proved the mailbox owns the person's address. Where
// nobody had proven it before, somebody else may have made the account and
// waited: the password, the second steps, the accounts at providers, the sessions
// and what was half signed in (Stands) end, unless this very sign-in proved the
// password.
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
	if err := users.NoteClaim(tx, u.ID); err != nil {
		return err
	}
	return audit.RecordDeployment(tx, audit.AccountClaimed{User: u.Wire()})
}
