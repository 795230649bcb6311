package invitations

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Entrance is where a sign-in leads, and what Admit will make of it.
type Entrance struct {
	Organization *id.Organization // the invitation's, or the one that was asked for
	Joins        bool             // the person becomes a member of it
	Proves       bool             // their mailbox has to be proven, whatever the deployment asks

	invitation *Invitation
}

// Foresee says what would become of a person who signs in to org (nil: none was
// asked for or chosen) with an invitation (nil: none). It reads only.
func Foresee(tx *db.Tx, u *users.User, org *id.Organization, invitation *id.Invitation) (Entrance, error) {
	if invitation == nil {
		e := Entrance{Organization: org}
		if org == nil {
			return e, nil
		}
		joins, err := joinsByDomain(tx, u, *org)
		e.Joins, e.Proves = joins, joins
		return e, err
	}
	i, err := locate(tx, *invitation)
	if err != nil {
		return Entrance{}, err
	}
	if err := usable(tx, i); err != nil {
		return Entrance{}, err
	}
	if i.EmailKey != u.EmailKey {
		return Entrance{}, ErrOtherAddress
	}
	if i.OrganizationID == nil {
		e, err := Foresee(tx, u, org, nil)
		e.Proves, e.invitation = true, i
		return e, err
	}
	if org != nil && *org != *i.OrganizationID {
		return Entrance{}, ErrInvalid
	}
	member, err := membershipFor(tx, u, i)
	return Entrance{Organization: i.OrganizationID, Joins: !member, Proves: true, invitation: i}, err
}

// membershipFor reports whether the person is a member already. ErrInvalid
// where they were deactivated after they were invited: that was the newer word.
func membershipFor(tx *db.Tx, u *users.User, i *Invitation) (member bool, err error) {
	err = tx.In(*i.OrganizationID, func(tx *db.OrgTx) error {
		m, err := users.MembershipOf(tx, u.ID)
		if err != nil {
			return unlessAbsent(err)
		}
		member = m.Status == users.Active
		if !i.Admits(m) {
			return ErrInvalid
		}
		return nil
	})
	return member, err
}

// joinsByDomain reports whether the organization takes in whoever has an
// address of a domain that it has verified, and the person is one of those.
// Who was a member once and is not any more does not come back by it.
func joinsByDomain(tx *db.Tx, u *users.User, org id.Organization) (joins bool, err error) {
	err = tx.In(org, func(tx *db.OrgTx) error {
		if _, err := users.MembershipOf(tx, u.ID); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		policy, err := tenants.GetPolicy(tx, org)
		if err != nil || !policy.JITFromVerifiedDomains {
			return err
		}
		joins, err = tenants.HoldsDomain(tx, u.EmailDomain())
		return err
	})
	return joins, err
}

// Admit does what Foresee foresaw, once nothing stands between the person and
// their session: it uses the invitation up and makes the membership. Call it in
// the transaction that makes the session; where nobody comes in it does
// nothing. org is the one that is being entered.
func Admit(tx *db.Tx, u *users.User, org *id.Organization, invitation *id.Invitation) error {
	e, err := Foresee(tx, u, org, invitation)
	if err != nil || !e.Joins && e.invitation == nil {
		return err
	}
	now, err := users.Get(tx, u.ID) // proven by this very sign-in, perhaps
	if err != nil {
		return err
	}
	if !now.EmailVerified || now.EmailKey != u.EmailKey {
		return errUnproven
	}
	if e.invitation != nil {
		if err := accept(tx, e.invitation, u.ID); err != nil {
			return err
		}
	}
	if !e.Joins {
		return nil
	}
	role := ""
	if i := e.invitation; i != nil && i.OrganizationID != nil {
		role = i.role()
	}
	return tx.In(*e.Organization, func(tx *db.OrgTx) error { return join(tx, u.ID, role) })
}

// join makes the membership; that somebody else made it just now is fine.
func join(tx *db.OrgTx, u id.User, role string) error {
	_, err := users.AddMember(tx, u, role)
	switch {
	case errors.Is(err, users.ErrAlreadyMember):
		return nil
	case errors.Is(err, tenants.ErrInvalidRole):
		return ErrInvalid
	}
	return err
}

// accept uses the invitation up: of many at once one finds it open.
func accept(tx *db.Tx, i *Invitation, by id.User) error {
	return held(tx, i, func(tx db.OwnedScope) error {
		now := tx.Now()
		n, err := invitations.Update(tx, i.ID, db.Set{"accepted_at": now, "accepted_user_id": by, "open_key": nil}, open(now)...)
		if err == nil && n == 0 {
			err = ErrInvalid
		}
		if err != nil {
			return err
		}
		i.AcceptedAt, i.AcceptedUserID, i.UpdatedAt, i.OpenKey = &now, &by, now, nil
		return record(tx, audit.InvitationAccepted{Invitation: i.wire(now)})
	})
}

// Accept is the application's word for the person who has the address: they
// become a member as by a sign-in. They have proven the address before, or the
// membership could be a stranger's who made an account with it.
func Accept(tx *db.AllTx, key id.Invitation) (*Invitation, error) {
	i, err := invitations.Get(tx, key)
	if err != nil {
		return nil, err
	}
	switch i.StateAt(tx.Now()) {
	case Accepted:
		return nil, ErrAcceptedBySome
	case Expired, Revoked:
		return nil, ErrNotPending
	}
	u, err := users.GetByEmail(tx, i.Email)
	if errors.Is(err, db.ErrNotFound) || err == nil && !u.EmailVerified {
		return nil, ErrNobody
	}
	if err != nil {
		return nil, err
	}
	err = Admit(tx.Tx, u, i.OrganizationID, &i.ID)
	if errors.Is(err, ErrInvalid) {
		return nil, ErrVoid
	}
	if err != nil {
		return nil, err
	}
	return invitations.Get(tx, key)
}

func unlessAbsent(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}
