package directory

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// InsertDeparture records that the directory took somebody away, with the
// commit.
func InsertDeparture(tx *db.OrgTx, u *User, d *Departure) error {
	u.left = d
	return departures.InsertLater(tx, d)
}

// HoldDeparture is one departure that nobody changes until the end, or
// db.ErrNotFound.
func HoldDeparture(tx *db.OrgTx, d id.Departure) (*Departure, error) { return departures.Hold(tx, d) }

// CountDepartures is how many people the directory has taken away after an
// instant: what its safeguard looks at. An owner who stayed did not leave.
func CountDepartures(tx db.OwnedScope, d id.Directory, after time.Time) (int64, error) {
	return departures.Count(tx, db.Eq("directory_id", d), db.Gt("created_at", after), db.Eq("kept", false))
}

// ProveDeparture notes of a departure, which is held and was not proven, that
// nothing live was found any more.
func ProveDeparture(tx *db.OrgTx, d *Departure) error {
	return departures.UpdateLater(tx, d.ID, db.Set{"proven_at": tx.Now()})
}

// CountDeparture adds what was still found alive, and ended.
func CountDeparture(tx *db.OrgTx, d id.Departure, sessions, refreshTokens, keys int64) error {
	_, err := departures.Update(tx, d, db.Set{"sessions": db.Add("sessions", sessions), "refresh_tokens": db.Add("refresh_tokens", refreshTokens),
		"api_keys": db.Add("api_keys", keys)}, db.Null("proven_at"))
	return err
}

// LocateUnproven is which departures of before an instant nobody has looked
// after, the oldest first: their job was lost.
func LocateUnproven(tx *db.AllTx, before time.Time, limit int) ([]Departure, error) {
	return departures.List(tx, db.Query{Where: []db.Cond{db.Null("proven_at"), db.Eq("kept", false), db.Lt("created_at", before)},
		Order: []string{"created_at"}, Limit: limit})
}
