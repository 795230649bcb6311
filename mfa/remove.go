package mfa

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// RemoveSince takes from a person everything that could stand for them and
// that was set up at that moment or later: somebody else did it. The zero time
// takes everything.
func RemoveSince(tx *db.Tx, user id.User, at time.Time) error {
	mine := db.Eq("user_id", user)
	rows, err := factors.List(tx, db.Query{Where: []db.Cond{mine}})
	if err != nil {
		return err
	}
	for i := range rows {
		if counts := rows[i].VerifiedAt; counts != nil && counts.Before(at) {
			continue
		}
		if err := RemoveFactor(tx, &rows[i]); err != nil {
			return err
		}
	}
	keys, err := passkeys.List(tx, db.Query{Where: []db.Cond{mine, db.Gte("created_at", at)}})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := removePasskey(tx, user, k.ID); err != nil {
			return err
		}
	}
	_, err = recoveryCodes.DeleteWhere(tx, mine, db.Gte("created_at", at))
	return err
}
