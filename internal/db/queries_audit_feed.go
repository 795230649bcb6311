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

// On Postgres entries are read by a statement of their own; see eachPlaced.
var listNumbered = map[Dialect]string{
	Postgres: `SELECT ` + linkColumns + ` FROM audit_positions p WHERE {where} ORDER BY {order} LIMIT ?`,
	SQLite: `SELECT p.position, p.sequence, p.previous_hash, p.hash, ` + auditEntryColumns + ` FROM audit_positions p JOIN audit_events e ON e.id = p.event_id
		WHERE {where} ORDER BY {order} LIMIT ?`,
}

func (q NumberedQuery) statement(tx OwnedScope) (string, []any) {
	where, args := q.where(tx)
	order := "p.position"
	if q.Sequences {
		order = "p.sequence"
	}
	if q.Newest {
		order += " DESC"
	}
	return replaced(listNumbered[tx.base().db.Dialect], "{where}", where, "{order}", order), append(args, q.Limit)
}

// EachNumbered runs fn with numbered entries in the order of their numbers, as
// they are read, until it returns false. It is scoped by the organization of the
// link; an entry is looked up by the id that the link gives it, and left out
// where somebody took it: the chain tells of it. Fewer than were asked for are all
// there are. fn may keep a copy of what it is given, which is the next one's when it
// has returned; it must not use the transaction.
func EachNumbered(tx OwnedScope, q NumberedQuery, fn func(*NumberedEntry) bool) error {
	each := eachOnPostgres
	if tx.base().db.Dialect == SQLite {
		each = eachOnSQLite
	}
	if err := each(tx, q, fn); err != nil {
		return fmt.Errorf("reading the log: %w", translate(err))
	}
	return nil
}

// ListNumbered lists what EachNumbered runs along.
func ListNumbered(tx OwnedScope, q NumberedQuery) ([]NumberedEntry, error) {
	list := []NumberedEntry{}
	err := EachNumbered(tx, q, func(n *NumberedEntry) bool {
		list = append(list, *n)
		return true
	})
	return list, err
}

func eachOnSQLite(tx OwnedScope, q NumberedQuery, fn func(*NumberedEntry) bool) error {
	text, args := q.statement(tx)
	rows, err := tx.base().session().Raw(text, args...).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n NumberedEntry
		if err := rows.Scan(append([]any{&n.Position, &n.Sequence, &n.PreviousHash, &n.Hash}, n.columns()...)...); err != nil {
			return err
		}
		if n.utc(); !fn(&n) {
			return nil
		}
	}
	return rows.Err()
}

// CountNumbered is how many numbered entries there are.
func CountNumbered(tx OwnedScope, q NumberedQuery) (n int64, err error) {
	where, args := q.where(tx)
	err = tx.base().session().Raw("SELECT count(*) FROM audit_positions p WHERE "+where, args...).Scan(&n).Error
	return n, translate(err)
}
