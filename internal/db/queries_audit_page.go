package db

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// On Postgres a page is entries in the order of an index, and behind them, where
// their links are not remembered, the tiles that may have them.

// page is a statement.
type page struct {
	AuditSearch
	ours id.Organization // empty: everybody's
	args []any
}

func (p *page) bind(value any) string {
	p.args = append(p.args, value)
	return "$" + strconv.Itoa(len(p.args))
}

// text reads entries.
func (p *page) text(columns string) string {
	order := " ORDER BY " + p.inOrder()
	from := " FROM audit_events e WHERE " + p.within() + " AND " + p.partitions("e", 0) + order
	if !p.filtered() {
		return "SELECT " + columns + from + " LIMIT " + p.bind(p.Limit)
	}
	from = " FROM (SELECT *" + from + " LIMIT " + p.bind(p.Look) + ") e WHERE " + p.ofKind()
	return "SELECT " + columns + from + order + " LIMIT " + p.bind(p.Limit)
}

// tiles are those of a time.
func (p *page) tiles(oldest, newest time.Time) string {
	return "audit_tiles t WHERE " + p.owner() + p.partitions("t", tileSpan) + " AND t.recorded_at > " + p.bind(oldest.Add(-tileSpan)) + " AND t.recorded_at <= " + p.bind(newest) + " AND t.last_recorded_at >= " + p.bind(oldest)
}

// tilesOf are those of some entries, each along the index: a plan for any of
// them would compare each with all tiles of the time between them.
func (p *page) tilesOf(ids []id.Event) string {
	texts, made, earlier := make([]string, len(ids)), make([]time.Time, len(ids)), make([]time.Time, len(ids))
	for i, one := range ids {
		texts[i], made[i] = string(one), id.Time(one)
		earlier[i] = made[i].Add(-tileSpan)
	}
	return "(SELECT DISTINCT t.last_position, t.recorded_at, t.retention FROM unnest(" + p.bind(texts) + "::text[], " + p.bind(made) + "::timestamptz[], " + p.bind(earlier) + "::timestamptz[]) i (event, at, earlier) CROSS JOIN LATERAL (" +
		"SELECT t.last_position, t.recorded_at, t.retention FROM audit_tiles t WHERE " + p.owner() + p.partitions("t", tileSpan) + " AND t.recorded_at > i.earlier AND t.recorded_at <= i.at AND t.last_recorded_at >= i.at AND i.event = ANY (t.events) OFFSET 0) t) k CROSS JOIN LATERAL (" +
		"SELECT * FROM audit_tiles t WHERE " + p.partitions("t", tileSpan) + " AND t.last_position = k.last_position AND t.recorded_at = k.recorded_at AND t.retention = k.retention OFFSET 0) t"
}

func (p *page) owner() string {
	if p.ours == "" {
		return ""
	}
	return "t.organization_id = " + p.bind(string(p.ours)) + " AND "
}

// within compares pairs, so that no index but the one by organization and id
// gives the order: a planner without statistics of a new partition would take
// another organization's entries into the bargain.
func (p *page) within() string {
	if p.ours == "" {
		return "e.id >= " + p.bind(p.Low) + " AND e.id < " + p.bind(p.High)
	}
	owner := p.bind(string(p.ours))
	return "(e.organization_id, e.id) >= (" + owner + ", " + p.bind(p.Low) + ") AND (e.organization_id, e.id) < (" + owner + ", " + p.bind(p.High) + ")"
}

func (p *page) inOrder() string {
	key := "e.id " + p.order()
	if p.ours == "" {
		return key
	}
	return "e.organization_id " + p.order() + ", " + key
}

// partitions are named by constants where the page is of the newest months:
// others are then left out once, when the statement is prepared. There are as
// many texts as months. A tile may begin earlier than an entry of its.
func (p *page) partitions(table string, earlier time.Duration) string {
	since, before := p.Since.UTC().Format("'2006-01-02Z'"), p.Before.UTC().Format("'2006-01-02Z'")
	if !p.Months {
		since, before = p.bind(p.Since.UTC().Add(-earlier)), p.bind(p.Before.UTC())
	}
	return table + ".recorded_at >= " + since + " AND " + table + ".recorded_at < " + before
}

