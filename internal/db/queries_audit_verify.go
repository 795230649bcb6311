package db

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// AuditLinkRow is a link of the chain with its entry, which is nil where
// somebody took it.
type AuditLinkRow struct {
	Position     int64
	Sequence     int64
	EventID      id.Event
	Type         string
	RecordedAt   time.Time
	Retention    int64
	PreviousHash []byte
	Hash         []byte
	Terms        []string // by which a search finds the entry, sorted
	Entry        *AuditEntry
}

var listLinks = map[Dialect]string{
	Postgres: `SELECT ` + linkColumns + `, p.type FROM audit_positions p WHERE {chain} AND p.sequence > ? ORDER BY p.sequence, p.position LIMIT ?`,
	SQLite: `SELECT p.position, p.sequence, p.event_id AS link_event, p.type AS link_type, p.recorded_at AS link_recorded, p.retention AS link_retention, p.previous_hash, p.hash, p.terms, ` + auditEntryColumns + `
		FROM audit_positions p LEFT JOIN audit_events e ON e.id = p.event_id WHERE {chain} AND p.sequence > ? ORDER BY p.sequence, p.position LIMIT ?`,
}

// ListLinks lists the links of one chain, an organization's or (nil) the
// deployment's own, after a number. Numbers that stand twice come twice: a page
// ends before a number of which it may not have all.
func ListLinks(tx *AllTx, org *id.Organization, after int64, limit int) (list []AuditLinkRow, err error) {
	chain, args := "p.organization_id IS NULL", []any{}
	if org != nil {
		chain, args = "p.organization_id = ?", []any{*org}
	}
	text, args := replaced(listLinks[tx.db.Dialect], "{chain}", chain), append(args, after, limit)
	if tx.db.Dialect == SQLite {
		list, err = scanLinks(tx.Tx, text, args)
	} else {
		list, err = linksOnPostgres(tx, org, limit, text, args)
	}
	if err != nil {
		return nil, fmt.Errorf("reading links: %w", translate(err))
	}
	return list, nil
}

func scanLinks(tx *Tx, text string, args []any) (list []AuditLinkRow, err error) {
	rows, err := tx.session().Raw(text, args...).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l AuditLinkRow
		var terms string
		l.Entry, err = scanMaybeEntry(rows, []any{&l.Position, &l.Sequence, &l.EventID, &l.Type, &l.RecordedAt, &l.Retention, &l.PreviousHash, &l.Hash, &terms})
		if err != nil {
			return nil, err
		}
		l.RecordedAt, l.Terms = l.RecordedAt.UTC(), sortedTerms(terms)
		list = append(list, l)
	}
	return list, rows.Err()
}

// linksOnPostgres reads links and then their entries.
func linksOnPostgres(tx *AllTx, org *id.Organization, limit int, text string, args []any) (list []AuditLinkRow, err error) {
	err = tx.alongIndexes(func(r *logReader) error {
		places, err := r.links(limit, text, args)
		if err != nil {
			return err
		}
		list = make([]AuditLinkRow, len(places))
		for i, p := range places {
			list[i] = AuditLinkRow{Position: p.position, Sequence: p.sequence, EventID: p.event, Type: p.kind, RecordedAt: p.recorded, Retention: p.retention,
				PreviousHash: p.previous, Hash: p.hash}
		}
		whose := stretch{}
		if org != nil {
			whose = stretch{org: *org, whole: consecutive(places, sequenceOf)}
		}
		return r.each(places, whose, func(i int, e *AuditEntry) bool {
			if e.RecordedAt.Equal(list[i].RecordedAt) && e.Retention == list[i].Retention {
				kept := *e
				list[i].Entry = &kept
			}
			return true
		})
	})
	if err != nil || len(list) == 0 {
		return list, err
	}
	return list, termsOf(tx, list, text, args)
}

// termsOf reads what the links' entries are found by, with the links' own
// query: in one transaction its rows are the same ones in the same order.
func termsOf(tx *AllTx, list []AuditLinkRow, text string, args []any) error {
	_, from, _ := strings.Cut(text, " FROM ")
	var terms []string
	err := tx.session().Raw("SELECT array_to_string(tsvector_to_array(p.terms), ' ') FROM "+from, args...).Scan(&terms).Error
	if err == nil && len(terms) != len(list) {
		err = errOtherRows
	}
	for i := range terms {
		if err == nil {
			list[i].Terms = sortedTerms(terms[i])
		}
	}
	return err
}

