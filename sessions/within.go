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

// LiveReads finds a person's sessions that are in the transaction's organization
// and have not ended; of those LiveAt says which can be used.
func LiveReads(tx *db.OrgTx, rows *[]Session, user id.User) db.Part {
	return sessions.Reads(tx.Tx, rows, db.Query{Limit: maxWithin,
		Where: []db.Cond{db.Eq("user_id", user), db.Eq("organization_id", tx.Organization()), db.Null("ended_at"), db.Gt("expires_at", tx.Now())}})
}
