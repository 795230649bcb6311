package sessions

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// maxWithin bounds how many sessions a page that counts looks at.
const maxWithin = 1000

// LiveWithin are the live sessions that are in an organization, and whether
// there are more than it says.
func LiveWithin(tx db.AnyScope, org id.Organization) (live []Session, more bool, err error) {
	rows, err := sessions.List(tx, db.Query{Where: []db.Cond{db.Eq("organization_id", org), db.Null("ended_at"), db.Gt("expires_at", tx.Now())},
		Order: []string{"-id"}, Limit: maxWithin + 1})
	if more = len(rows) > maxWithin; more {
		rows = rows[:maxWithin]
	}
	for _, s := range rows {
		if s.LiveAt(tx.Now()) {
			live = append(live, s)
		}
	}
	return live, more, err
}

// CountLive is how many of a person's sessions are in the transaction's
// organization and can be used.
func CountLive(tx *db.OrgTx, user id.User) (n int64, err error) {
	rows, err := sessions.List(tx.Tx, db.Query{Limit: maxWithin,
		Where: []db.Cond{db.Eq("user_id", user), db.Eq("organization_id", tx.Organization()), db.Null("ended_at"), db.Gt("expires_at", tx.Now())}})
	for _, s := range rows {
		if s.LiveAt(tx.Now()) {
			n++
		}
	}
	return n, err
}
