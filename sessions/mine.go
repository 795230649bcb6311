package sessions

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// maxApplications bounds how many of a person's application sessions are read
// at once, for a page.
const maxApplications = 500

// Applications are a person's sessions that applications can use now, the
// newest first.
func Applications(tx db.AnyScope, user id.User) ([]Session, error) {
	rows, err := sessions.List(tx, db.Query{
		Where: []db.Cond{db.Eq("user_id", user), db.Null("ended_at"), db.Gt("expires_at", tx.Now())},
		Order: []string{"-id"}, Limit: maxApplications,
	})
	live := make([]Session, 0, len(rows))
	for _, s := range rows {
		if s.LiveAt(tx.Now()) {
			live = append(live, s)
		}
	}
	return live, err
}

// EndForClient ends a person's sessions of one application, in whichever
// browser they began. Refresh tokens end with their sessions.
func EndForClient(tx *db.Tx, user id.User, client id.Client, why Reason) error {
	return endAll(tx, why, db.Eq("user_id", user), db.Eq("client_id", client))
}

// EndForConnection ends the sessions that began by a connection and hang on no
// browser: those of devices.
func EndForConnection(tx *db.Tx, user id.User, c id.Connection, why Reason) error {
	return endAll(tx, why, db.Eq("user_id", user), db.Eq("connection_id", c), db.Null("browser_session_id"))
}

// EndBrowserOf is EndBrowser for one of a person's own browsers: another's, or
// one that has ended, is db.ErrNotFound.
func EndBrowserOf(tx *db.Tx, user id.User, browser id.BrowserSession, why Reason) error {
	b, err := browsers.First(tx, db.Eq("id", browser), db.Eq("user_id", user))
	if err != nil {
		return err
	}
	if !b.LiveAt(tx.Now()) {
		return db.ErrNotFound
	}
	return EndBrowser(tx, b.ID, why)
}
