package db

import (
	"fmt"
	"strconv"
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

// On Postgres entries are read by a statement of their own; see readEntries.
var listNumbered = map[Dialect]string{
	Postgres: `SELECT p.position, p.sequence, p.previous_hash, p.hash, p.event_id, p.recorded_at, p.retention FROM audit_positions p WHERE {where} ORDER BY {order} LIMIT ?`,
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
	list, err := scanNumbered(tx.base(), text, append(args, q.Limit))
	if err != nil {
		return nil, fmt.Errorf("reading the log: %w", translate(err))
	}
	return list, nil
}

func scanNumbered(tx *Tx, text string, args []any) ([]NumberedEntry, error) {
	rows, err := tx.session().Raw(text, args...).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list, places := []NumberedEntry{}, entryPlaces{}
	for rows.Next() {
		var n NumberedEntry
		columns := []any{&n.Position, &n.Sequence, &n.PreviousHash, &n.Hash}
		if tx.db.Dialect == Postgres {
			columns = append(columns, &n.ID, &n.RecordedAt, &n.Retention)
		} else {
			columns = append(columns, n.columns()...)
		}
		if err := rows.Scan(columns...); err != nil {
			return nil, err
		}
		n.utc()
		places.add(n.ID, n.RecordedAt, n.Retention)
		list = append(list, n)
	}
	if err := rows.Err(); err != nil || tx.db.Dialect == SQLite {
		return list, err
	}
	rows.Close() // the connection is the transaction's one
	return fillEntries(tx, list, places)
}

// fillEntries reads the entries of links. One that somebody took is left out;
// the chain tells of it.
func fillEntries(tx *Tx, list []NumberedEntry, places entryPlaces) ([]NumberedEntry, error) {
	entries, err := entriesAt(tx, places)
	if err != nil {
		return nil, err
	}
	there := list[:0]
	for _, n := range list {
		if e := entries[n.ID]; e != nil {
			n.AuditEntry = *e
			there = append(there, n)
		}
	}
	return there, nil
}

func entriesAt(tx *Tx, places entryPlaces) (map[id.Event]*AuditEntry, error) {
	found := make(map[id.Event]*AuditEntry, len(places.ids))
	if len(places.ids) == 0 {
		return found, nil
	}
	err := tx.byIndex(len(places.ids), func() error {
		rows, err := tx.session().Raw(entriesOnPostgres, arrayLiteral(places.ids), places.first, places.last, numbersLiteral(places.retentions)).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e AuditEntry
			if err := rows.Scan(e.columns()...); err != nil {
				return err
			}
			e.utc()
			found[e.ID] = &e
		}
		return rows.Err()
	})
	return found, err
}

// entriesOnPostgres is readEntries as GORM binds.
var entriesOnPostgres = replaced(readEntries, "$1", "?", "$2", "?", "$3", "?", "$4", "?")

func numbersLiteral(values []int64) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = strconv.FormatInt(v, 10)
	}
	return "{" + strings.Join(texts, ",") + "}"
}

// CountNumbered is how many numbered entries there are.
func CountNumbered(tx OwnedScope, q NumberedQuery) (n int64, err error) {
	where, args := q.where(tx)
	err = tx.base().session().Raw("SELECT count(*) FROM audit_positions p WHERE "+where, args...).Scan(&n).Error
	return n, translate(err)
}
