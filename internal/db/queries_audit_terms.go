package db

import (
	"fmt"
	"strconv"
	"time"

	"gatehouse/internal/id"
)

// AuditSpan is how many entries there are of one of several spans of time.
type AuditSpan struct {
	Span    int64 // from 1
	Entries int64
	Sampled bool // of a sample
}

// alternatives are what s needs as three arrays: each term, or the beginning of
// one, with the number of the need that it meets.
func (s AuditSearch) alternatives() []any {
	var needs, terms, prefixes []string
	for i, need := range s.Needs {
		for _, t := range need {
			needs, terms, prefixes = append(needs, strconv.Itoa(i+1)), append(terms, t.Term), append(prefixes, strconv.FormatBool(t.Prefix))
		}
	}
	return []any{arrayLiteral(needs), arrayLiteral(terms), arrayLiteral(prefixes)}
}

func (s AuditSearch) organization() any {
	if s.Organization == "" {
		return nil
	}
	return s.Organization
}

// FindAudit lists the ids of numbered entries that have what s needs. On
// Postgres a function that the tables' owner made reads them, and holds the
// transaction's scope; on SQLite it is scoped by the organization of the link.
func FindAudit(tx OwnedScope, s AuditSearch) ([]id.Event, error) {
	var ids []id.Event
	if tx.base().db.Dialect == Postgres {
		err := tx.base().session().Raw("SELECT audit_find(CAST(? AS bigint[]), CAST(? AS text[]), CAST(? AS boolean[]), ?, ?, ?, ?, ?, ?, ?, ?)",
			append(s.alternatives(), s.organization(), s.Low, s.High, s.Since.UTC(), s.Before.UTC(), s.Newest, s.Limit, s.InOrder)...).Scan(&ids).Error
		return ids, wrapSearch(err)
	}
	return s.findOnSQLite(tx)
}

func wrapSearch(err error) error {
	if err != nil {
		return fmt.Errorf("searching the log: %w", translate(err))
	}
	return nil
}

// CountAudit is how many numbered entries have what s needs, by the spans that
// begin at edges; few says that there are not many entries at all. It is scoped
// as FindAudit is.
func CountAudit(tx OwnedScope, s AuditSearch, edges []time.Time, few bool) ([]AuditSpan, error) {
	var spans []AuditSpan
	if tx.base().db.Dialect == Postgres {
		texts := make([]string, len(edges))
		for i, at := range edges {
			texts[i] = LowestEvent(at)
		}
		err := tx.base().session().Raw("SELECT span, CAST(sum(entries) AS bigint) AS entries, bool_or(sampled) AS sampled FROM audit_count(CAST(? AS bigint[]), CAST(? AS text[]), CAST(? AS boolean[]), ?, ?, ?, ?, ?, CAST(? AS text[]), ?) GROUP BY span",
			append(s.alternatives(), s.organization(), s.Low, s.High, s.Since.UTC(), s.Before.UTC(), arrayLiteral(texts), few)...).Scan(&spans).Error
		return spans, wrapSearch(err)
	}
	return s.countOnSQLite(tx, edges)
}

// LowestEvent is the first id that can be made at a time or after it.
func LowestEvent(at time.Time) string {
	return id.Lowest[id.Event](at)
}
