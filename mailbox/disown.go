package mailbox

import (
	"errors"
	"time"

	"gatehouse/apikeys"
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
)

// Disown is what "This wasn't me" does: everything that the person is signed
// in to ends, the password dies, and so does every passkey, second step, account
// at a provider and key that was set up with what the notice tells of, or later:
// by those the stranger would come back. An address that was changed is
// changed back, and a link to a new password goes to the mailbox that the
// notice went to. It needs no sign-in: the stranger may have taken that away.
func (m *Mailbox) Disown(tx *db.Tx, token string) (*users.User, error) {
	p, err := Spend(tx, token, Disown)
	if err != nil {
		return nil, err
	}
	if p.UserID == nil {
		return nil, ErrLink
	}
	u, err := users.Get(tx, *p.UserID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrLink
	}
	if err != nil {
		return nil, err
	}
	tx.As(tx.Actor().As(u.ID, p.Email))
	if err := sessions.EndForUser(tx, u.ID, sessions.Disowned); err != nil {
		return nil, err
	}
	if err := users.DropPassword(tx, u.ID, users.Disowned); err != nil {
		return nil, err
	}
	if err := mfa.RemoveSince(tx, u.ID, p.CreatedAt); err != nil {
		return nil, err
	}
	if err := users.RemoveIdentities(tx, u.ID, p.CreatedAt); err != nil {
		return nil, err
	}
	if err := apikeys.EndKeysSince(tx, u.ID, p.CreatedAt, apikeys.Disowned); err != nil {
		return nil, err
	}
	u, reverted, err := revert(tx, u, p)
	if err != nil {
		return nil, err
	}
	if err := audit.RecordDeployment(tx, audit.AccountDisowned{User: u.Wire(), Reverted: reverted}); err != nil {
		return nil, err
	}
	if err := endProofs(tx, p, u.ID); err != nil {
		return nil, err
	}
	_, err = m.Send(tx, New{Kind: PasswordReset, Email: u.Email, User: u}, Letter{Mail: true})
	return u, err
}

// revert gives the account back the address that the notice went to, if it has
// another one now and nobody else has taken the old one.
func revert(tx *db.Tx, u *users.User, p *Proof) (*users.User, bool, error) {
	if u.EmailKey == p.EmailKey {
		return u, false, nil
	}
	if _, err := users.GetByEmail(tx, p.Email); err == nil {
		return u, false, nil
	} else if !errors.Is(err, db.ErrNotFound) {
		return nil, false, err
	}
	if _, err := users.Update(tx, u.ID, users.Change{Email: &p.Email}); err != nil {
		return nil, false, err
	}
	u, err := users.ProveEmail(tx, u.ID, users.AssertedByMailbox)
	return u, true, err
}

// Stands reports whether what proved a person at that moment still does: after
// a reset, "this wasn't me" or a claim (Claim) whoever was on their way in starts
// again, however they had begun.
func Stands(tx db.AnyScope, user id.User, at time.Time) (bool, error) {
	n, err := proofs.Count(tx, db.Eq("user_id", user), db.In("kind", []Kind{PasswordReset, Disown}), db.Gt("used_at", at))
	if err != nil || n > 0 {
		return false, err
	}
	return users.Unclaimed(tx, user, at)
}

// endProofs ends whatever codes and links a person has open, the links of later
// notices too: a stranger may hold those. Earlier ones stay: a stranger who
// changed the address gets the notices from then on, and must not end by one of
// them the link that went to the address before.
func endProofs(tx *db.Tx, p *Proof, user id.User) error {
	_, err := proofs.UpdateWhere(tx, db.Set{"expires_at": tx.Now()}, db.Eq("user_id", user), db.Null("used_at"), db.Gt("expires_at", tx.Now()),
		db.Or(db.Not("kind", Disown), db.Gte("created_at", p.CreatedAt)))
	return err
}
