package invitations

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/users"
)

// Open is the invitation of the transaction's organization that waits for a
// mailbox (users.Address.Key), or nil: what counts for somebody whom the
// organization's own identity provider vouches for, whether or not they came
// by its link.
func Open(tx *db.OrgTx, mailbox string) (*Invitation, error) {
	i, err := invitations.First(tx, append(open(tx.Now()), db.Eq("email_key", mailbox), db.Eq("organization_id", tx.Organization()))...)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	void, err := isVoid(tx.Tx, i)
	if err != nil || void {
		return nil, err
	}
	return i, nil
}

// Admits reports whether the invitation lets somebody in who was a member
// once: whoever was deactivated after they were invited was not meant any more,
// and whom a directory deactivated comes back by its word alone.
func (i *Invitation) Admits(m *users.Membership) bool {
	return !m.EndedByDirectory() && i.admits(m)
}

func (i *Invitation) admits(m *users.Membership) bool {
	return m.Status != users.Inactive || m.DeactivatedAt == nil || !m.DeactivatedAt.After(i.CreatedAt)
}

// Join makes a person a member of the transaction's organization: by an
// invitation of Open, which is used up, whose role it is, and for which the
// address has to be proven; or (nil) because the organization takes in whoever
// its identity provider vouches for, in that role.
func Join(tx *db.OrgTx, u *users.User, i *Invitation, role string) error {
	if i != nil {
		if !u.EmailVerified {
			return errUnproven
		}
		if err := accept(tx.Tx, i, u.ID); err != nil {
			return err
		}
		role = i.role()
	}
	return join(tx, u.ID, role)
}

// Spend uses an invitation of Open up that somebody no longer needs: they are a
// member already.
func Spend(tx *db.OrgTx, u *users.User, i *Invitation) error { return accept(tx.Tx, i, u.ID) }
