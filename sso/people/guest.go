package people

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/users"
)

// Guest is how far somebody is whose address's domain the organization does
// not hold. Its provider's word says nothing about that mailbox, so the guest
// proves it, once, in a sign-in by the connection; only then are they bound to
// the account that has the address, and become a member.
type Guest struct {
	Proven bool
	Joins  bool // they become a member once they have proven it
}

// StandingOf is how far a guest is. Whoever is not on their way in by the
// connection is neither proven nor joining. came is what they came in by in
// this very sign-in: another of the provider's people may say that they have
// the same address, and what one has proven lets the other nowhere. Without it,
// in a session that goes on, it is what the person came in by last.
func StandingOf(tx *db.OrgTx, c id.Connection, user id.User, came *id.Profile) (Guest, error) {
	i, err := latest(tx, c, user)
	if came != nil {
		i, err = onTheWay(tx, c, user, *came)
	}
	if err != nil || i == nil {
		return Guest{}, err
	}
	if i.ProvenAt != nil {
		return Guest{Proven: true}, nil
	}
	_, err = users.MembershipOf(tx, user)
	if errors.Is(err, db.ErrNotFound) {
		return Guest{Joins: true}, nil // Admit has asked; Prove asks again
	}
	return Guest{}, err
}

// latest is by what the person came in by the connection last, or nil.
func latest(tx *db.OrgTx, c id.Connection, user id.User, conds ...db.Cond) (*Identity, error) {
	rows, err := identities.List(tx, db.Query{Where: append(conds, db.Eq("connection_id", c), db.Eq("user_id", user)),
		Order: []string{"-last_used_at", "-id"}, Limit: 1})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// onTheWay is what somebody came in by, if it is still theirs, or nil.
func onTheWay(tx *db.OrgTx, c id.Connection, user id.User, came id.Profile) (*Identity, error) {
	i, err := identities.Get(tx, came)
	if errors.Is(err, db.ErrNotFound) || err == nil && (i.ConnectionID != c || i.UserID != user) {
		return nil, nil
	}
	return i, err
}

// Prove notes that a guest proved the mailbox in their sign-in by a
// connection, in which they came in by that identity: the account is theirs,
// and they become a member. Call it where the mailbox was just proven; for
// everybody else it does nothing. still reports whether
// they are a guest after it: of a domain that the organization holds they are not.
func Prove(tx *db.OrgTx, c id.Connection, user id.User, came id.Profile) (still bool, err error) {
	held, err := sso.Lock(tx, c)
	if err != nil {
		return true, err
	}
	i, err := onTheWay(tx, c, user, came)
	if err != nil || i == nil {
		return true, err
	}
	if i.ProvenAt == nil {
		err = i.prove(tx, held)
	}
	return i.Guest, err
}

// prove is Prove for what has not been proven.
func (i *Identity) prove(tx *db.OrgTx, held *sso.Connection) error {
	s, err := i.said(tx)
	if err != nil {
		return err
	}
	x := &arriving{tx: tx, c: held, p: s.Profile, known: i, reads: true}
	if err := x.read(); err != nil {
		return err
	}
	if x.user, err = users.Hold(tx.Tx, i.UserID); err != nil {
		return err
	}
	if !x.user.EmailVerified || x.user.EmailKey != x.email.Key {
		return nil // something else was proven: the guest is asked again
	}
	if err := x.mayLink(); err != nil {
		return err
	}
	if err := x.match(); err != nil {
		return err
	}
	if err := x.fits(); err != nil {
		return err
	}
	now := tx.Now()
	i.ProvenAt = &now
	if _, err := identities.Update(tx, i.ID, db.Set{"proven_at": now}, db.Null("proven_at")); err != nil {
		return err
	}
	if err := x.settle(); err != nil {
		return err
	}
	if err := x.record(); err != nil {
		return err
	}
	return x.touch()
}
