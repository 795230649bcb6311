package db

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// On Postgres a page is one statement: entries in the order of an index, and
// behind them the tiles that may have their links.

// page is a statement.
type page struct {
	AuditSearch
	ours id.Organization // empty: everybody's
	args []any
}

// withTiles is the statement, of what reads entries and where their tiles are.
// A row is an entry or a tile.
func withTiles(entries, tiles string) string {
	return "WITH page AS MATERIALIZED (" + entries + ") SELECT e.*, CAST(NULL AS bigint), CAST(NULL AS bigint), CAST(NULL AS bytea), CAST(NULL AS bytea), CAST(NULL AS text[]) FROM page e " +
		"UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, t.position, t.sequence, t.previous_hash, t.hashes, t.events FROM " + tiles
}

// linksFrom is the first column of a tile in such a row.
const linksFrom = 16

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

// tiles are those of the time of the page's entries. That time is worked out
// before policies are: a comparison with what is worked out beside them would not
// go along an index. Nor would a join, of a partition that has no statistics yet.
func (p *page) tiles() string {
	return "(SELECT min(recorded_at) - " + tileInterval + " AS earlier, min(recorded_at) AS oldest, max(recorded_at) AS newest FROM page) b CROSS JOIN LATERAL (SELECT * FROM audit_tiles t WHERE " +
		p.owner() + p.partitions("t", tileSpan) + " AND t.recorded_at > b.earlier AND t.recorded_at <= b.newest AND t.last_recorded_at >= b.oldest OFFSET 0) t"
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

const tileInterval = "interval '1 second'" // tileSpan

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

func (s AuditSearch) queue(b *pgx.Batch, ours id.Organization) {
	p := page{AuditSearch: s, ours: ours}
	entries := p.text(auditEntryColumns)
	text := withTiles(entries, p.tiles())
	b.Queue(text, p.args...)
}

// readPage reads what queue asked for.
func readPage(results pgx.BatchResults, size int) ([]FoundEntry, error) {
	list, at := make([]FoundEntry, 0, size), make(map[id.Event]int, size)
	var last AuditEntry
	var t tileRow
	err := eachOf(results, func(v *values) {
		if v.raw[0] == nil {
			t.position, t.sequence, t.previous, t.hashes, t.events = v.number(linksFrom), v.number(linksFrom+1), v.blob(linksFrom+2), v.blob(linksFrom+3), v.list(linksFrom+4)
			t.number(list, at)
			return
		}
		last.ID = id.Event(v.raw[0])
		v.entry(&last)
		at[last.ID] = len(list)
		list = append(list, FoundEntry{AuditEntry: last})
	})
	return list, err
}

// number gives entries that the tile has their numbers. at says where each one
// stands in list.
func (t *tileRow) number(list []FoundEntry, at map[id.Event]int) {
	for i, event := range t.events {
		if n, is := at[id.Event(event)]; is {
			list[n].takes(t, i)
		}
	}
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
func (s AuditSearch) listOnPostgres(tx *Tx) (list []FoundEntry, err error) {
	err = s.inOrderOn(tx, s.queue, func(results pgx.BatchResults) (err error) {
		list, err = readPage(results, s.Limit)
		return err
	})
	return list, err
}

// getOnPostgres is GetAudit there.
func (s AuditSearch) getOnPostgres(tx *Tx, ids []id.Event) (list []FoundEntry, err error) {
	queue := func(b *pgx.Batch, ours id.Organization) {
		p := page{AuditSearch: s, ours: ours}
		entries := "SELECT " + auditEntryColumns + " FROM audit_events e WHERE e.id = ANY (" + p.bind(stringsOf(ids)) + "::text[]) AND " + p.partitions("e", 0)
		if ours != "" {
			entries += " AND e.organization_id = " + p.bind(string(ours))
		}
		text := withTiles(entries, p.tilesOf(ids))
		b.Queue(text, p.args...)
	}
	err = s.inOrderOn(tx, queue, func(results pgx.BatchResults) (err error) {
		list, err = readPage(results, len(ids))
		return err
	})
	slices.SortFunc(list, func(a, b FoundEntry) int {
		if s.Newest {
			a, b = b, a
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return list, err
}

// inOrderOn asks for what queue has and reads it, in one round trip of a
// transaction, in the order of indexes.
func (s AuditSearch) inOrderOn(tx *Tx, queue func(*pgx.Batch, id.Organization), read func(pgx.BatchResults) error) error {
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

// ReadAudit is ListAudit outside of a transaction, in one round trip, for whoever
// sees the organization own, or all of them where it is empty. What they may not
// see is not found; nobody's is the operators' own organization. It exists on
// Postgres alone.
func (d *DB) ReadAudit(ctx context.Context, own id.Organization, s AuditSearch) ([]FoundEntry, error) {
	seen, ours := scope{reach: reachDeployment}, s.Organization
	if own != "" {
		seen, ours = scope{reach: reachOrg, org: own}, own
	}
	if s.Organization != "" && s.Organization != ours {
		return nil, ErrNotFound
	}
	b := &pgx.Batch{}
	b.Queue(setScopeStatement+", "+inOrderOfIndex+", $3 = '' OR EXISTS (SELECT 1 FROM organizations WHERE id = $3 AND NOT system)", string(seen.org), seen.across(), string(s.Organization))
	s.queue(b, ours)
	results := d.pool.SendBatch(ctx, b)
	defer results.Close()
	there := false
	if err := firstOf(results, &there); err != nil {
		return nil, wrapSearch(err)
	}
	if !there {
		return nil, ErrNotFound
	}
	list, err := readPage(results, s.Limit)
	return list, wrapSearch(err)
}

// firstOf reads the last column of the next statement's row.
func firstOf(results pgx.BatchResults, there *bool) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	columns := make([]any, len(rows.FieldDescriptions()))
	columns[len(columns)-1] = there
	_, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (struct{}, error) { return struct{}{}, row.Scan(columns...) })
	return err
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

// AuditEdge is the id of the last of s.Look entries in the order of s, of
// whatever type: what a page by types has looked at. It is empty where there
// are fewer. It is scoped by the organization of the entry.
func AuditEdge(tx OwnedScope, s AuditSearch) (edge id.Event, err error) {
	look := s.Look
	s.Types, s.Families, s.Limit = nil, nil, 1
	if tx.base().db.Dialect == Postgres {
		err = s.inOrderOn(tx.base(), func(b *pgx.Batch, ours id.Organization) {
			one := page{AuditSearch: s, ours: ours}
			text := one.text("e.id")
			b.Queue(text+" OFFSET "+one.bind(look-1), one.args...)
		}, func(results pgx.BatchResults) error {
			return results.QueryRow().Scan(&edge)
		})
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		return edge, wrapSearch(err)
	}
	where, args := s.scope(tx, "e", "id")
	err = tx.base().session().Raw("SELECT e.id FROM audit_events e WHERE "+where+" ORDER BY e.id "+s.order()+" LIMIT 1 OFFSET ?", append(args, look-1)...).Scan(&edge).Error
	return edge, wrapSearch(err)
}
