package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// activity is the types of entries that say that somebody came in: at the
// hosted pages, or by an application's own forms.
var activity = []string{"browser_session.created", "session.created"}

// peopleCounted is the cursor of who was counted. It is one of its own, so
// that a deployment which had a log before goes through it once.
const peopleCounted id.Cursor = "people"

// People counts who came in, of one batch of positions, and says how many
// positions that were. The cursor moves with the counts, in one transaction:
// whoever is killed counts nothing twice.
func (r *Rollups) People(ctx context.Context) (n int, err error) {
	var at, head int64
	err = r.DB.ReadDeployment(ctx, func(tx *db.AllTx) error {
		if head, err = audit.Head(tx); err != nil || head == 0 {
			return err
		}
		at, err = counted(tx, peopleCounted)
		return err
	})
	if err != nil || at >= head {
		return 0, err
	}
	to := min(at+rollupBatch, head)
	err = r.DB.InDeployment(ctx, actor.System("rollups"), func(tx *db.AllTx) error {
		if err := advance(tx, peopleCounted, at, to); err != nil {
			return err
		}
		rows, err := audit.Feed(tx, audit.FeedQuery{After: at, Until: to, Types: activity, Limit: rollupBatch})
		if err != nil {
			return err
		}
		days, byDay := cameIn(rows)
		for _, day := range days {
			if err := db.AddActivePeople(tx, day, byDay[day]); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errElsewhere) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("counting active people: %w", err)
	}
	return int(to - at), nil
}

// cameIn is who came in on which day, in the order of days. An operator who
// acts as somebody is not that person.
func cameIn(rows []audit.Numbered) (days []int64, byDay map[int64][]id.User) {
	byDay = map[int64][]id.User{}
	seen := map[int64]map[id.User]bool{}
	for i := range rows {
		var data struct {
			User         id.User         `json:"user_id"`
			Method       string          `json:"method"`
			Impersonator json.RawMessage `json:"impersonator"`
		}
		if json.Unmarshal(rows[i].Data, &data) != nil || data.User == "" || data.Method == "impersonation" || len(data.Impersonator) > 0 && string(data.Impersonator) != "null" {
			continue
		}
		day := dayOf(rows[i].OccurredAt)
		if seen[day] == nil {
			seen[day], days = map[id.User]bool{}, append(days, day)
		}
		if !seen[day][data.User] {
			seen[day][data.User] = true
			byDay[day] = append(byDay[day], data.User)
		}
	}
	slices.Sort(days)
	return days, byDay
}

// dayOf counts days since 1970, UTC.
func dayOf(at time.Time) int64 { return at.Unix() / (24 * 60 * 60) }

// ActiveWeek is how many people were active within 30 days that end on a day.
type ActiveWeek struct {
	Day    time.Time
	People int64
}

// Active is how many people are active, by weeks up to today.
type Active struct {
	Weeks    []ActiveWeek // the oldest first; none before the first sign-in that is known
	Before   int64        // 30 days ago
	Compared bool         // whether the log reaches back as far as Before needs: 60 days
	Behind   bool         // the log is still being counted
}

// Now is how many are active today; false where none is known to have come in.
func (a Active) Now() (int64, bool) {
	if len(a.Weeks) == 0 {
		return 0, false
	}
	return a.Weeks[len(a.Weeks)-1].People, true
}

// MonthlyActive reads the counts of distinct people in 30 days, for so many
// weeks. It reads one row for each day and none of the log.
func MonthlyActive(tx *db.AllTx, weeks int) (a Active, err error) {
	head, err := audit.Head(tx)
	if err != nil {
		return a, err
	}
	at, err := counted(tx, peopleCounted)
	if err != nil {
		return a, err
	}
	a.Behind = head-at > rollupBatch
	today := dayOf(tx.Now())
	rows, err := db.ListActiveChanges(tx, today)
	if err != nil || len(rows) == 0 {
		return a, err
	}
	on := func(day int64) (n int64) {
		for _, r := range rows {
			if r.Day <= day {
				n += r.Change
			}
		}
		return n
	}
	for week := weeks - 1; week >= 0; week-- {
		if day := today - int64(week)*7; day >= rows[0].Day {
			a.Weeks = append(a.Weeks, ActiveWeek{Day: time.Unix(day*24*60*60, 0).UTC(), People: on(day)})
		}
	}
	a.Before, a.Compared = on(today-db.ActiveWindow), rows[0].Day <= today-2*db.ActiveWindow
	return a, nil
}