func (p *page) ofKind() string {
	kind := "e.type = ANY (" + p.bind(p.Types) + "::text[])"
	if len(p.Families) > 0 {
		kind = "(" + kind + " OR EXISTS (SELECT 1 FROM unnest(" + p.bind(p.Families) + "::text[]) f WHERE starts_with(e.type, f)))"
	}
	return kind
}

// inOrderOfIndex is for how long a transaction lasts: each of these statements
// has one plan, made once for a connection, and it reads in the order of an index.
const inOrderOfIndex = "set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true)"

// asPlanned takes it back within the transaction.
const asPlanned = "SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_sort', 'on', true), set_config('enable_incremental_sort', 'on', true), set_config('enable_seqscan', 'on', true), set_config('enable_bitmapscan', 'on', true), set_config('jit', 'on', true)"

// asks runs the statement that queue adds, for an organization or, where it is
// empty, everybody.
type asks func(queue func(*pgx.Batch, id.Organization), read func(pgx.BatchResults) error) error

// read is a page's entries, and their links: tiles says which may have those that
// are not remembered.
func (s AuditSearch) read(d *DB, ask asks, entries func(*page) string, tiles func(*page, []FoundEntry, map[id.Event]int) string) (list []FoundEntry, err error) {
	ofPage := func(text func(*page) string) func(*pgx.Batch, id.Organization) {
		return func(b *pgx.Batch, ours id.Organization) {
			p := page{AuditSearch: s, ours: ours}
			full := text(&p)
			b.Queue(full, p.args...)
		}
	}
	list = make([]FoundEntry, 0, s.Limit)
	err = ask(ofPage(entries), func(results pgx.BatchResults) error {
		var last AuditEntry
		return eachOf(results, func(v *values) {
			last.ID = id.Event(v.raw[0])
			v.entry(&last)
			list = append(list, FoundEntry{AuditEntry: last})
		})
	})
	if err != nil {
		return nil, err
	}
	rest := d.links.give(list)
	if len(rest) == 0 {
		return list, nil
	}
	linksIn := func(p *page) string {
		return "SELECT t.position, t.sequence, t.previous_hash, t.hashes, t.events FROM " + tiles(p, list, rest)
	}
	err = ask(ofPage(linksIn), func(results pgx.BatchResults) error {
		var t tileRow
		return eachOf(results, func(v *values) {
			t.position, t.sequence, t.previous, t.hashes, t.events = v.number(0), v.number(1), v.blob(2), v.blob(3), v.list(4)
			t.number(list, rest)
		})
	})
	d.links.keep(list, rest)
	return list, err
}

// number gives entries that the tile has their numbers. at says where each one
// stands in list.
func (t *tileRow) number(list []FoundEntry, at map[id.Event]int) {
	for i, event := range t.events {
		if n, is := at[id.Event(event)]; is {
			l := t.link(i)
			list[n].takes(&l)
		}
	}
}

// along reads a page in the order of an index.
func (s AuditSearch) along(d *DB, ask asks) ([]FoundEntry, error) {
	entries := func(p *page) string { return p.text(auditEntryColumns) }
	return s.read(d, ask, entries, func(p *page, list []FoundEntry, rest map[id.Event]int) string {
		var oldest, newest time.Time
		for _, i := range rest {
			at := list[i].RecordedAt
			if oldest.IsZero() || at.Before(oldest) {
				oldest = at
			}
			if at.After(newest) {
				newest = at
			}
		}
		return p.tiles(oldest, newest)
	})
}

// eachOf runs fn with each row of a batch's next statement.
func eachOf(results pgx.BatchResults, fn func(*values)) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	v := &values{rows: rows, types: rows.Conn().TypeMap(), fields: rows.FieldDescriptions()}
	for v.next() {
		fn(v)
	}
	return v.failed()
}

