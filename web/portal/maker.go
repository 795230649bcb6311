package portal

import (
	"errors"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/users"
)

// A link gives what its maker may give. Where that was a person, an owner or admin
// of the organization or an operator, it opens nothing, is not renewed, and what it
// has opened ends, once they are none any more: else whoever is about to be removed
// would let themselves in by a link of their own.

// locateGiven reports whether a link's maker may still give it.
func locateGiven(tx *db.AllTx, l *portal.Link) (bool, error) {
	if l.MakerID == nil { // the application's own
		return true, nil
	}
	maker, err := users.Get(tx, *l.MakerID)
	if errors.Is(err, db.ErrNotFound) || err == nil && maker.BannedNow(tx.Now()) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	mine, err := users.LocateMemberships(tx, maker.ID)
	return slices.ContainsFunc(mine, func(m users.Choice) bool {
		return (m.System || m.Organization == l.OrganizationID) && looksAfter(m.Role)
	}), err
}

// locateGivenIn is locateGiven for a link of the transaction's organization.
func locateGivenIn(tx *db.OrgTx, key id.PortalLink) (yes bool, err error) {
	err = tx.Locate(func(all *db.AllTx) error {
		l, err := portal.GetLink(all, key)
		if err == nil {
			yes, err = locateGiven(all, l)
		}
		return err
	})
	return yes, err
}

// locateByLink is byLink within the organization's transaction.
func (v *visit) locateByLink(tx *db.OrgTx) error { return tx.Locate(v.byLink) }

// byLink wants the visit's link to be given still.
func (v *visit) byLink(tx *db.AllTx) (err error) {
	if v.session.LinkID == nil {
		return portal.ErrEnded
	}
	v.link, err = portal.GetLink(tx, *v.session.LinkID)
	if errors.Is(err, db.ErrNotFound) {
		return portal.ErrEnded
	}
	if err != nil {
		return err
	}
	given, err := locateGiven(tx, v.link)
	if err == nil && !given {
		v.link, err = nil, portal.ErrEnded // nor is there another to ask for
	}
	return err
}

// maker is the person who makes a link, where it is one: in a visit by a link
// whoever made that.
func (v *visit) maker() *id.User {
	switch {
	case v.user != nil:
		return &v.user.ID
	case v.link != nil:
		return v.link.MakerID
	}
	return nil
}
