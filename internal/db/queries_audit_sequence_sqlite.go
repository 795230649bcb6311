package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

const readPendingSQLite = `SELECT p.event_id, ` + auditEntryColumns + ` FROM (
		SELECT event_id FROM audit_pending WHERE event_id NOT IN (SELECT value FROM json_each(?)) ORDER BY event_id LIMIT ?) p
	LEFT JOIN audit_events e ON e.id = p.event_id ORDER BY p.event_id`

// numberSQLite looks whether something waits before it takes the one writer.
func (d *DB) numberSQLite(ctx context.Context, b AuditBatch) (done AuditNumbered, err error) {
	var waits bool
	if err := d.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM audit_pending)").Scan(&waits); err != nil || !waits {
		return done, err
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return done, fmt.Errorf("beginning a transaction: %w", err)
	}
	defer tx.Rollback() // no-op once committed
	entries, err := readPendingRows(ctx, tx, b, &done)
	if err != nil || len(entries) == 0 {
		return done, err
	}
	heads, err := readHeadsSQLite(ctx, tx, b.Chains(entries))
	if err != nil {
		return done, err
	}
	byTile(entries)
	numbers, err := b.Number(entries, heads)
	if err == nil {
		err = numbers.fits(entries)
	}
	if err != nil {
		return done, fmt.Errorf("numbering entries: %w", err)
	}
	if err := d.writeNumbersSQLite(ctx, tx, entries, numbers); err != nil {
		return done, fmt.Errorf("writing numbers: %w", err)
	}
	done.Entries = len(entries)
	return done, tx.Commit()
}

func readPendingRows(ctx context.Context, tx *sql.Tx, b AuditBatch, done *AuditNumbered) (entries []AuditEntry, err error) {
	rows, err := tx.QueryContext(ctx, readPendingSQLite, jsonList(b.Except), b.Limit)
	if err != nil {
		return nil, fmt.Errorf("reading what waits for its number: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e, waits, err := scanPending(rows)
		if err != nil {
			return nil, fmt.Errorf("reading what waits for its number: %w", err)
		}
		if e == nil {
			done.Missing = append(done.Missing, waits)
			continue
		}
		entries = append(entries, *e)
	}
	return entries, rows.Err()
}

func readHeadsSQLite(ctx context.Context, tx *sql.Tx, chains []string) (heads []AuditHead, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, sequence, hash FROM audit_heads WHERE id IN (SELECT value FROM json_each(?))", jsonList(chains))
	if err != nil {
		return nil, fmt.Errorf("reading the heads: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var h AuditHead
		if err := rows.Scan(&h.ID, &h.Sequence, &h.Hash); err != nil {
			return nil, err
		}
		heads = append(heads, h)
	}
	return heads, rows.Err()
}

const insertTile = `INSERT INTO audit_tiles (position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func (d *DB) writeNumbersSQLite(ctx context.Context, tx *sql.Tx, entries []AuditEntry, n AuditNumbers) error {
	now := d.now()
	for _, t := range tilesOf(entries, n.Links) {
		begin, end := t.links[0], t.links[len(t.links)-1]
		_, err := tx.ExecContext(ctx, insertTile, begin.Position, end.Position, t.entries[0].Organization, begin.Sequence, end.Sequence, t.first, t.last, t.entries[0].Retention, now,
			jsonList(t.events()), jsonList(t.types()), begin.PreviousHash, t.hashes(), t.words())
		if err != nil {
			return err
		}
	}
	for _, h := range n.Heads {
		_, err := tx.ExecContext(ctx, `INSERT INTO audit_heads (id, sequence, hash, updated_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, updated_at = excluded.updated_at`, h.ID, h.Sequence, h.Hash, now)
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM audit_pending WHERE event_id IN (SELECT value FROM json_each(?))", jsonList(eventsOf(entries)))
	return err
}

func eventsOf(entries []AuditEntry) []string {
	list := make([]string, len(entries))
	for i := range entries {
		list[i] = string(entries[i].ID)
	}
	return list
}

func jsonList[S ~string](values []S) string {
	if values == nil {
		return "[]"
	}
	list, _ := json.Marshal(values) // strings always can be
	return string(list)
}
