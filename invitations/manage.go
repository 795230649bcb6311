package invitations

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/users"
)

// Again says how an invitation is sent again.
type Again struct {
	Locale string
	Mail   bool
}

// Resend asks again: the same invitation, until the same time, by a new link.
// The old one works no longer, so that of several mails only the last can be
// used by whoever they were forwarded to.
func (s *Service) Resend(tx db.OwnedScope, key id.Invitation, a Again) (*Issued, error) {
	i, err := invitations.Get(tx, key)
	if err != nil {
		return nil, err
	}
	switch i.StateAt(tx.Now()) {
	case Accepted:
		return nil, ErrResendAccepted
	case Revoked:
		return nil, ErrResendRevoked
	case Expired:
		return nil, ErrResendExpired
	}
	if void, err := isVoid(base(tx), i); err != nil || void {
		return nil, orVoid(err)
	}
	if a.Locale != "" {
		i.Locale = &a.Locale
	}
	issued, err := i.mint(tx)
	if err != nil {
		return nil, err
	}
	n, err := invitations.Update(tx, key, db.Set{"token_hash": i.TokenHash, "sealed": i.Sealed, "locale": i.Locale}, open(tx.Now())...)
	if err == nil && n == 0 {
		err = ErrNotPending // accepted or revoked in this moment
	}
	if err != nil {
		return nil, err
	}
	i.UpdatedAt = tx.Now()
	if err := record(tx, audit.InvitationResent{Invitation: i.wire(tx.Now())}); err != nil {
		return nil, err
	}
	return issued, s.mail(tx, issued, a.Mail)
}

func orVoid(err error) error {
	if err == nil {
		return ErrVoid
	}
	return err
}

// Revoke ends an invitation that nobody has accepted.
func Revoke(tx db.OwnedScope, key id.Invitation) (*Invitation, error) {
	i, err := invitations.Get(tx, key)
	if err != nil {
		return nil, err
	}
	return revoke(tx, i)
}

func revoke(tx db.OwnedScope, i *Invitation) (*Invitation, error) {
	now := tx.Now()
	n, err := invitations.Update(tx, i.ID, db.Set{"revoked_at": now, "open_key": nil}, open(now)...)
	if err == nil && n == 0 {
		err = ErrNotPending
	}
	if err != nil {
		return nil, err
	}
	i.RevokedAt, i.UpdatedAt, i.OpenKey = &now, now, nil
	return i, record(tx, audit.InvitationRevoked{Invitation: i.wire(now)})
}

// RemoveMember ends a membership for good, and with it an open invitation to the
// same mailbox: who is removed does not come back by an older one.
func RemoveMember(tx *db.OrgTx, membership id.Membership) error {
	m, err := users.GetMembership(tx, membership)
	if err != nil {
		return err
	}
	u, err := users.Get(tx, m.UserID)
	if err != nil {
		return err
	}
	if err := users.RemoveMember(tx, membership); err != nil {
		return err
	}
	i, err := invitations.First(tx, append(open(tx.Now()), db.Eq("email_key", u.EmailKey))...)
	if err != nil {
		return unlessAbsent(err)
	}
	_, err = revoke(tx, i)
	return err
}
