package sessions

import (
	"time"

	"gatehouse/internal/db"
)

// kept is how long a session that is over can still be read.
const kept = 90 * 24 * time.Hour

// Sweep deletes sessions that were over long ago, and what other packages hang
// on them goes with them. A worker runs it now and then; running it twice is
// harmless. The log keeps what happened.
func Sweep(tx *db.Tx) (int64, error) {
	long := tx.Now().Add(-kept)
	over := db.Or(db.Lt("expires_at", long), db.Lt("ended_at", long))
	applications, err := sessions.DeleteWhere(tx, over)
	if err != nil {
		return 0, err
	}
	// A browser session stays for as long as a session below it.
	inBrowsers, err := browsers.DeleteWhere(tx, over)
	return applications + inBrowsers, err
}
