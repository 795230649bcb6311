package mailbox

import (
	"context"
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/sessions"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// ResetFor is whose password a link may change, without using the link up.
// ErrLink where it works no longer: besides what Peek says, the address or the
// password has changed since it was mailed.
func ResetFor(tx db.AnyScope, token string) (*users.User, error) {
	_, u, err := resettable(tx, token)
	return u, err
}

func resettable(tx db.AnyScope, token string) (*Proof, *users.User, error) {
	p, err := Peek(tx, token, PasswordReset)
	if err != nil {
		return nil, nil, err
	}
	if p.UserID == nil {
		return nil, nil, ErrLink
	}
	u, err := users.Get(tx, *p.UserID)
	if errors.Is(err, db.ErrNotFound) || err == nil && u.EmailKey != p.EmailKey {
		return nil, nil, ErrLink
	}
	if err != nil {
		return nil, nil, err
	}
	changed, err := users.PasswordChangedSince(tx, u.ID, p.CreatedAt)
	if err == nil && changed {
		return nil, nil, ErrLink
	}
	return p, u, err
}

// Reset gives the person behind the link a new password, once, and ends all
// that they are signed in to: whoever knew the old one is out. It signs nobody
// in, and a second step is still asked for. then, which may be nil, runs in the
// same transaction. It hashes, so never call it inside a transaction.
func (m *Mailbox) Reset(ctx context.Context, token, typed string, who actor.Actor, then func(*db.Tx, *users.User) error) (*users.User, error) {
	var u *users.User
	err := m.DB.Read(ctx, func(tx *db.Tx) (err error) {
		u, err = ResetFor(tx, token)
		return err
	})
	if err != nil {
		return nil, err
	}
	about := users.About{IP: who.IP}
	about.Email, about.Names = u.Email, names(u)
	hash, err := m.Passwords.Hash(ctx, typed, about)
	if err != nil {
		return nil, err
	}
	err = m.DB.Tx(ctx, who, func(tx *db.Tx) (err error) {
		if u, err = m.reset(tx, token, hash); err != nil || then == nil {
			return err
		}
		return then(tx, u)
	})
	return u, err
}

func names(u *users.User) (out []string) {
	for _, n := range []*string{u.FirstName, u.LastName, u.Name} {
		if n != nil {
			out = append(out, *n)
		}
	}
	return out
}

func (m *Mailbox) reset(tx *db.Tx, token, hash string) (*users.User, error) {
	_, u, err := resettable(tx, token)
	if err != nil {
		return nil, err
	}
	if u.BannedNow(tx.Now()) {
		return nil, users.ErrBanned
	}
	p, err := Spend(tx, token, PasswordReset)
	if err != nil {
		return nil, err
	}
	if tx.Actor().ID == "" {
		tx.As(tx.Actor().As(u.ID, u.Email))
	}
	if u, err = Claim(tx, u, users.AssertedByMailbox, false); err != nil {
		return nil, err
	}
	if err := users.SetPassword(tx, u.ID, hash, users.Reset); err != nil {
		return nil, err
	}
	if err := sessions.EndForUser(tx, u.ID, sessions.PasswordChanged); err != nil {
		return nil, err
	}
	if err := audit.RecordDeployment(tx, audit.PasswordResetSucceeded{PasswordReset: (&Issued{Proof: p}).PasswordReset("")}); err != nil {
		return nil, err
	}
	return u, m.Notice(tx, u, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.PasswordChanged{Seen: seen, DisownURL: disown}
	})
}
