package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gatehouse/internal/id"
)

// AuditLeaf is the entries of one month that are kept for so many days: on
// Postgres a partition. Zero days is a month of which no leaf is left.
type AuditLeaf struct {
	Month time.Time
	Days  int64
}

// AuditRun is an unbroken run of sequences in one chain.
type AuditRun struct {
	Organization  *id.Organization `gorm:"column:organization_id"`
	FirstSequence int64
	LastSequence  int64
	PreviousHash  []byte
	Hash          []byte
}

// SetAuditRetention sets for how many days entries of the transaction's
// organization are kept that are written from then on; nil: the deployment's.
func SetAuditRetention(tx *OrgTx, days *int64) error {
	done := tx.session().Exec("UPDATE organizations SET audit_retention_days = ?, updated_at = ? WHERE id = ?", days, tx.now, tx.scope.org)
	if done.Error == nil && done.RowsAffected == 0 {
		return ErrNotFound
	}
	return translate(done.Error)
}

// AuditRetention is for how many days the organization's entries are kept, and
// whether that is its own setting.
func AuditRetention(tx AnyScope, organization id.Organization) (days int64, own bool, err error) {
	var row struct {
		Own        *int64
		Deployment *int64
	}
	err = tx.base().session().Raw("SELECT (SELECT audit_retention_days FROM organizations WHERE id = ?) AS own, (SELECT max(audit_retention_days) FROM deployment) AS deployment", organization).Scan(&row).Error
	switch {
	case err != nil:
		return 0, false, translate(err)
	case row.Own != nil:
		return *row.Own, true, nil
	case row.Deployment != nil:
		return *row.Deployment, false, nil
	}
	return 365, false, nil
}

// The functions below work on Postgres alone, by functions that the tables'
// owner made: the server's role can neither make nor drop partitions. Each is a
// transaction of its own, because each takes locks that others wait for.

// MissingAuditLeaves are partitions that are not there, and will be needed
// until then.
func (d *DB) MissingAuditLeaves(ctx context.Context, until time.Time) ([]AuditLeaf, error) {
	return d.auditLeaves(ctx, "SELECT DISTINCT month, days FROM audit_wanted($1, $2) ORDER BY month, days", d.now(), until)
}

// ExpiredAuditLeaves are partitions of which every entry's time is up.
func (d *DB) ExpiredAuditLeaves(ctx context.Context) ([]AuditLeaf, error) {
	return d.auditLeaves(ctx, "SELECT month, days FROM audit_expired($1)", d.now())
}

func (d *DB) auditLeaves(ctx context.Context, query string, args ...any) (leaves []AuditLeaf, err error) {
	rows, err := d.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("looking at the log's partitions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var l AuditLeaf
		if err := rows.Scan(&l.Month, &l.Days); err != nil {
			return nil, err
		}
		leaves = append(leaves, l)
	}
	return leaves, rows.Err()
}

// MakeAuditLeaf makes a partition. False: not now, somebody reads what it is
// made of.
func (d *DB) MakeAuditLeaf(ctx context.Context, l AuditLeaf) (done bool, err error) {
	err = d.write.QueryRowContext(ctx, "SELECT audit_partition($1, $2)", l.Month, l.Days).Scan(&done)
	return done, err
}

// DropAuditLeaf drops a partition of one of the log's two tables: it is called
// until ExpiredAuditLeaves does not have it any more. False: not now, somebody
// reads it, or something in it has no number yet.
func (d *DB) DropAuditLeaf(ctx context.Context, l AuditLeaf) (done bool, err error) {
	err = d.write.QueryRowContext(ctx, "SELECT audit_expire($1, $2)", l.Month, l.Days).Scan(&done)
	return done, err
}

// AuditRuns are the runs of sequences in a partition.
func AuditRuns(tx *AllTx, l AuditLeaf) (runs []AuditRun, err error) {
	err = tx.session().Raw("SELECT organization_id, first_sequence, last_sequence, previous_hash, hash FROM audit_runs(?, ?)", l.Month.Format(time.DateOnly), l.Days).Scan(&runs).Error
	return runs, translate(err)
}

