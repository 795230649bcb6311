package users

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Assertion says who vouches for a person's address. It is stored and stable.
// Besides these a social provider's method (sessions.GoogleOAuth …) is one.
type Assertion string

// Who vouches.
const (
	AssertedByMailbox  Assertion = "mailbox" // a code or link that was mailed there came back
	AssertedByAPI      Assertion = "api"     // the application says so
	AssertedByOperator Assertion = "operator"
	// AssertedByDirectory is the word of a directory whose organization holds
	// the address's domain.
	AssertedByDirectory Assertion = "directory"
)

func assertedBy(n New) *string {
	if !n.EmailVerified {
		return nil
	}
	by := string(n.EmailAssertedBy)
	if by == "" {
		by = string(AssertedByAPI)
	}
	return &by
}

// SignedIn notes that the person signed in just now.
func SignedIn(tx *db.Tx, u *User) error {
	now := tx.Now()
	u.LastSignInAt = &now
	_, err := users.Update(tx, u.ID, db.Set{"last_sign_in_at": now}.Quiet())
	return err
}

// ProveEmail notes that the person's address is theirs. What somebody set up
// before while nobody had proven it is the caller's to end (mailbox.Claim).
func ProveEmail(tx *db.Tx, user id.User, by Assertion) (*User, error) {
	n, err := users.Update(tx, user, db.Set{"email_verified": true, "email_asserted_by": string(by)}, db.Eq("email_verified", false))
	if err != nil {
		return nil, err
	}
	u, err := users.Get(tx, user)
	if err != nil || n == 0 {
		return u, err
	}
	return u, audit.RecordDeployment(tx, audit.UserUpdated{User: u.Wire()})
}

// NoteClaim notes that the address's owner takes the account, now, from whoever
// had it.
func NoteClaim(tx *db.Tx, user id.User) error {
	_, err := users.Update(tx, user, db.Set{"claimed_at": tx.Now()}.Quiet())
	return err
}

// Unclaimed reports whether the account is still that of whoever proved to be
// the person at that time: nobody has claimed it since.
func Unclaimed(tx db.AnyScope, user id.User, since time.Time) (bool, error) {
	same, err := users.Count(tx, db.Eq("id", user), db.Or(db.Null("claimed_at"), db.Lte("claimed_at", since)))
	return same == 1, err
}

// Proven is when a sign-in that began at that time, and stands, last proved the
// person: it claimed the account itself if it was claimed since.
func (u *User) Proven(at time.Time) time.Time {
	if u.ClaimedAt != nil && u.ClaimedAt.After(at) {
		return *u.ClaimedAt
	}
	return at
}

// DropPassword takes a person's password away; that there was none is fine.
func DropPassword(tx *db.Tx, user id.User, why Why) error {
	n, err := passwords.DeleteWhere(tx, db.Eq("user_id", user))
	if err != nil || n == 0 {
		return err
	}
	u, err := users.Get(tx, user)
	if err != nil {
		return err
	}
	return audit.RecordDeployment(tx, audit.PasswordChanged{User: u.Wire(), Reason: string(why)})
}
