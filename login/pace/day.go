package pace

import (
	"time"

	"gatehouse/internal/db"
)

// Day is how long sign-ins took: nineteen of twenty not longer than P95.
type Day struct {
	P95, Before     time.Duration // in the last 24 hours, and in the 24 before
	Known, Compared bool          // whether there were any then
}

const (
	day   = 24 * time.Hour
	share = 0.95
)

// LastDay reads the last 24 hours, the one that has begun among them, and the
// 24 before. What a server counted within ten seconds may be missing.
func LastDay(tx *db.AllTx) (Day, error) {
	end := tx.Now().Truncate(time.Hour).Add(time.Hour)
	times, err := db.ListSignInTimes(tx, end.Add(-2*day), end)
	if err != nil {
		return Day{}, err
	}
	var now, before []db.SignInTime
	for _, t := range times {
		if t.Hour.Before(end.Add(-day)) {
			before = append(before, t)
		} else {
			now = append(now, t)
		}
	}
	var d Day
	d.P95, d.Known = percentile(share, now)
	d.Before, d.Compared = percentile(share, before)
	return d, nil
}
