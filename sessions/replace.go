package sessions

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// ReplaceBrowser ends the browser session that a new sign-in in the same
// browser takes the place of. If it was the same person's, the applications'
// sessions below it go on below the new one: signing in again signs nobody
// out. Another person's end.
func ReplaceBrowser(tx *db.Tx, old id.BrowserSession, by *Browser) error {
	before, err := browsers.Get(tx, old)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if before.UserID == by.UserID && before.LiveAt(tx.Now()) {
		_, err := sessions.UpdateWhere(tx, db.Set{"browser_session_id": by.ID}, db.Eq("browser_session_id", old), db.Null("ended_at"))
		if err != nil {
			return err
		}
	}
	return EndBrowser(tx, old, Replaced)
}
