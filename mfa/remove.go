package mfa

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// RemoveAll takes everything from a person that could stand for them: the
// mailbox's owner proved an address that somebody else had used unproven.
func RemoveAll(tx *db.Tx, user id.User) error {
	mine := db.Eq("user_id", user)
	if _, err := factors.DeleteWhere(tx, mine); err != nil {
		return err
	}
	if _, err := passkeys.DeleteWhere(tx, mine); err != nil {
		return err
	}
	_, err := recoveryCodes.DeleteWhere(tx, mine)
	return err
}