// listOnPostgres is ListAudit there.
func (s AuditSearch) listOnPostgres(tx *Tx) ([]FoundEntry, error) {
	return s.along(tx.db, s.inOrderOn(tx))
}

// getOnPostgres is GetAudit there.
func (s AuditSearch) getOnPostgres(tx *Tx, ids []id.Event) ([]FoundEntry, error) {
	entries := func(p *page) string {
		text := "SELECT " + auditEntryColumns + " FROM audit_events e WHERE e.id = ANY (" + p.bind(stringsOf(ids)) + "::text[]) AND " + p.partitions("e", 0)
		if p.ours != "" {
			text += " AND e.organization_id = " + p.bind(string(p.ours))
		}
		return text
	}
	list, err := s.read(tx.db, s.inOrderOn(tx), entries, func(p *page, _ []FoundEntry, rest map[id.Event]int) string {
		return p.tilesOf(slices.Collect(maps.Keys(rest)))
	})
	slices.SortFunc(list, func(a, b FoundEntry) int {
		if s.Newest {
			a, b = b, a
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return list, err
}

// inOrderOn asks in a transaction, in one round trip, in the order of indexes.
func (s AuditSearch) inOrderOn(tx *Tx) asks {
	return func(queue func(*pgx.Batch, id.Organization), read func(pgx.BatchResults) error) error {
		ours := s.Organization
		if tx.scope.reach == reachOrg {
			if ours != "" && ours != tx.scope.org {
				return nil
			}
			ours = tx.scope.org
		}
		if err := tx.db.enter(tx); err != nil {
			return err
		}
		return tx.Native(func(conn pgx.Tx) error {
			b := &pgx.Batch{}
			b.Queue("SELECT " + inOrderOfIndex)
			queue(b, ours)
			b.Queue(asPlanned)
			results := conn.SendBatch(tx.ctx, b)
			defer results.Close()
			if _, err := results.Exec(); err != nil {
				return err
			}
			if err := read(results); err != nil {
				return err
			}
			return results.Close()
		}, nil)
	}
}

// filtered says that s asks for types.
func (s AuditSearch) filtered() bool { return len(s.Types)+len(s.Families) > 0 }

// ofKind is that as a condition on SQLite.
func (s AuditSearch) ofKind() (string, []any) {
	where, args := []string{"e.type IN (SELECT value FROM json_each(?))"}, []any{jsonList(s.Types)}
	for _, f := range s.Families {
		where, args = append(where, "substr(e.type, 1, ?) = ?"), append(args, len([]rune(f)), f)
	}
	return strings.Join(where, " OR "), args
}

// edge is the id of the last of p.Look entries, of whatever type.
func (p *page) edge() string {
	p.Types, p.Families, p.Limit = nil, nil, 1
	return p.text("e.id") + " OFFSET " + p.bind(p.Look-1)
}

// AuditEdge is the id of the last of s.Look entries in the order of s, of
// whatever type: what a page by types has looked at. It is empty where there
// are fewer. It is scoped by the organization of the entry.
func AuditEdge(tx OwnedScope, s AuditSearch) (edge id.Event, err error) {
	if tx.base().db.Dialect == Postgres {
		err = s.inOrderOn(tx.base())(func(b *pgx.Batch, ours id.Organization) {
			p := page{AuditSearch: s, ours: ours}
			text := p.edge()
			b.Queue(text, p.args...)
		}, func(results pgx.BatchResults) error {
			return results.QueryRow().Scan(&edge)
		})
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		return edge, wrapSearch(err)
	}
	where, args := s.scope(tx, "e", "id")
	err = tx.base().session().Raw("SELECT e.id FROM audit_events e WHERE "+where+" ORDER BY e.id "+s.order()+" LIMIT 1 OFFSET ?", append(args, s.Look-1)...).Scan(&edge).Error
	return edge, wrapSearch(err)
}
