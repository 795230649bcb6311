package users

import (
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// storedPassword is what is kept of a password: a hash that describes itself.
type storedPassword struct {
	db.Global
	UserID    id.User `gorm:"primaryKey"`
	Hash      string
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (storedPassword) TableName() string { return "passwords" }

// The table's key is user_id, so it is never asked for by id.
var passwords = db.GlobalTable[storedPassword, id.User]{}

// Why says what made a password change. It is stable: events carry it.
type Why string

// The reasons.
const (
	ChangedByPerson Why = "changed"
	SetByAPI        Why = "set_by_api"
	SetByOperator   Why = "set_by_operator"
	Reset           Why = "reset"
	Upgraded        Why = "upgraded" // the same password, hashed as it is done today
	Claimed         Why = "claimed"  // the mailbox's owner came, and it was somebody else's
	Disowned        Why = "disowned" // the person says that a stranger knows it
)

// SetPassword stores the hash of a person's new password. Ending sessions is
// the caller's decision: sessions.EndForUser, with the one to keep.
func SetPassword(tx *db.Tx, user id.User, hash string, why Why) error {
	u, err := users.Get(tx, user)
	if err != nil {
		return err
	}
	n, err := passwords.UpdateWhere(tx, db.Set{"hash": hash}, db.Eq("user_id", user))
	if err == nil && n == 0 {
		err = passwords.Insert(tx, &storedPassword{UserID: user, Hash: hash})
	}
	if errors.Is(err, db.ErrDuplicate) { // set by another in this moment: the last one stands
		_, err = passwords.UpdateWhere(tx, db.Set{"hash": hash}, db.Eq("user_id", user))
	}
	if err != nil {
		return err
	}
	return audit.RecordDeployment(tx, audit.PasswordChanged{User: u.Wire(), Reason: string(why)})
}

// PasswordStands reports whether the person's password is still the one of that
// time: half a sign-in that it proved ends with it.
func PasswordStands(tx db.AnyScope, user id.User, since time.Time) (bool, error) {
	same, err := passwords.Count(tx, db.Eq("user_id", user), db.Lte("updated_at", since))
	return same == 1, err // one that was taken away does not stand either
}

// PasswordChangedSince reports whether the person got another password after
// that time. Whoever has none got none: a link to a first one works.
func PasswordChangedSince(tx db.AnyScope, user id.User, since time.Time) (bool, error) {
	n, err := passwords.Count(tx, db.Eq("user_id", user), db.Gt("updated_at", since))
	return n > 0, err
}

// HasPassword reports whether the person can sign in by one.
func HasPassword(tx db.AnyScope, user id.User) (bool, error) {
	n, err := passwords.Count(tx, db.Eq("user_id", user))
	return n > 0, err
}

// hashOf is the stored hash, or "" where there is none. It asks for unknown
// people too, so that their sign-ins cost the same.
func hashOf(tx db.AnyScope, user id.User) (string, error) {
	row, err := passwords.First(tx, db.Eq("user_id", user))
	if errors.Is(err, db.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return row.Hash, nil
}
