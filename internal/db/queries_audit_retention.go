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

const expiredSQLite = `FROM audit_positions WHERE retention = ? AND event_id < ?`

// AuditRetentions are the retentions that numbered entries have.
func AuditRetentions(tx *AllTx) (days []int64, err error) {
	err = tx.session().Raw("SELECT DISTINCT retention FROM audit_positions").Scan(&days).Error
	return days, translate(err)
}

// ExpiredAuditRuns are runs of sequences among the oldest numbered entries that
// are kept for so many days and were recorded before then.
func ExpiredAuditRuns(tx *AllTx, days int64, before time.Time, limit int) (runs []AuditRun, err error) {
	err = tx.session().Raw(`SELECT r.organization_id, r.f AS first_sequence, r.l AS last_sequence,
		(SELECT p.previous_hash FROM audit_positions p WHERE p.organization_id IS r.organization_id AND p.sequence = r.f) AS previous_hash,
		(SELECT p.hash FROM audit_positions p WHERE p.organization_id IS r.organization_id AND p.sequence = r.l) AS hash
		FROM (SELECT organization_id, min(sequence) AS f, max(sequence) AS l
			FROM (SELECT organization_id, sequence, sequence - row_number() OVER (PARTITION BY organization_id ORDER BY sequence) AS island
				FROM (SELECT organization_id, sequence `+expiredSQLite+` ORDER BY position LIMIT ?))
			GROUP BY organization_id, island) r ORDER BY r.organization_id, r.f`, days, LowestEvent(before), limit).Scan(&runs).Error
	return runs, translate(err)
}

// DeleteAuditRun removes the first entries of a run, with their numbers, and
// says how many: none once all are gone.
func (d *DB) DeleteAuditRun(ctx context.Context, r AuditRun, limit int) (n int64, err error) {
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("beginning a transaction: %w", err)
	}
	defer tx.Rollback() // no-op once committed
	const some = `SELECT event_id FROM audit_positions WHERE organization_id IS ? AND sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?`
	args := []any{r.Organization, r.FirstSequence, r.LastSequence, limit}
	if _, err := tx.ExecContext(ctx, "DELETE FROM audit_events WHERE id IN ("+some+")", args...); err != nil {
		return 0, fmt.Errorf("removing entries: %w", err)
	}
	var done sql.Result
	if done, err = tx.ExecContext(ctx, "DELETE FROM audit_positions WHERE event_id IN ("+some+")", args...); err != nil {
		return 0, fmt.Errorf("removing numbers: %w", err)
	}
	if n, err = done.RowsAffected(); err != nil {
		return 0, err
	}
	return n, tx.Commit()
}