// The functions below work on SQLite, which has no partitions.

// AuditRetentions are the retentions that numbered entries have.
func AuditRetentions(tx *AllTx) (days []int64, err error) {
	err = tx.session().Raw("SELECT DISTINCT retention FROM audit_tiles").Scan(&days).Error
	return days, translate(err)
}

// expiredRuns begin or end at tiles, as Postgres' audit_runs do: the end of one
// that begins is its own or that of the next of them. A tile goes as a whole,
// when its newest entry does. The plus keeps the order from choosing an index:
// what has expired is little of the log.
const expiredRuns = `WITH expired AS (
		SELECT organization_id, sequence, last_sequence, previous_hash, substr(hashes, -32) AS hash FROM audit_tiles
		WHERE retention = ? AND recorded_at < ? AND last_recorded_at < ? ORDER BY +last_position LIMIT ?),
	edges AS (SELECT *, lag(last_sequence) OVER v IS NOT sequence - 1 AS begins, lead(sequence) OVER v IS NOT last_sequence + 1 AS ends
		FROM expired WINDOW v AS (PARTITION BY organization_id ORDER BY sequence)),
	runs AS (SELECT *, lead(last_sequence) OVER w AS next, lead(hash) OVER w AS next_hash
		FROM edges WHERE begins OR ends WINDOW w AS (PARTITION BY organization_id ORDER BY sequence))
	SELECT organization_id, sequence AS first_sequence, iif(ends, last_sequence, next) AS last_sequence, previous_hash, iif(ends, hash, next_hash) AS hash
	FROM runs WHERE begins ORDER BY organization_id, sequence`

// ExpiredAuditRuns are runs of sequences among the oldest tiles whose entries
// are kept for so many days and were recorded before then.
func ExpiredAuditRuns(tx *AllTx, days int64, before time.Time, limit int) (runs []AuditRun, err error) {
	err = tx.session().Raw(expiredRuns, days, before.UTC(), before.UTC(), limit).Scan(&runs).Error
	return runs, translate(err)
}

// The first tiles of a run that have so many entries together, or one tile that
// has more: the number that they end with.
const endOfSome = `SELECT max(last_sequence) FROM (
		SELECT last_sequence, sum(last_sequence - sequence + 1) OVER (ORDER BY last_sequence) AS entries, row_number() OVER (ORDER BY last_sequence) AS place
		FROM (SELECT sequence, last_sequence FROM audit_tiles WHERE ` + tilesOfRun + ` ORDER BY last_sequence LIMIT ?))
	WHERE entries <= ? OR place = 1`

const tilesOfRun = `organization_id IS ? AND last_sequence BETWEEN ? AND ? AND sequence >= ?`

// DeleteAuditRun removes the first tiles of a run, with all of their entries,
// and says how many tiles: none once all are gone.
func (d *DB) DeleteAuditRun(ctx context.Context, r AuditRun, entries int) (n int64, err error) {
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("beginning a transaction: %w", err)
	}
	defer tx.Rollback() // no-op once committed
	var end *int64
	err = tx.QueryRowContext(ctx, endOfSome, r.Organization, r.FirstSequence, r.LastSequence, r.FirstSequence, entries, entries).Scan(&end)
	if err != nil || end == nil {
		return 0, err
	}
	some := []any{r.Organization, r.FirstSequence, *end, r.FirstSequence}
	if _, err := tx.ExecContext(ctx, "DELETE FROM audit_events WHERE id IN (SELECT u.value FROM audit_tiles t CROSS JOIN json_each(t.events) u WHERE "+tilesOfRun+")", some...); err != nil {
		return 0, fmt.Errorf("removing entries: %w", err)
	}
	var done sql.Result
	if done, err = tx.ExecContext(ctx, "DELETE FROM audit_tiles WHERE "+tilesOfRun, some...); err != nil {
		return 0, fmt.Errorf("removing numbers: %w", err)
	}
	if n, err = done.RowsAffected(); err != nil {
		return 0, err
	}
	return n, tx.Commit()
}
