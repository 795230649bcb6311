package people

import (
	"gatehouse/internal/db"
	"gatehouse/users"
)

// An account that an application gave another address, and whose new address's
// owner has claimed it (mailbox.Claim), is that person's. Whoever came into it by
// a connection before is somebody else: their binding is proven no longer.

// recall finds what is known of the subject, and reports whether its account is
// theirs for sure.
func (x *arriving) recall() (stands bool, err error) {
	if x.known, err = find(x.tx, x.c.ID, x.p.Subject); err != nil || x.known == nil {
		return false, err
	}
	return x.known.stands(x.tx)
}

// stands reports whether the account is the subject's: it was proven, and nobody
// has claimed it since.
func (i *Identity) stands(tx *db.OrgTx) (bool, error) {
	if i.ProvenAt == nil {
		return false, nil
	}
	return users.Unclaimed(tx, i.UserID, *i.ProvenAt)
}

// forget takes back what was proven of a binding that does not stand.
func (i *Identity) forget(tx *db.OrgTx) error {
	if i == nil || i.ProvenAt == nil {
		return nil
	}
	i.ProvenAt = nil
	_, err := identities.Update(tx, i.ID, db.Set{"proven_at": nil}.Quiet())
	return err
}

// proveAgain notes that the subject's own sign-in has claimed the account.
func (i *Identity) proveAgain(tx *db.OrgTx, u *users.User) error {
	at := u.Proven(*i.ProvenAt)
	if at.Equal(*i.ProvenAt) {
		return nil
	}
	i.ProvenAt = &at
	_, err := identities.Update(tx, i.ID, db.Set{"proven_at": at}.Quiet())
	return err
}

// standing are the conditions of a person's bindings that stand.
func standing(u *users.User) []db.Cond {
	conds := []db.Cond{db.Eq("user_id", u.ID), db.NotNull("proven_at")}
	if u.ClaimedAt != nil {
		conds = append(conds, db.Gte("proven_at", *u.ClaimedAt))
	}
	return conds
}
