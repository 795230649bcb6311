package db

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// NumberedEntry is an entry of the log with its numbers and its link.
type NumberedEntry struct {
	AuditEntry
	Position     int64
	Sequence     int64
	PreviousHash []byte
	Hash         []byte
}

// NumberedQuery says which entries of the numbered log to list.
type NumberedQuery struct {
	After, Until  int64           // positions: after, up to and with; Until 0 is no bound
	Sequences     bool            // After and Until are of the one organization's sequence
	Types         []string        // names, or families such as user.*
	Organization  id.Organization // in an *AllTx: one organization's
	Deployment    bool            // in an *AllTx: the deployment's own
	Since, Before time.Time       // when it was recorded
	Limit         int
	Newest        bool // from the end
}

func (q NumberedQuery) where(tx OwnedScope) (string, []any) {
	number := "p.position"
	if q.Sequences {
		number = "p.sequence"
	}
	where, args := mine(tx, "p")
	add := func(condition string, values ...any) {
		where += " AND " + condition
		args = append(args, values...)
	}
	add(number+" > ?", q.After)
	if q.Until > 0 {
		add(number+" <= ?", q.Until)
	}
	if q.Organization != "" {
		add("p.organization_id = ?", q.Organization)
	}
	if q.Deployment {
		add("p.organization_id IS NULL")
	}
	if !q.Since.IsZero() {
		add("p.recorded_at >= ?", q.Since.UTC())
	}
	if !q.Before.IsZero() {
		add("p.recorded_at < ?", q.Before.UTC())
	}
	if len(q.Types) > 0 {
		condition, values := q.named(tx.base())
		add(condition, values...)
	}
	return where, args
}

// named is the condition on types: names, and families such as user.*.
func (q NumberedQuery) named(tx *Tx) (string, []any) {
	var names []string
	var families string
	var values []any
	for _, name := range q.Types {
		if family, is := strings.CutSuffix(name, "*"); is {
			families += " OR p.type LIKE ? ESCAPE '!'"
			values = append(values, likeEscaper.Replace(family)+"%")
		} else {
			names = append(names, name)
		}
	}
	condition := "p.type IN (SELECT value FROM json_each(?))"
	if tx.db.Dialect == Postgres {
		condition = "p.type = ANY (CAST(? AS text[]))"
	}
	return "(" + condition + families + ")", append([]any{listOf(tx, names)}, values...)
}

// Entries are looked up one by one in the partition that the link names; see
// readPending.
var listNumbered = map[Dialect]string{
	Postgres: `SELECT p.position, p.sequence, p.previous_hash, p.hash, e.* FROM (SELECT * FROM audit_positions p WHERE {where} ORDER BY {order} LIMIT ?) p
		CROSS JOIN LATERAL (SELECT ` + auditEntryColumns + ` FROM audit_events e WHERE e.id = p.event_id AND e.recorded_at = p.recorded_at AND e.retention = p.retention OFFSET 0) e
		ORDER BY {order}`,
	SQLite: `SELECT p.position, p.sequence, p.previous_hash, p.hash, ` + auditEntryColumns + ` FROM audit_positions p JOIN audit_events e ON e.id = p.event_id
		WHERE {where} ORDER BY {order} LIMIT ?`,
}

// ListNumbered lists numbered entries in the order of their numbers. It is
// scoped by the organization of the link; an entry is looked up by the id that
// the link gives it.
func ListNumbered(tx OwnedScope, q NumberedQuery) ([]NumberedEntry, error) {
	where, args := q.where(tx)
	order := "p.position"
	if q.Sequences {
		order = "p.sequence"
	}
	if q.Newest {
		order += " DESC"
	}
	text := replaced(listNumbered[tx.base().db.Dialect], "{where}", where, "{order}", order)
	rows, err := tx.base().session().Raw(text, append(args, q.Limit)...).Rows()
	if err != nil {
		return nil, fmt.Errorf("reading the log: %w", translate(err))
	}
	defer rows.Close()
	list := []NumberedEntry{}
	for rows.Next() {
		var n NumberedEntry
		if err := rows.Scan(append([]any{&n.Position, &n.Sequence, &n.PreviousHash, &n.Hash}, n.columns()...)...); err != nil {
			return nil, fmt.Errorf("reading the log: %w", err)
		}
		n.utc()
		list = append(list, n)
	}
	return list, rows.Err()
}

// CountNumbered is how many numbered entries there are.
func CountNumbered(tx OwnedScope, q NumberedQuery) (n int64, err error) {
	where, args := q.where(tx)
	err = tx.base().session().Raw("SELECT count(*) FROM audit_positions p WHERE "+where, args...).Scan(&n).Error
	return n, translate(err)
}
