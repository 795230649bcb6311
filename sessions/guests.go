package sessions

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// MakeGuests makes guests of whoever came by single sign-on of the
// transaction's organization and is among those that of picks: it does not
// vouch for them any more, so that their sessions lead there alone. It is
// called where the organization loses what it vouched by, whose event says so.
func MakeGuests(tx *db.OrgTx, of func([]id.User) ([]id.User, error)) error {
	vouched := []db.Cond{db.Eq("sso_organization_id", tx.Organization()), db.Eq("sso_guest", false), db.Null("ended_at")}
	var last id.BrowserSession
	for {
		batch, err := browsers.List(tx.Tx, db.Query{Where: append(vouched[:3:3], db.Gt("id", last)), Limit: endBatch})
		if err != nil {
			return err
		}
		people := map[id.User]bool{}
		for _, b := range batch {
			people[b.UserID], last = true, b.ID
		}
		if err := makeGuests(people, of, func(whose db.Cond) error {
			_, err := browsers.UpdateWhere(tx.Tx, db.Set{"sso_guest": true}, append(vouched[:3:3], whose)...)
			return err
		}); err != nil {
			return err
		}
		if len(batch) < endBatch {
			return makeGuestsBelow(tx, vouched, of)
		}
	}
}

// makeGuestsBelow does the same to the applications' sessions: not each is
// below a browser's.
func makeGuestsBelow(tx *db.OrgTx, vouched []db.Cond, of func([]id.User) ([]id.User, error)) error {
	var last id.Session
	for {
		batch, err := sessions.List(tx.Tx, db.Query{Where: append(vouched[:3:3], db.Gt("id", last)), Limit: endBatch})
		if err != nil {
			return err
		}
		people := map[id.User]bool{}
		for _, s := range batch {
			people[s.UserID], last = true, s.ID
		}
		if err := makeGuests(people, of, func(whose db.Cond) error {
			_, err := sessions.UpdateWhere(tx.Tx, db.Set{"sso_guest": true}, append(vouched[:3:3], whose)...)
			return err
		}); err != nil || len(batch) < endBatch {
			return err
		}
	}
}

func makeGuests(people map[id.User]bool, of func([]id.User) ([]id.User, error), update func(db.Cond) error) error {
	if len(people) == 0 {
		return nil
	}
	all := make([]id.User, 0, len(people))
	for u := range people {
		all = append(all, u)
	}
	them, err := of(all)
	if err != nil || len(them) == 0 {
		return err
	}
	return update(db.In("user_id", them))
}
