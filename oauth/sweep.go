package oauth

import (
	"time"

	"gatehouse/internal/db"
)

// keptFor is how long what has run out stays, so that a code or token that
// comes late is told from one that never was.
const keptFor = 24 * time.Hour

// Sweep removes requests, grants and families that ran out a day ago. It may
// run twice, or on two nodes at once: it only deletes.
func Sweep(tx *db.Tx) error {
	before := tx.Now().Add(-keptFor)
	if _, err := requests.DeleteWhere(tx, db.Lt("expires_at", before)); err != nil {
		return err
	}
	// A code that was used can be reused for as long as what it gave lives.
	if _, err := grants.DeleteWhere(tx, db.Lt("expires_at", before), db.Or(db.Null("session_id"), db.Eq("surface", surfacePending))); err != nil {
		return err
	}
	if _, err := families.DeleteWhere(tx, db.Lt("expires_at", before)); err != nil {
		return err
	}
	if _, err := devices.DeleteWhere(tx, db.Lt("expires_at", before)); err != nil {
		return err
	}
	if err := sweepProfileTokens(tx, before); err != nil {
		return err
	}
	_, err := signingKeys.DeleteWhere(tx, db.Lt("gone_at", before))
	return err
}
