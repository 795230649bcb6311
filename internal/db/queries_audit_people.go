package db

import (
	"encoding/json"
	"fmt"

	"gatehouse/internal/id"
)

// ActiveWindow is for how many days somebody counts as active who signed in:
// that day and those after it.
const ActiveWindow = 30

// ActiveChange is how many people more are active on a day than on the day
// before; negative where they are fewer. Days are counted since 1970, UTC.
type ActiveChange struct {
	Day    int64 `json:"day"`
	Change int64 `json:"change"`
}

var elementsOf = map[Dialect]string{
	Postgres: "SELECT jsonb_array_elements_text(CAST(? AS jsonb))",
	SQLite:   "SELECT value FROM json_each(?)",
}

var addActive = map[Dialect]string{
	Postgres: `INSERT INTO audit_active_days (day, change) SELECT r.day, r.change FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (day bigint, change bigint)
		ON CONFLICT (day) DO UPDATE SET change = audit_active_days.change + excluded.change`,
	SQLite: `INSERT INTO audit_active_days (day, change) SELECT json_extract(value, '$.day'), json_extract(value, '$.change') FROM json_each(?) WHERE true
		ON CONFLICT (day) DO UPDATE SET change = audit_active_days.change + excluded.change`,
}

// AddActivePeople counts people who signed in on a day. Of each person it keeps
// the last day alone, for two windows; of each day how the number of active
// people changes. So the number on any day is a sum of days, exact for people
// whose days come in their order. Who is gone is not counted. It writes for
// every organization: the counts name nobody.
func AddActivePeople(tx *AllTx, day int64, people []id.User) error {
	list, err := json.Marshal(people)
	if err != nil {
		return fmt.Errorf("encoding people: %w", err)
	}
	g, among := tx.session(), elementsOf[tx.db.Dialect]
	var before []struct{ Last, People int64 }
	err = g.Raw(`SELECT last_day AS last, count(*) AS people FROM audit_people WHERE last_day < ? AND id IN (`+among+`) GROUP BY last_day`, day, string(list)).Scan(&before).Error
	if err != nil {
		return translate(err)
	}
	changes := map[int64]int64{}
	for _, b := range before { // active until a day that moves on
		changes[max(day, b.Last+ActiveWindow)] += b.People
		changes[day+ActiveWindow] -= b.People
	}
	var fresh int64
	err = g.Raw(`SELECT count(*) FROM users u WHERE u.id IN (`+among+`) AND NOT EXISTS (SELECT 1 FROM audit_people p WHERE p.id = u.id)`, string(list)).Scan(&fresh).Error
	if err != nil {
		return translate(err)
	}
	changes[day] += fresh
	changes[day+ActiveWindow] -= fresh
	err = g.Exec(`INSERT INTO audit_people (id, last_day) SELECT u.id, ? FROM users u WHERE u.id IN (`+among+`)
		ON CONFLICT (id) DO UPDATE SET last_day = excluded.last_day WHERE audit_people.last_day < excluded.last_day`, day, string(list)).Error
	if err != nil {
		return translate(err)
	}
	if err := g.Exec("DELETE FROM audit_people WHERE last_day < ?", day-2*ActiveWindow).Error; err != nil {
		return translate(err)
	}
	return addActiveChanges(tx, changes)
}

func addActiveChanges(tx *AllTx, changes map[int64]int64) error {
	var rows []ActiveChange
	for day, n := range changes {
		if n != 0 {
			rows = append(rows, ActiveChange{day, n})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("encoding days: %w", err)
	}
	return translate(tx.session().Exec(addActive[tx.db.Dialect], string(list)).Error)
}

// ListActiveChanges lists how the number of active people changed up to a day:
// one row for each day, over the whole deployment.
func ListActiveChanges(tx *AllTx, until int64) (rows []ActiveChange, err error) {
	err = tx.session().Raw("SELECT day, change FROM audit_active_days WHERE day <= ? ORDER BY day", until).Scan(&rows).Error
	return rows, translate(err)
}
