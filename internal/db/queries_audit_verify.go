package db

import (
	"cmp"
	"fmt"
	"slices"
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
	PreviousHash []byte
	Hash         []byte
	Terms        []string // by which a search finds the entry, sorted
	Torn         bool     // what is kept with it says that there are more links, or fewer, or of another time
	Entry        *AuditEntry
}

const tilesOfChain = "SELECT " + tileColumns + termsColumn + " FROM audit_tiles t WHERE {chain} AND t.last_sequence > ? ORDER BY t.last_sequence LIMIT ?"

// ListLinks lists the links of one chain, an organization's or (nil) the
// deployment's own, after a number. Numbers that stand twice come twice: a page
// ends before a number of which it may not have all. Where more of the chain
// follows there are limit links or more.
func ListLinks(tx *AllTx, org *id.Organization, after int64, limit int) (list []AuditLinkRow, err error) {
	err = tx.alongIndexes(func(r *logReader) error {
		for asked, more := firstTiles, true; more; asked *= 8 {
			var places []place
			if places, more, err = r.chain(org, after, asked); err != nil {
				return err
			}
			if more = more && len(places) < limit; more {
				continue
			}
			slices.SortStableFunc(places, func(a, b place) int {
				return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.position, b.position))
			})
			if list, err = r.withEntries(places, org); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading links: %w", translate(err))
	}
	return list, nil
}

// chain reads the links of so many tiles but for those that end with the same
// number as the last one, of which there may be another.
func (r *logReader) chain(org *id.Organization, after int64, asked int) (places []place, more bool, err error) {
	whose, args := "t.organization_id IS NULL", []any{after, asked}
	if org != nil {
		whose, args = "t.organization_id = ?", []any{string(*org), after, asked}
	}
	tiles, edge, before := 0, int64(0), 0
	err = r.eachTile(replaced(tilesOfChain, "{chain}", whose), args, func(t *tileRow) bool {
		if tiles == 0 || t.lastSequence != edge {
			edge, before = t.lastSequence, len(places)
		}
		tiles++
		places = append(places, linksOf(t, after)...)
		return true
	})
	if more = tiles == asked; more {
		places = places[:before]
	}
	return places, more, err
}

// linksOf are those of a tile after a number. A torn one tells of itself,
// whatever it says of its numbers.
func linksOf(t *tileRow, after int64) []place {
	list := t.places()
	if list[0].torn {
		list[0].sequence = max(list[0].sequence, after+1)
		return list[:1]
	}
	for term, places := range t.terms {
		for n := range placesIn(places, len(list)) {
			list[n-1].terms = append(list[n-1].terms, term)
		}
	}
	for i := range list {
		slices.Sort(list[i].terms)
	}
	return slices.DeleteFunc(list, func(p place) bool { return p.sequence <= after })
}

func (r *logReader) withEntries(places []place, org *id.Organization) ([]AuditLinkRow, error) {
	list := make([]AuditLinkRow, len(places))
	for i, p := range places {
		list[i] = AuditLinkRow{Position: p.position, Sequence: p.sequence, EventID: p.event, Type: p.kind, PreviousHash: p.previous, Hash: p.hash, Terms: p.terms, Torn: p.torn}
	}
	whose := stretch{}
	if org != nil {
		whose = stretch{org: *org, whole: consecutive(places, sequenceOf)}
	}
	err := r.each(places, whose, func(i int, e *AuditEntry) bool {
		if p := &places[i]; e.Retention == p.retention && !e.RecordedAt.Before(p.first) && !e.RecordedAt.After(p.last) {
			kept := *e
			list[i].Entry = &kept
		}
		return true
	})
	return list, err
}

// Finds reports whether the entry is found by these terms, sorted, and by no
// others.
func (l *AuditLinkRow) Finds(terms []string) bool { return slices.Equal(l.Terms, fitTerms(terms)) }

// ListChains lists the chains that have links, after one; "" is the
// deployment's own, and the first.
func ListChains(tx *AllTx) ([]id.Organization, error) {
	var list []id.Organization
	err := tx.session().Raw("SELECT coalesce(organization_id, '') AS organization_id FROM audit_tiles GROUP BY organization_id ORDER BY 1").Scan(&list).Error
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

const listUnlinked = `SELECT e.id, e.organization_id, e.type, e.recorded_at FROM audit_events e LEFT JOIN (
		SELECT {event} AS event, coalesce(t.organization_id, '') AS owner, t.retention FROM audit_tiles t CROSS JOIN {u} WHERE {tiles}) l
	ON l.event = e.id AND l.owner = coalesce(e.organization_id, '') AND l.retention = e.retention
	WHERE l.event IS NULL AND NOT EXISTS ({waits}) AND {entries} LIMIT ?`

var whatWaits = map[Dialect]string{
	Postgres: "SELECT 1 FROM audit_pending w CROSS JOIN LATERAL unnest(w.events) u (event) WHERE u.event = e.id",
	SQLite:   "SELECT 1 FROM audit_pending w WHERE w.event_id = e.id",
}

// ListUnlinked lists such entries, of all organizations or of one. Everything is
// held against everything: by hashes, whatever a planner thinks of tables that it
// has no statistics of, and not each entry against all links.
func ListUnlinked(tx *AllTx, org *id.Organization, limit int) (list []Unlinked, err error) {
	in, tiles, entries, args := inTiles[tx.db.Dialect], "1 = 1", "1 = 1", []any{}
	if org != nil {
		tiles, entries, args = "t.organization_id = ?", "e.organization_id = ?", []any{*org, *org}
	}
	text := replaced(listUnlinked, "{u}", in.u, "{event}", in.event, "{tiles}", tiles, "{waits}", whatWaits[tx.db.Dialect], "{entries}", entries)
	err = tx.without("enable_nestloop", func() error { return tx.session().Raw(text, append(args, limit)...).Scan(&list).Error })
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
		SELECT o.organization_id, (SELECT t.sequence FROM audit_tiles t WHERE t.organization_id = o.organization_id ORDER BY t.last_sequence LIMIT 1) AS oldest
		FROM (SELECT DISTINCT organization_id FROM audit_expiries WHERE organization_id IS NOT NULL) o) c
	JOIN audit_expiries x ON x.organization_id = c.organization_id AND x.first_sequence > c.oldest ORDER BY x.organization_id, x.last_sequence, x.id`

// InnerExpiries are the expiries of all organizations' chains between entries
// that are there: a reader of all of them meets gaps there, and nowhere else.
func InnerExpiries(tx *AllTx) (keys []id.Expiry, err error) {
	err = tx.session().Raw(innerExpiries).Scan(&keys).Error
	return keys, translate(err)
}
