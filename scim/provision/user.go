package provision

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
	"gatehouse/users"
)

// CreateUser adds a person to a directory: whose account they are is decided
// here, and they become a member. Whose mailbox nobody has proven stays without
// an account, and is told nothing.
func CreateUser(tx *db.OrgTx, d *directory.Directory, r schema.Resource) (*directory.User, error) {
	return CreateKnown(tx, d, r, nil)
}

// CreateKnown is CreateUser, with what was found of MailboxOf(r) a moment ago;
// nil: it is looked up. An account that is there is looked at again, and one
// that came meanwhile is ErrAgain.
func CreateKnown(tx *db.OrgTx, d *directory.Directory, r schema.Resource, found *db.Addressed) (*directory.User, error) {
	d, err := standing(tx, d)
	if err != nil {
		return nil, err
	}
	u, err := directory.NewUser(d, r)
	if err != nil {
		return nil, err
	}
	w, how, err := admit(tx, d, u, found)
	if err != nil {
		return nil, err
	}
	if err := audit.Record(tx, audit.DirectoryUserCreated{DirectoryUser: w}); err != nil || how == "" {
		return u, err
	}
	return u, audit.Record(tx, audit.DirectoryUserLinked{DirectoryUser: w, How: string(how)})
}

// admit adds somebody new and makes them a member, if it is certain whose
// account they are. It says how, and who they are then.
func admit(tx *db.OrgTx, d *directory.Directory, u *directory.User, found *db.Addressed) (wire.DirectoryUser, How, error) {
	var account *users.User
	var how How
	if !d.Staged && u.EmailKey != nil {
		var err error
		if found, err = orFind(tx, found, *u.EmailKey); err != nil {
			return wire.DirectoryUser{}, "", err
		}
		create := func() (*users.User, error) { return users.CreateLater(tx.Tx, newAccount(u), ErrAgain) }
		if account, how, err = decide(tx, u, *found, u.Active, create); err != nil {
			return wire.DirectoryUser{}, "", err
		}
	}
	if account != nil && u.Active {
		u.UserID = &account.ID
	}
	if err := directory.InsertUser(tx, u); err != nil {
		return wire.DirectoryUser{}, "", err
	}
	switch {
	case account == nil:
		w, err := directory.NewUserWire(tx, d, u, "")
		return w, "", err
	case how == ByCreation:
		return admitNew(tx, d, u, account, *found)
	}
	if err := admitKnown(tx, d, u); err != nil {
		return wire.DirectoryUser{}, "", err
	}
	w, err := directory.ToldWire(tx, d, u)
	return w, how, err
}

func orFind(tx *db.OrgTx, found *db.Addressed, address string) (*db.Addressed, error) {
	if found != nil {
		return found, nil
	}
	now, err := db.FindAddressed(tx, address, heldAs(address))
	return &now, err
}

// admitNew makes an account that this transaction made a member. Nobody else
// can have said anything of it, so there is little to look at: the default role
// is theirs, unless providers themselves say which.
func admitNew(tx *db.OrgTx, d *directory.Directory, u *directory.User, account *users.User, found db.Addressed) (wire.DirectoryUser, How, error) {
	if found.Trusting {
		if err := admitKnown(tx, d, u); err != nil {
			return wire.DirectoryUser{}, "", err
		}
		w, err := directory.ToldWire(tx, d, u)
		return w, ByCreation, err
	}
	m, err := users.ProvisionNew(tx, account, found.Name)
	if err != nil {
		return wire.DirectoryUser{}, "", err
	}
	w, err := directory.NewUserWire(tx, d, u, m.RoleSlug)
	return w, ByCreation, err
}

// admitKnown makes the account of an active person a member, and lets a member
// leave who is none. What it does looks at the people of the account.
func admitKnown(tx *db.OrgTx, d *directory.Directory, u *directory.User) error {
	if err := tx.Flush(); err != nil {
		return err
	}
	if !u.Active { // a member whom the directory does not let in, whoever made them one
		return depart(tx, d, u, Deactivated)
	}
	if err := join(tx, u, tx.Now()); err != nil {
		return err
	}
	return refresh(tx, u)
}

