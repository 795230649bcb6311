package db

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// AuditSpan is how many entries there are of one of several spans of time.
type AuditSpan struct {
	Span    int64 // from 1
	Entries int64
	Sampled bool // of a sample
}

// queries are what s needs, each as a tsquery, as one array.
func (s AuditSearch) queries() string {
	list := make([]string, len(s.Needs))
	for i, need := range s.Needs {
		var b strings.Builder
		for j, t := range need {
			if j > 0 {
				b.WriteString(" | ")
			}
			b.WriteString("'" + t.Term + "'")
			if t.Prefix {
				b.WriteString(":*")
			}
		}
		list[i] = b.String()
	}
	return arrayLiteral(list)
}

// within is what s needs as conditions on SQLite's terms: words with a space
// before and after each.
func (s AuditSearch) within(table string) (string, []any) {
	var where strings.Builder
	var args []any
	for _, need := range s.Needs {
		where.WriteString(" AND (1 = 0")
		for _, t := range need {
			text := " " + t.Term
			if !t.Prefix {
				text += " "
			}
			where.WriteString(" OR instr(" + table + ".terms, ?) > 0")
			args = append(args, text)
		}
		where.WriteString(")")
	}
	return where.String(), args
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
		err := tx.base().session().Raw("SELECT audit_find(CAST(CAST(? AS text[]) AS tsquery[]), ?, ?, ?, ?, ?, ?, ?, ?)",
			s.queries(), s.organization(), s.Low, s.High, s.Since.UTC(), s.Before.UTC(), s.Newest, s.Limit, s.InOrder).Scan(&ids).Error
		return ids, wrapSearch(err)
	}
	where, args := s.scope(tx, "p", "event_id")
	within, more := s.within("p")
	err := tx.base().session().Raw("SELECT p.event_id FROM audit_positions p WHERE "+where+within+" ORDER BY p.event_id "+s.order()+" LIMIT ?",
		append(append(args, more...), s.Limit)...).Scan(&ids).Error
	return ids, wrapSearch(err)
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
			texts[i] = at.UTC().Format(time.RFC3339Nano)
		}
		err := tx.base().session().Raw("SELECT span, CAST(sum(entries) AS bigint) AS entries, bool_or(sampled) AS sampled FROM audit_count(CAST(CAST(? AS text[]) AS tsquery[]), ?, ?, ?, ?, ?, CAST(CAST(? AS text[]) AS timestamptz[]), ?) GROUP BY span",
			s.queries(), s.organization(), s.Low, s.High, s.Since.UTC(), s.Before.UTC(), arrayLiteral(texts), few).Scan(&spans).Error
		return spans, wrapSearch(err)
	}
	for i, at := range edges {
		one := s
		one.Low = max(s.Low, LowestEvent(at))
		if i+1 < len(edges) {
			one.High = min(s.High, LowestEvent(edges[i+1]))
		}
		where, args := one.scope(tx, "p", "event_id")
		within, more := one.within("p")
		span := AuditSpan{Span: int64(i + 1)}
		if err := tx.base().session().Raw("SELECT count(*) FROM audit_positions p WHERE "+where+within, append(args, more...)...).Scan(&span.Entries).Error; err != nil {
			return nil, wrapSearch(err)
		}
		spans = append(spans, span)
	}
	return spans, nil
}

// LowestEvent is the first id that can be made at a time or after it.
func LowestEvent(at time.Time) string {
	return id.Lowest[id.Event](at)
}
