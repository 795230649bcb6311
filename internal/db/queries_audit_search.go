package db

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// AuditTerm is a term that an entry is found by (audit.Terms), or the
// beginning of one. It has no space, quote or backslash in it.
type AuditTerm struct {
	Term   string
	Prefix bool
}

// AuditSearch says which entries of the log to find: Low <= id < High, in the
// transaction's organization or, in an *AllTx, in Organization or everywhere.
type AuditSearch struct {
	Organization  id.Organization
	Needs         [][]AuditTerm // of each one
	Types         []string      // ListAudit: of one of these types, or
	Families      []string      // of one that begins so
	Look          int           // so many entries are looked at for them
	Low, High     string
	Since, Before time.Time // what Low and High say, in times: they name partitions
	Months        bool      // Since and Before are the beginnings of months, of which there are few
	Newest        bool      // newest first
	Limit         int
	InOrder       int // so many are looked at in order at most, before the index of terms is asked
}

// FoundEntry is an entry, with its numbers where it has them.
type FoundEntry struct {
	AuditEntry
	Position     *int64
	Sequence     *int64
	PreviousHash []byte
	Hash         []byte
}

func (s AuditSearch) order() string {
	if s.Newest {
		return "DESC"
	}
	return "ASC"
}

// scope is the condition that rows of a table are those that s may find, all
// but its needs. id is the name of the column of the entry's id.
func (s AuditSearch) scope(tx OwnedScope, table, key string) (string, []any) {
	where, args := mine(tx, table)
	if s.Organization != "" {
		where, args = where+" AND "+table+".organization_id = ?", append(args, s.Organization)
	}
	where, args = where+" AND "+table+"."+key+" >= ? AND "+table+"."+key+" < ?", append(args, s.Low, s.High)
	if tx.base().db.Dialect == Postgres {
		where, args = where+" AND "+table+".recorded_at >= ? AND "+table+".recorded_at < ?", append(args, s.Since.UTC(), s.Before.UTC())
	}
	return where, args
}

// takes has the entry's numbers.
func (f *FoundEntry) takes(l *link) {
	f.Position, f.Sequence, f.PreviousHash, f.Hash = &l.position, &l.sequence, l.previous, l.hash
}

// ListAudit lists the entries between two ids, whatever s needs, by what their
// own columns say. It is scoped by the organization of the entry, and of the link.
func ListAudit(tx OwnedScope, s AuditSearch) ([]FoundEntry, error) {
	if tx.base().db.Dialect == Postgres {
		list, err := s.listOnPostgres(tx.base())
		return list, wrapSearch(err)
	}
	where, args := s.scope(tx, "e", "id")
	if s.filtered() {
		kind, more := s.ofKind()
		where = "e.id IN (SELECT e.id FROM (SELECT e.id, e.type FROM audit_events e WHERE " + where + " ORDER BY e.id " + s.order() + " LIMIT ?) e WHERE " + kind + ")"
		args = append(append(args, s.Look), more...)
	}
	return s.onSQLite(tx, where+" ORDER BY e.id "+s.order()+" LIMIT ?", append(args, s.Limit))
}

// GetAudit reads the entries that have these ids, in the order of s. It is scoped
// by the organization of the entry, and of the link.
func GetAudit(tx OwnedScope, s AuditSearch, ids []id.Event) ([]FoundEntry, error) {
	if len(ids) == 0 {
		return []FoundEntry{}, nil
	}
	oldest, newest := id.Time(slices.Min(ids)), id.Time(slices.Max(ids))
	s.Since, s.Before, s.Low, s.High = oldest, newest.Add(time.Millisecond), string(slices.Min(ids)), string(slices.Max(ids))+"0"
	if tx.base().db.Dialect == Postgres {
		list, err := s.getOnPostgres(tx.base(), ids)
		return list, wrapSearch(err)
	}
	where, args := s.scope(tx, "e", "id")
	return s.onSQLite(tx, where+" AND e.id IN (SELECT value FROM json_each(?)) ORDER BY e.id "+s.order(), append(args, listOf(tx.base(), ids)))
}

// waiting are looked at in one search: the newest of those that have no number
// yet. While many wait, after a burst, the others are found once they have theirs:
// to look at each of them would make every search dear just then.
const waiting = 500

var listPending = map[Dialect]string{
	Postgres: `SELECT e.* FROM (
			SELECT q.*, sum(q.entries) OVER (ORDER BY q.event_id {order}) - q.entries AS before FROM (
				SELECT * FROM audit_pending WHERE last_recorded_at >= ? AND recorded_at < ? ORDER BY event_id {order} LIMIT ?) q) w
		CROSS JOIN LATERAL (SELECT ` + auditEntryColumns + ` FROM audit_events e WHERE w.before < ? AND e.id = ANY (w.events) AND e.recorded_at >= w.recorded_at AND e.recorded_at <= w.last_recorded_at
			AND e.retention = w.retention AND {where} OFFSET 0) e ORDER BY e.id {order}`,
	SQLite: `SELECT ` + auditEntryColumns + ` FROM (SELECT event_id FROM audit_pending WHERE event_id >= ? AND event_id < ? ORDER BY event_id {order} LIMIT ?) w
		JOIN audit_events e ON e.id = w.event_id WHERE {where} ORDER BY e.id {order}`,
}

// ListAuditPending lists entries that wait for their numbers, whatever s needs.
// It is scoped by the organization of the entry.
func ListAuditPending(tx OwnedScope, s AuditSearch) ([]AuditEntry, error) {
	where, more := s.scope(tx, "e", "id")
	text := strings.NewReplacer("{where}", where, "{order}", s.order()).Replace(listPending[tx.base().db.Dialect])
	args := []any{s.Low, s.High, waiting}
	if tx.base().db.Dialect == Postgres {
		args = []any{s.Since.UTC(), s.Before.UTC(), waiting, waiting}
	}
	rows, err := tx.base().session().Raw(text, append(args, more...)...).Rows()
	if err != nil {
		return nil, fmt.Errorf("reading what waits for its number: %w", translate(err))
	}
	defer rows.Close()
	var list []AuditEntry
	for rows.Next() {
		var e AuditEntry
		if err := rows.Scan(e.columns()...); err != nil {
			return nil, fmt.Errorf("reading what waits for its number: %w", err)
		}
		e.utc()
		list = append(list, e)
	}
	return list, rows.Err()
}