var errOtherRows = errors.New("the links changed while they were read")

// sortedTerms has an order that both databases' terms can be compared in.
func sortedTerms(text string) []string {
	list := strings.Fields(text)
	slices.Sort(list)
	return list
}

// Finds reports whether the entry is found by these terms, sorted, and by no
// others.
func (l *AuditLinkRow) Finds(terms []string) bool { return slices.Equal(l.Terms, fitTerms(terms)) }

// ListChains lists the chains that have links, after one; "" is the
// deployment's own, and the first.
func ListChains(tx *AllTx) ([]id.Organization, error) {
	var list []id.Organization
	err := tx.session().Raw("SELECT coalesce(organization_id, '') AS organization_id FROM audit_positions GROUP BY organization_id ORDER BY 1").Scan(&list).Error
	return list, translate(err)
}

// Unlinked is an entry that has no number and waits for none: it did not come
// in as entries do.
type Unlinked struct {
	ID             id.Event
	OrganizationID *id.Organization
	Type           string
	RecordedAt     time.Time
}

var listUnlinked = map[Dialect]string{
	Postgres: `SELECT e.id, e.organization_id, e.type, e.recorded_at FROM audit_events e
		WHERE NOT EXISTS (SELECT FROM audit_positions p WHERE p.event_id = e.id AND p.recorded_at = e.recorded_at AND p.retention = e.retention)
		AND NOT EXISTS (SELECT FROM audit_pending w WHERE w.event_id = e.id) {chain} LIMIT ?`,
	SQLite: `SELECT e.id, e.organization_id, e.type, e.recorded_at FROM audit_events e
		WHERE NOT EXISTS (SELECT 1 FROM audit_positions p WHERE p.event_id = e.id) AND NOT EXISTS (SELECT 1 FROM audit_pending w WHERE w.event_id = e.id) {chain} LIMIT ?`,
}

// ListUnlinked lists such entries, of all organizations or of one.
func ListUnlinked(tx *AllTx, org *id.Organization, limit int) ([]Unlinked, error) {
	chain, args := "", []any{}
	if org != nil {
		chain, args = "AND e.organization_id = ?", []any{*org}
	}
	var list []Unlinked
	err := tx.session().Raw(replaced(listUnlinked[tx.db.Dialect], "{chain}", chain), append(args, limit)...).Scan(&list).Error
	return list, translate(err)
}

// MovedHeads are chains whose head no checkpoint says, after one in the order
// of their names.
func MovedHeads(tx *AllTx, after string, limit int) ([]AuditHead, error) {
	var list []AuditHead
	err := tx.session().Raw(`SELECT h.id, h.sequence, h.hash FROM audit_heads h WHERE h.id > ? AND h.id <> 'all' AND h.sequence > 0
		AND NOT EXISTS (SELECT 1 FROM audit_checkpoints c WHERE c.organization_id = h.id AND c.sequence = h.sequence)
		AND NOT (h.id = 'deployment' AND EXISTS (SELECT 1 FROM audit_checkpoints c WHERE c.organization_id IS NULL AND c.sequence = h.sequence))
		ORDER BY h.id LIMIT ?`, after, limit).Scan(&list).Error
	return list, translate(err)
}

// innerExpiries are correlated by organization: one look-up in an index for
// each that has expiries, and none of their rows where nothing older is left.
const innerExpiries = `SELECT x.id FROM (
		SELECT o.organization_id, (SELECT p.sequence FROM audit_positions p WHERE p.organization_id = o.organization_id ORDER BY p.sequence LIMIT 1) AS oldest
		FROM (SELECT DISTINCT organization_id FROM audit_expiries WHERE organization_id IS NOT NULL) o) c
	JOIN audit_expiries x ON x.organization_id = c.organization_id AND x.first_sequence > c.oldest ORDER BY x.organization_id, x.last_sequence, x.id`

// InnerExpiries are the expiries of all organizations' chains between entries
// that are there: a reader of all of them meets gaps there, and nowhere else.
func InnerExpiries(tx *AllTx) (keys []id.Expiry, err error) {
	err = tx.session().Raw(innerExpiries).Scan(&keys).Error
	return keys, translate(err)
}
