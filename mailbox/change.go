package mailbox

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// What callers are told of a change of address.
var (
	ErrChangeTaken     = problem.New(problem.Conflict, "email_not_available", "Somebody has an account with that email address.")
	ErrChangeNotNeeded = problem.New(problem.Conflict, "email_change_not_needed", "That is the account's address already.")
	ErrNoChange        = problem.New(problem.Conflict, "no_pending_email_change", "No change of address is waiting for a code.")
)

// MayChange reports whether the account could have that address: ErrChangeTaken
// or ErrChangeNotNeeded where it could not.
func MayChange(tx db.AnyScope, u *users.User, email string) error {
	a, err := users.ParseEmail(email)
	if err != nil {
		return err
	}
	if a.Key == u.EmailKey {
		return ErrChangeNotNeeded
	}
	_, err = users.GetByEmail(tx, email)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return nil
	case err == nil:
		return ErrChangeTaken
	}
	return err
}

// PendingChange is the change of the person's address that waits for a code,
// or ErrNoChange.
func PendingChange(tx db.AnyScope, u *users.User) (*Proof, error) {
	rows, err := proofs.List(tx, db.Query{Where: []db.Cond{db.Eq("kind", EmailChange), db.Eq("user_id", u.ID), db.Null("used_at"),
		db.Gt("expires_at", tx.Now())}, Order: []string{"-id"}, Limit: 1})
	if err == nil && len(rows) == 0 {
		err = ErrNoChange
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

// HasChange reports whether a change of the person's address waits for a code.
func HasChange(tx db.AnyScope, u *users.User) (bool, error) {
	n, err := proofs.Count(tx, db.Eq("kind", EmailChange), db.Eq("user_id", u.ID), db.Null("used_at"), db.Gt("expires_at", tx.Now()))
	return n > 0, err
}

// ChangeEmail gives an account the address that a code has just proven, and
// tells the old one. Links to a new password that went there work no longer.
func (m *Mailbox) ChangeEmail(tx *db.Tx, p *Proof) (*users.User, error) {
	if p.UserID == nil || p.Kind != EmailChange {
		return nil, ErrNoChange
	}
	before, err := users.Get(tx, *p.UserID)
	if err != nil {
		return nil, err
	}
	if err := MayChange(tx, before, p.Email); err != nil {
		return nil, err // taken meanwhile
	}
	if _, err := users.Update(tx, before.ID, users.Change{Email: &p.Email}); err != nil {
		return nil, err
	}
	u, err := users.ProveEmail(tx, before.ID, users.AssertedByMailbox)
	if err != nil {
		return nil, err
	}
	return u, m.NoticeTo(tx, u, before.Email, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.EmailChanged{Seen: seen, NewEmail: u.Email, DisownURL: disown}
	})
}
