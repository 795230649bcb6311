package db

import (
	"encoding/json"
	"fmt"
	"time"
)

// SignInTime is how many answers to sign-ins were given within one hour that
// took up to a bound, and longer than the bound below.
type SignInTime struct {
	Hour    time.Time `json:"-"`
	UpToMS  int64     `json:"up_to_ms" gorm:"column:up_to_ms"`
	Answers int64     `json:"answers"`
}

var addSignInTimes = map[Dialect]string{
	Postgres: `INSERT INTO sign_in_times (hour, up_to_ms, answers)
		SELECT r.hour, r.up_to_ms, r.answers FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (hour timestamptz, up_to_ms bigint, answers bigint)
		ON CONFLICT (hour, up_to_ms) DO UPDATE SET answers = sign_in_times.answers + excluded.answers`,
	SQLite: `INSERT INTO sign_in_times (hour, up_to_ms, answers)
		SELECT json_extract(value, '$.hour'), json_extract(value, '$.up_to_ms'), json_extract(value, '$.answers') FROM json_each(?) WHERE true
		ON CONFLICT (hour, up_to_ms) DO UPDATE SET answers = sign_in_times.answers + excluded.answers`,
}

// AddSignInTimes adds to what every process counted, in the rows' order. The
// table is the deployment's: no row knows an organization.
func AddSignInTimes(tx *AllTx, times []SignInTime) error {
	type row struct {
		SignInTime
		Hour string `json:"hour"`
	}
	rows := make([]row, len(times))
	for i, t := range times {
		rows[i] = row{t, t.Hour.UTC().Format(sqliteTime)}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("encoding sign-in times: %w", err)
	}
	return translate(tx.session().Exec(addSignInTimes[tx.db.Dialect], string(list)).Error)
}

// ListSignInTimes lists the counts of whole hours from one to before another.
func ListSignInTimes(tx *AllTx, since, before time.Time) (times []SignInTime, err error) {
	err = tx.session().Raw("SELECT hour, up_to_ms, answers FROM sign_in_times WHERE hour >= ? AND hour < ? ORDER BY hour, up_to_ms", since.UTC(), before.UTC()).Scan(&times).Error
	for i := range times {
		times[i].Hour = times[i].Hour.UTC()
	}
	return times, translate(err)
}

// SweepSignInTimes removes the counts of hours before then.
func SweepSignInTimes(tx *AllTx, before time.Time) error {
	return translate(tx.session().Exec("DELETE FROM sign_in_times WHERE hour < ?", before.UTC()).Error)
}
