package db

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// AuditRollup is how many entries of one type there are of one hour, in one
// organization: an id, "" for the deployment's own, or EveryOrganization.
type AuditRollup struct {
	Bucket       time.Time `json:"-"`
	Organization string    `json:"organization_id"`
	Type         string    `json:"type"`
	Entries      int64     `json:"entries"`
}

// EveryOrganization is the organization of rollups over all of them.
const EveryOrganization = "*"

var addRollups = map[Dialect]string{
	Postgres: `INSERT INTO audit_rollups (bucket, organization_id, type, entries)
		SELECT r.bucket, r.organization_id, r.type, r.entries FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (bucket timestamptz, organization_id text, type text, entries bigint)
		ON CONFLICT (bucket, organization_id, type) DO UPDATE SET entries = audit_rollups.entries + excluded.entries`,
	SQLite: `INSERT INTO audit_rollups (bucket, organization_id, type, entries)
		SELECT json_extract(value, '$.bucket'), json_extract(value, '$.organization_id'), json_extract(value, '$.type'), json_extract(value, '$.entries') FROM json_each(?) WHERE true
		ON CONFLICT (bucket, organization_id, type) DO UPDATE SET entries = audit_rollups.entries + excluded.entries`,
}

// sqliteTime is how SQLite's driver writes a time.
const sqliteTime = "2006-01-02 15:04:05.999999999-07:00"

// AddAuditRollups adds to what was counted. It writes for every organization:
// the counts hold no more than that something happened.
func AddAuditRollups(tx *AllTx, rollups []AuditRollup) error {
	if len(rollups) == 0 {
		return nil
	}
	type row struct {
		AuditRollup
		Bucket string `json:"bucket"`
	}
	rows := make([]row, len(rollups))
	for i, r := range rollups {
		rows[i] = row{r, r.Bucket.UTC().Format(sqliteTime)}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("encoding rollups: %w", err)
	}
	return translate(tx.session().Exec(addRollups[tx.db.Dialect], string(list)).Error)
}

// AuditHour is how many entries of one type there are of one hour.
type AuditHour struct {
	Bucket  time.Time
	Type    string // empty where hours are not told apart by type
	Entries int64
}

// HourQuery says which rollups to read.
type HourQuery struct {
	Organization  id.Organization // in an *AllTx: one organization's
	Types         []AuditTerm     // bare types, or beginnings of them
	Since, Before time.Time       // whole hours
	ByType        bool
}

// ListAuditHours reads rollups, of the transaction's organization alone or, in
// an *AllTx, of Organization or all.
func ListAuditHours(tx OwnedScope, q HourQuery) ([]AuditHour, error) {
	where, args := q.where(tx)
	group := "r.bucket"
	if q.ByType {
		group += ", r.type"
	}
	var hours []AuditHour
	err := tx.base().session().Raw("SELECT "+group+", CAST(sum(r.entries) AS bigint) AS entries FROM audit_rollups r WHERE "+where+" GROUP BY "+group+" ORDER BY "+group, args...).Scan(&hours).Error
	for i := range hours {
		hours[i].Bucket = hours[i].Bucket.UTC()
	}
	return hours, translate(err)
}

// SumAuditHours is how many entries there are in all of q's hours.
func SumAuditHours(tx OwnedScope, q HourQuery) (n int64, err error) {
	where, args := q.where(tx)
	err = tx.base().session().Raw("SELECT CAST(coalesce(sum(r.entries), 0) AS bigint) FROM audit_rollups r WHERE "+where, args...).Scan(&n).Error
	return n, translate(err)
}

func (q HourQuery) where(tx OwnedScope) (string, []any) {
	var organization any = EveryOrganization
	if s := tx.base().scope; s.reach == reachOrg {
		organization = s.org
	} else if q.Organization != "" {
		organization = q.Organization
	}
	where, args := "r.organization_id = ? AND r.bucket >= ? AND r.bucket < ?", []any{organization, q.Since.UTC(), q.Before.UTC()}
	if s := tx.base().scope; s.reach == reachOrg && q.Organization != "" && q.Organization != s.org {
		where += " AND 1 = 0"
	}
	if len(q.Types) == 0 {
		return where, args
	}
	each := make([]string, 0, len(q.Types))
	for _, t := range q.Types {
		if t.Prefix {
			each, args = append(each, "substr(r.type, 1, ?) = ?"), append(args, len(t.Term), t.Term)
			continue
		}
		each, args = append(each, "r.type = ?"), append(args, t.Term)
	}
	return where + " AND (" + strings.Join(each, " OR ") + ")", args
}

// SweepAuditRollups removes what was counted of hours before then.
func SweepAuditRollups(tx *AllTx, before time.Time) (int64, error) {
	done := tx.session().Exec("DELETE FROM audit_rollups WHERE bucket < ?", before.UTC())
	return done.RowsAffected, translate(done.Error)
}
