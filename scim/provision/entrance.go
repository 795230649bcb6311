package provision

import (
	"errors"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/invitations"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Foresee, Admit and LocateOffers are the pair of functions of invitations for
// every way to sign in, for organizations with directories and without: whom a
// directory waits for comes in by proving the mailbox, and whom it has switched
// off comes in by nothing.

// Entrance is where a sign-in leads, and what Admit will make of it.
type Entrance struct {
	invitations.Entrance
	person *directory.User // whom the directory waits for
}

// Foresee says what would become of a person who signs in to org (nil: none was
// asked for or chosen) with an invitation (nil: none). It reads only.
func Foresee(tx *db.Tx, u *users.User, org *id.Organization, invitation *id.Invitation) (Entrance, error) {
	before, err := invitations.Foresee(tx, u, org, invitation)
	e := Entrance{Entrance: before}
	if err != nil || e.Organization == nil {
		return e, err
	}
	err = tx.In(*e.Organization, func(tx *db.OrgTx) error { return e.ask(tx, u, invitation != nil) })
	return e, err
}

// ask asks the organization's directories about the person.
func (e *Entrance) ask(tx *db.OrgTx, u *users.User, invited bool) error {
	word, err := WordOn(tx, u.EmailKey, u.ID)
	if err != nil || word == (Word{}) {
		return err
	}
	m, err := users.MembershipOf(tx, u.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	member := err == nil && m.Status == users.Active
	if word.Off && !member {
		e.Joins = false
		if invited {
			return invitations.ErrInvalid // the directory's was the newer word, or is the stronger
		}
		return nil
	}
	if word.Waiting == nil || err == nil && !member && !Admits(word.Waiting, m) {
		return nil
	}
	operator, err := users.IsOperator(tx.Tx, u.ID)
	if err != nil || operator {
		return err
	}
	e.person, e.Proves = word.Waiting, e.Proves || !member
	e.Joins = e.Joins || !member
	return nil
}

// Admits reports whether the directory's word brings a member back who is
// inactive: whom people deactivated since stays so.
func Admits(u *directory.User, m *users.Membership) bool {
	return m.EndedByDirectory() || m.DeactivatedAt == nil || !m.DeactivatedAt.After(u.CreatedAt)
}

// What keeps Admit from what Foresee foresaw.
var (
	errBusy     = problem.ErrUnavailable // a request of the provider changes the person at this moment
	errUnproven = errors.New("somebody came in by a directory whose mailbox is not proven")
)

// Admit does what Foresee foresaw, once nothing stands between the person and
// their session. Call it in the transaction that makes the session; where
// nobody comes in it does nothing. org is the one that is being entered.
func Admit(tx *db.Tx, u *users.User, org *id.Organization, invitation *id.Invitation) error {
	e, err := Foresee(tx, u, org, invitation)
	if err != nil {
		return err
	}
	if invitation != nil || e.person == nil && e.Joins {
		if err := invitations.Admit(tx, u, org, invitation); err != nil {
			return err
		}
	}
	if e.person == nil {
		return nil
	}
	now, err := users.Get(tx, u.ID) // proven by this very sign-in, perhaps
	if err != nil {
		return err
	}
	if !now.EmailVerified || now.EmailKey != u.EmailKey {
		if e.Joins {
			return errUnproven
		}
		return nil // a member already
	}
	return tx.In(*e.Organization, func(tx *db.OrgTx) error {
		err := Bind(tx, e.person, u.ID, ByMailbox)
		if errors.Is(err, errBusy) && !e.Joins {
			return nil // a member already: another sign-in does it
		}
		return err
	})
}

// Accept is invitations.Accept for organizations with directories: nobody comes
// in by it whom a directory has switched off.
func Accept(tx *db.AllTx, key id.Invitation) (*invitations.Invitation, error) {
	i, err := invitations.Get(tx, key)
	if err != nil {
		return nil, err
	}
	if i.OrganizationID == nil {
		return invitations.Accept(tx, key)
	}
	var account id.User
	u, err := users.GetByEmail(tx, i.Email)
	if err == nil {
		account = u.ID
	}
	if err := unlessAbsent(err); err != nil {
		return nil, err
	}
	var word Word
	err = tx.In(*i.OrganizationID, func(tx *db.OrgTx) error {
		word, err = WordOn(tx, i.EmailKey, account)
		return err
	})
	if err == nil && word.Off && i.StateAt(tx.Now()) == invitations.Pending {
		err = invitations.ErrVoid
	}
	if err != nil {
		return nil, err
	}
	return invitations.Accept(tx, key)
}

// Bind makes a person whom a directory waits for the owner of an account that
// is theirs for sure, and a member.
func Bind(tx *db.OrgTx, person *directory.User, account id.User, how How) error {
	u, err := directory.TryHoldUser(tx, person.ID)
	if errors.Is(err, db.ErrNotFound) || err == nil && (!u.Active || !sameText(u.EmailKey, person.EmailKey)) {
		return errBusy // what the provider is changing, or has changed, is read again by another try
	}
	if err != nil || u.UserID != nil && *u.UserID == account {
		return err
	}
	if u.UserID != nil {
		return errBusy
	}
	return bind(tx, u, account, how)
}

// Word is what an organization's directories say of somebody who is no member.
type Word struct {
	Waiting *directory.User // an active person without an account
	Off     bool            // they have switched the person off, and nobody has them active
}

// WordOn asks the organization's directories about an address
// (users.Address.Key) and an account (empty: there is none). Directories that
// nobody has applied yet say nothing, and one that is switched off waits for
// nobody.
func WordOn(tx *db.OrgTx, address string, account id.User) (w Word, err error) {
	found, err := directory.PeopleBy(tx, address, account)
	if err != nil || !slices.ContainsFunc(found, func(u directory.User) bool { return u.UserID == nil || !u.Active }) {
		return w, err
	}
	applied, err := directory.InForce(tx)
	if err != nil {
		return w, err
	}
	active := false
	for n := range found {
		u := &found[n]
		d, counts := applied[u.DirectoryID]
		switch {
		case !counts:
		case u.Active || u.Kept:
			active = true
			if u.UserID == nil && w.Waiting == nil && d.State.Open() {
				w.Waiting = u
			}
		case u.UserID == nil || *u.UserID == account:
			w.Off = true
		}
	}
	w.Off = w.Off && !active
	return w, nil
}

// LocateOffers are the organizations that a person could come into: those that
// invited them, the one that takes in people of their address's domain, and
// those whose directories wait for them.
func LocateOffers(tx *db.Tx, u *users.User) ([]invitations.Offer, error) {
	offers, err := invitations.LocateOffers(tx, u)
	if err != nil || !u.EmailVerified {
		return offers, err
	}
	var people []directory.User
	err = tx.Locate(func(tx *db.AllTx) error {
		people, err = directory.PeopleBy(tx, u.EmailKey, u.ID)
		return err
	})
	if err != nil || len(people) == 0 {
		return offers, err
	}
	if offers, err = stillOffered(tx, u, offers); err != nil {
		return nil, err
	}
	for _, p := range people {
		known := slices.ContainsFunc(offers, func(o invitations.Offer) bool { return o.Organization == p.OrganizationID })
		if known || p.UserID != nil || !p.Active {
			continue
		}
		e, err := Foresee(tx, u, &p.OrganizationID, nil)
		if err != nil {
			return nil, err
		}
		if !e.Joins {
			continue
		}
		o, err := tenants.Get(tx, p.OrganizationID)
		if err != nil {
			return nil, err
		}
		offers = append(offers, invitations.Offer{Organization: o.ID, Name: o.Name, Domain: u.EmailDomain()})
	}
	return offers, nil
}

// stillOffered leaves out what a directory's word stands against.
func stillOffered(tx *db.Tx, u *users.User, offers []invitations.Offer) ([]invitations.Offer, error) {
	var still []invitations.Offer
	for _, o := range offers {
		e, err := Foresee(tx, u, &o.Organization, o.Invitation)
		if errors.Is(err, invitations.ErrInvalid) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if e.Joins {
			still = append(still, o)
		}
	}
	return still, nil
}
