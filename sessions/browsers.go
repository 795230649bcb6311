package sessions

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// maxBrowsers bounds how many of a person's browsers are listed.
const maxBrowsers = 50

// Browsers are the browsers in which a person is signed in, the newest first.
func Browsers(tx db.AnyScope, user id.User) ([]Browser, error) {
	rows, err := browsers.List(tx, db.Query{
		Where: []db.Cond{db.Eq("user_id", user), db.Null("ended_at"), db.Gt("expires_at", tx.Now())},
		Order: []string{"-id"}, Limit: maxBrowsers,
	})
	live := make([]Browser, 0, len(rows))
	for _, b := range rows {
		if b.LiveAt(tx.Now()) {
			live = append(live, b)
		}
	}
	return live, err
}
