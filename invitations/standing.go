package invitations

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
	"gatehouse/users"
)

// usable is nil where the invitation can be accepted by whomever it is for:
// ErrInvalid where it is used, revoked, run out or void.
func usable(tx *db.Tx, i *Invitation) error {
	if i.StateAt(tx.Now()) != Pending {
		return ErrInvalid
	}
	void, err := isVoid(tx, i)
	if err == nil && void {
		return ErrInvalid
	}
	return err
}

// isVoid reports whether what the invitation rests on is gone: its role, or
// the right of its inviter to give it.
func isVoid(tx *db.Tx, i *Invitation) (void bool, err error) {
	check := func() error { return mayInvite(tx, i.InviterUserID) }
	if i.OrganizationID != nil {
		check = func() error {
			return tx.In(*i.OrganizationID, func(tx *db.OrgTx) error { return mayGive(tx, i.InviterUserID, i.role()) })
		}
	}
	err = check()
	if problem.As(err) != nil {
		return true, nil
	}
	return false, err
}

// mayInvite is nil where the inviter has an account in good standing, or there
// is none: then the deployment itself invites.
func mayInvite(tx *db.Tx, inviter *id.User) error {
	if inviter == nil {
		return nil
	}
	u, err := users.Get(tx, *inviter)
	if err == nil && u.BannedNow(tx.Now()) {
		return errInviterForbidden
	}
	return err
}

// mayGive is nil where the inviter may make somebody a member of the
// transaction's organization in that role: a role of the organization's, not
// above the inviter's own. An operator who may change members may give any.
func mayGive(tx *db.OrgTx, inviter *id.User, slug string) error {
	if slug == "" {
		slug = tenants.DefaultRole
	}
	given, err := tenants.RoleBySlug(tx, slug)
	if errors.Is(err, tenants.ErrInvalidRole) {
		return ErrRole
	}
	if err != nil || inviter == nil {
		return err
	}
	if err := mayInvite(tx.Tx, inviter); err != nil {
		return err
	}
	rank, member, err := rankOf(tx, *inviter)
	if err != nil {
		return err
	}
	if member && rank >= given.Rank {
		return nil
	}
	operator, err := isOperator(tx.Tx, *inviter)
	if err == nil && !operator {
		err = ErrInviter
	}
	return err
}

// rankOf is how high the person's role stands in the transaction's organization.
func rankOf(tx *db.OrgTx, user id.User) (rank int64, member bool, err error) {
	m, err := users.MembershipOf(tx, user)
	if errors.Is(err, db.ErrNotFound) || err == nil && m.Status != users.Active {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	role, err := tenants.RoleBySlug(tx, m.RoleSlug)
	if errors.Is(err, tenants.ErrInvalidRole) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return role.Rank, true, nil
}

// isOperator reports whether the person may change customers' members from the
// dashboard.
func isOperator(tx *db.Tx, user id.User) (yes bool, err error) {
	system, found, err := tenants.SystemOrganization(tx)
	if err != nil || !found {
		return false, err
	}
	err = tx.In(system, func(tx *db.OrgTx) error {
		m, err := users.MembershipOf(tx, user)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		yes = err == nil && m.Status == users.Active && (m.RoleSlug == tenants.OwnerRole || m.RoleSlug == tenants.AdminRole)
		return err
	})
	return yes, err
}
