package directory

import (
	"errors"
	"fmt"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

// What a provider is told of names. Nothing in it tells what another directory has.
var (
	ErrUserNameTaken  = problem.New(problem.Conflict, "uniqueness", "Another user of this directory has that userName.")
	ErrGroupNameTaken = problem.New(problem.Conflict, "uniqueness", "Another group of this directory has that displayName.")
)

// NewUser is a person for the directory, whom InsertUser adds.
func NewUser(d *Directory, r schema.Resource) (*User, error) {
	u := &User{ID: id.New[id.DirectoryUser](), DirectoryID: d.ID, Version: 1}
	return u, u.take(r)
}

// InsertUser adds a person to their directory. The row travels with the commit:
// where the name is another's, the transaction ends in ErrUserNameTaken.
func InsertUser(tx *db.OrgTx, u *User) error {
	set, err := addresses(u.Resource)
	if err != nil {
		return err
	}
	if err := people.InsertUniqueLater(tx, u, ErrUserNameTaken); err != nil {
		return err
	}
	if err := u.insertAddresses(tx, set); err != nil {
		return err
	}
	return db.CountLater(tx, u.DirectoryID, u.counts())
}

// GetUser is a person of the directory, or db.ErrNotFound.
func GetUser(tx db.OwnedScope, d id.Directory, u id.DirectoryUser) (*User, error) {
	return people.First(tx, db.Eq("id", u), db.Eq("directory_id", d))
}

// HoldUser is GetUser that keeps others from changing the person until the
// transaction ends (lock order: hold.go).
func HoldUser(tx *db.OrgTx, d id.Directory, u id.DirectoryUser) (*User, error) {
	return people.Hold(tx, u, db.Eq("directory_id", d))
}

// UsersByID are people of the organization in the order of their ids; whoever
// is not there is left out.
func UsersByID(tx db.OwnedScope, ids []id.DirectoryUser) ([]User, error) {
	var all []User
	for _, some := range batches(sortedIDs(ids)) {
		list, err := people.List(tx, db.Query{Where: []db.Cond{db.In("id", some)}})
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// UpdateUser makes a person who is held what next says, and their next version.
// Where next says nothing new, nothing is written. ErrUserNameTaken leaves the
// transaction whole, and u as it was.
func UpdateUser(tx *db.OrgTx, u *User, next schema.Resource) error {
	if u.Resource.Equal(next) {
		return nil
	}
	after := *u
	after.Version, after.UpdatedAt = u.Version+1, tx.Now()
	if err := after.take(next); err != nil {
		return err
	}
	set, err := addresses(next)
	if err != nil {
		return err
	}
	if err := after.update(tx, u); err != nil {
		return err
	}
	before, err := addresses(u.Resource)
	if err != nil {
		return err
	}
	if err := after.replaceAddresses(tx, before, set); err != nil {
		return err
	}
	more, less := after.counts(), u.counts()
	*u = after
	return db.CountLater(tx, u.DirectoryID, db.DirectoryCounts{UsersActive: more.UsersActive - less.UsersActive, UsersInactive: more.UsersInactive - less.UsersInactive})
}

// update writes u over before.
func (u *User) update(tx *db.OrgTx, before *User) error {
	set := db.Set{"user_name": u.UserName, "user_name_key": u.UserNameKey, "external_id": u.ExternalID, "email": u.Email, "email_key": u.EmailKey,
		"active": u.Active, "resource": db.JSON(u.Resource), "version": u.Version}
	update := people.Update
	if u.UserNameKey != before.UserNameKey {
		update = people.UpdateUnique
	} else {
		delete(set, "user_name_key")
	}
	n, err := update(tx, u.ID, set, db.Eq("version", before.Version))
	switch {
	case errors.Is(err, db.ErrDuplicate):
		return ErrUserNameTaken
	case err != nil:
		return fmt.Errorf("changing a person of a directory: %w", err)
	case n == 0:
		return db.ErrNotFound
	}
	return nil
}

// SetAccount says whose account the person is; nil: nobody's any more. It is
// nothing that the provider sees, so the version stays.
func SetAccount(tx *db.OrgTx, u *User, account *id.User) error {
	if err := u.set(tx, db.Set{"user_id": account}); err != nil {
		return err
	}
	u.UserID = account
	return nil
}

// SetKept says whether the person, inactive here, stays a member: the last owner.
func SetKept(tx *db.OrgTx, u *User, kept bool) error {
	if u.Kept == kept {
		return nil
	}
	if err := u.set(tx, db.Set{"kept": kept}); err != nil {
		return err
	}
	u.Kept = kept
	return nil
}

func (u *User) set(tx *db.OrgTx, set db.Set) error {
	n, err := people.Update(tx, u.ID, set.Quiet())
	if err == nil && n == 0 {
		return db.ErrNotFound
	}
	return err
}

// DeleteUser forgets a person who is held, with their addresses and their
// places in groups, each of which has its next version then.
func DeleteUser(tx *db.OrgTx, u *User) error {
	if err := db.BumpDirectoryGroupsOf(tx, u.ID); err != nil {
		return fmt.Errorf("leaving the groups of a directory: %w", err)
	}
	if n, err := people.Delete(tx, u.ID, db.Eq("directory_id", u.DirectoryID)); err != nil || n == 0 {
		return err // who is gone already was counted then
	}
	less := u.counts()
	return db.CountLater(tx, u.DirectoryID, db.DirectoryCounts{UsersActive: -less.UsersActive, UsersInactive: -less.UsersInactive, UsersGone: 1})
}
