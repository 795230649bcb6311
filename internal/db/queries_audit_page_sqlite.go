package db

import (
	"encoding/json"
	"fmt"

	"gatehouse/internal/id"
)

// On SQLite a page is entries and then their tiles, which one snapshot has.

// onSQLite reads entries, and their numbers. It is scoped by the organization
// of the entry, and of the link.
func (s AuditSearch) onSQLite(tx OwnedScope, tail string, args []any) ([]FoundEntry, error) {
	list := []FoundEntry{}
	err := tx.base().alongIndexes(func(r *logReader) error {
		err := r.eachEntry("SELECT "+auditEntryColumns+" FROM audit_events e WHERE "+tail, args, func(_ []byte, read func(*AuditEntry) bool) bool {
			var f FoundEntry
			more := read(&f.AuditEntry)
			list = append(list, f)
			return more
		})
		if err != nil || len(list) == 0 {
			return err
		}
		return s.placesOnSQLite(r, tx, list)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the log: %w", translate(err))
	}
	return list, nil
}

// tilesOnSQLite are those of entries: the few that begin in the second before
// each, and hold it.
const tilesOnSQLite = "SELECT " + tileColumns + " FROM audit_tiles t WHERE t.rowid IN (SELECT t.rowid FROM json_each(?) i CROSS JOIN audit_tiles t " +
	"WHERE t.recorded_at > i.value ->> 1 AND t.recorded_at <= i.value ->> 2 AND t.last_recorded_at >= i.value ->> 2 AND instr(t.events, '\"' || (i.value ->> 0) || '\"') > 0 AND "

// placesOnSQLite gives the entries their numbers.
func (s AuditSearch) placesOnSQLite(r *logReader, tx OwnedScope, list []FoundEntry) error {
	ids := make([][3]string, len(list))
	for i := range list {
		at := list[i].RecordedAt
		ids[i] = [3]string{string(list[i].ID), at.Add(-tileSpan).Format(sqliteTime), at.Format(sqliteTime)}
	}
	of, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("encoding entries: %w", err)
	}
	where, args := mine(tx, "t")
	if s.Organization != "" {
		where, args = where+" AND t.organization_id = ?", append(args, s.Organization)
	}
	at := make(map[id.Event]int, len(list))
	for i := range list {
		at[list[i].ID] = i
	}
	return r.eachTile(tilesOnSQLite+where+")", append([]any{string(of)}, args...), func(t *tileRow) bool {
		t.number(list, at)
		return true
	})
}
