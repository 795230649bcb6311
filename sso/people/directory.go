package people

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/provision"
	"gatehouse/sso"
	"gatehouse/sso/trail"
	"gatehouse/tenants"
	"gatehouse/users"
)

// inDirectory looks for who somebody is in the organization's directories, and
// for that person's account: known by the same provider's ids, whatever their
// address is there by now. An account that the organization does not govern
// counts only where it has the very address that the provider tells: its
// mailbox is proven then, like every guest's.
func (x *arriving) inDirectory() (known bool, err error) {
	x.governs = false
	if err := x.match(); err != nil || x.person == nil || x.person.UserID == nil {
		return false, err
	}
	u, err := users.Hold(x.tx.Tx, *x.person.UserID)
	if err != nil {
		return false, err
	}
	if x.governs, err = tenants.HoldsDomain(x.tx, u.EmailDomain()); err != nil {
		return false, err
	}
	if !x.governs && u.EmailKey != x.email.Key {
		return false, nil
	}
	x.user = u
	return true, nil
}

// match finds out who the directory says that somebody is.
func (x *arriving) match() error {
	named := provision.Named{}
	alone, err := x.alone()
	if err != nil {
		return err
	}
	if alone {
		named.Subject, named.ExternalID = x.p.Subject, x.p.ExternalID
	}
	if x.owns {
		named.Address = x.email.Key
	}
	x.person, err = provision.Match(x.tx, named)
	return err
}

// alone reports whether the connection is the organization's only one in use.
// Of several nobody knows whose ids the directory has: another provider may
// have given one of them to somebody else.
func (x *arriving) alone() (bool, error) {
	on, _, err := sso.List(x.tx, sso.ListQuery{State: sso.Active, Page: db.Page{Limit: 2}})
	return len(on) == 0 || len(on) == 1 && on[0].ID == x.c.ID, err
}

// askDirectory asks the organization's directories about somebody who is no
// active member: whom they have switched off nothing lets in, and whom they
// wait for comes in by their word.
func (x *arriving) askDirectory(m *users.Membership, address string) error {
	if x.switchedOff() || m != nil && m.EndedByDirectory() {
		return x.off()
	}
	var account id.User
	if x.user != nil {
		account = x.user.ID
	}
	word, err := provision.WordOn(x.tx, address, account)
	if err != nil {
		return err
	}
	if word.Off {
		return x.off()
	}
	if x.person == nil || x.person.UserID != nil {
		x.person = word.Waiting
	}
	x.joins = x.awaited() && (m == nil || provision.Admits(x.person, m))
	return nil
}

// switchedOff reports whether the directory's person is not to be let in.
func (x *arriving) switchedOff() bool { return x.person != nil && !x.person.Active && !x.person.Kept }

func (x *arriving) off() error {
	return trail.Refuse(ErrDirectory, trail.Account, string(users.Active), string(users.Inactive))
}

// awaited reports whether a directory waits for the person.
func (x *arriving) awaited() bool {
	return x.person != nil && x.person.UserID == nil && x.person.Active
}

// takeIn makes a member of somebody whom the provider alone vouches for, if the
// organization's directories leave room for that.
func (x *arriving) takeIn() (err error) {
	if x.joins, err = provision.TakesIn(x.tx); err == nil && !x.joins {
		err = trail.Refuse(ErrUnassigned, trail.Account, "", x.email.Shown)
	}
	return err
}
