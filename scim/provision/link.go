package provision

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/users"
)

// settle finds out whose account a person is, and makes them a member. since is
// when the directory said that they are to be one. It says how; "" where they
// stay pending.
func settle(tx *db.OrgTx, d *directory.Directory, u *directory.User, since time.Time) (How, error) {
	account, how, err := accountOf(tx, u, u.Active)
	if err != nil || account == nil {
		return "", err
	}
	if !u.Active { // a member whom the directory does not let in, whoever made them one
		return how, depart(tx, d, u, Deactivated)
	}
	if err := directory.SetAccount(tx, u, &account.ID); err != nil {
		return "", err
	}
	if err := join(tx, u, since); err != nil {
		return "", err
	}
	return how, refresh(tx, u)
}

// bind makes a person, who is pending and whom the transaction holds, the owner
// of an account that is theirs for sure, and a member.
func bind(tx *db.OrgTx, u *directory.User, account id.User, how How) error {
	if err := directory.SetAccount(tx, u, &account); err != nil {
		return err
	}
	if err := join(tx, u, u.CreatedAt); err != nil {
		return err
	}
	if err := refresh(tx, u); err != nil {
		return err
	}
	return recordLinked(tx, u, how)
}

// join makes the account of an active person a member with the role that their
// groups give.
func join(tx *db.OrgTx, u *directory.User, since time.Time) error {
	account := *u.UserID
	_, err := users.Provision(tx, account, since, func() (string, error) {
		roles, err := rolesOf(tx, []id.User{account})
		return roles[account], err
	})
	return err
}

func recordLinked(tx *db.OrgTx, u *directory.User, how How) error {
	d, err := directory.Get(tx, u.DirectoryID)
	if err != nil {
		return err
	}
	w, err := directory.ToldWire(tx, d, u)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.DirectoryUserLinked{DirectoryUser: w, How: string(how)})
}
