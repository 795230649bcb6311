package users

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
)

// ErrLastOperator refuses to delete the last owner of the system organization:
// nobody could open the dashboard any more.
var ErrLastOperator = problem.New(problem.Conflict, "user_deletion_not_allowed",
	"This is the last owner of the dashboard. Make somebody else an owner first.")

const maxReason = 500

// Delete removes an account: its sessions end, its memberships are told of as
// ended, and the row goes with its passwords. The log keeps what it was.
func Delete(tx *db.Tx, user id.User) error {
	u, err := users.GetForUpdate(tx, user)
	if err != nil {
		return err
	}
	if err := sessions.EndForUser(tx, user, sessions.UserDeleted); err != nil {
		return err
	}
	if err := eachMembership(tx, user, leave); err != nil {
		return err
	}
	if err := audit.RecordDeployment(tx, audit.UserDeleted{User: u.Wire()}); err != nil {
		return err
	}
	_, err = users.Delete(tx, user)
	return err
}

// Ban keeps a person from signing in, until a time or until Unban, and ends
// all of their sessions.
func Ban(tx *db.Tx, user id.User, until *time.Time, reason string) (*User, error) {
	reason, err := field.Text("reason", reason, maxReason)
	if err != nil {
		return nil, err
	}
	set := db.Set{"banned_at": tx.Now(), "banned_until": until, "ban_reason": reason}
	u, err := changed(tx, user, set)
	if err != nil {
		return nil, err
	}
	if err := sessions.EndForUser(tx, user, sessions.UserBanned); err != nil {
		return nil, err
	}
	return u, audit.RecordDeployment(tx, audit.UserBanned{User: u.Wire(), Until: wire.MaybeAt(until), Reason: reason})
}

// Unban lifts a ban. Sessions do not come back.
func Unban(tx *db.Tx, user id.User) (*User, error) {
	u, err := changed(tx, user, db.Set{"banned_at": nil, "banned_until": nil, "ban_reason": nil})
	if err != nil {
		return nil, err
	}
	return u, audit.RecordDeployment(tx, audit.UserUnbanned{User: u.Wire()})
}

// changed sets columns of one person and reads them back.
func changed(tx *db.Tx, user id.User, set db.Set) (*User, error) {
	n, err := users.Update(tx, user, set)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, db.ErrNotFound
	}
	return users.Get(tx, user)
}