// UpdateUser makes a person, whom the caller holds, what next says, and does
// what follows: who becomes inactive leaves, who becomes active comes back, and
// what is new of the others reaches their account as far as the organization
// governs that. It says whether anything changed.
func UpdateUser(tx *db.OrgTx, d *directory.Directory, u *directory.User, next schema.Resource) (changed bool, err error) {
	if u.Resource.Equal(next) {
		return false, nil
	}
	if d, err = standing(tx, d); err != nil {
		return false, err
	}
	if u.Active && !next.Active() && !d.Staged {
		if d, err = guard(tx, d); err != nil {
			return false, err
		}
	}
	before := *u
	if err := directory.UpdateUser(tx, u, next); err != nil {
		return false, err
	}
	how := How("")
	if !d.Staged {
		if how, err = follow(tx, d, &before, u); err != nil {
			return false, err
		}
	}
	return true, recordUser(tx, d, &before, u, how)
}

// follow does what a change of a person means outside of the directory.
func follow(tx *db.OrgTx, d *directory.Directory, before, u *directory.User) (How, error) {
	switch {
	case before.Active && !u.Active:
		return "", end(tx, d, u, Deactivated)
	case !before.Active && u.Active:
		return comeBack(tx, d, u)
	case !u.Active:
		return "", nil
	case u.UserID == nil && !sameText(before.EmailKey, u.EmailKey):
		return settle(tx, d, u, tx.Now())
	case u.UserID == nil:
		return "", nil
	}
	if d.TrustRoles && !schema.Same(trusted(before.Resource), trusted(u.Resource)) {
		if err := regrade(tx, *u.UserID); err != nil {
			return "", err
		}
	}
	return "", refresh(tx, u)
}

// comeBack lets somebody in again: with the roles that their groups give now,
// and without any session of before.
func comeBack(tx *db.OrgTx, d *directory.Directory, u *directory.User) (How, error) {
	if err := directory.SetKept(tx, u, false); err != nil {
		return "", err
	}
	if u.UserID == nil {
		return settle(tx, d, u, tx.Now())
	}
	account, err := users.Hold(tx.Tx, *u.UserID) // before the membership: hold.go of scim/directory
	if err != nil {
		return "", err
	}
	if err := join(tx, u, tx.Now()); err != nil {
		return "", err
	}
	return "", refreshAccount(tx, u, account)
}

// DeleteUser forgets a person, whom the caller holds. Who was active leaves as
// by a deactivation. Whoever comes under the same name afterwards is another.
func DeleteUser(tx *db.OrgTx, d *directory.Directory, u *directory.User) error {
	d, err := standing(tx, d)
	if err != nil {
		return err
	}
	w, err := directory.ToldWire(tx, d, u)
	if err != nil {
		return err
	}
	in, err := groupWires(tx, u)
	if err != nil {
		return err
	}
	leaves := u.Active && !d.Staged
	if leaves {
		if d, err = guard(tx, d); err != nil {
			return err
		}
	}
	if err := directory.DeleteUser(tx, u); err != nil {
		return err
	}
	if leaves {
		if err := end(tx, d, u, Deleted); err != nil {
			return err
		}
	}
	entries := make([]audit.Entry, 0, len(in)+1)
	for _, g := range in {
		entries = append(entries, audit.DirectoryGroupUserRemoved{DirectoryID: d.ID, User: w, Group: g})
	}
	return audit.RecordAll(tx, append(entries, audit.DirectoryUserDeleted{DirectoryUser: w}))
}

// standing is the directory as it is, and stays, for this transaction: whether
// what it says takes effect is decided by somebody who may be doing so now.
func standing(tx *db.OrgTx, d *directory.Directory) (*directory.Directory, error) {
	if !d.Staged {
		return d, nil // there is no way back
	}
	return directory.Share(tx, d.ID)
}

func sameText(a, b *string) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
