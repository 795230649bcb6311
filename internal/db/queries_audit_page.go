package db

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// On Postgres a page is two statements in one round trip: links, and entries,
// each in the order of an index of its own table. As many links as the page has
// entries are enough, since only numbered entries have one. They come first: of
// an entry that is numbered between the two none is shown, and of no other.

// page is one of these statements.
type page struct {
	AuditSearch
	ours                       id.Organization // empty: everybody's
	columns, table, alias, key string
	args                       []any
}

func (p *page) bind(value any) string {
	p.args = append(p.args, value)
	return "$" + strconv.Itoa(len(p.args))
}

func (p *page) text() string {
	order := " ORDER BY " + p.inOrder()
	from := " FROM " + p.table + " " + p.alias + " WHERE " + p.within() + " AND " + p.partitions() + order
	if !p.filtered() {
		return "SELECT " + p.columns + from + " LIMIT " + p.bind(p.Limit)
	}
	from = " FROM (SELECT *" + from + " LIMIT " + p.bind(p.Look) + ") " + p.alias + " WHERE " + p.ofKind()
	return "SELECT " + p.columns + from + order + " LIMIT " + p.bind(p.Limit)
}

// within compares pairs, so that no index but the one by organization and id
// gives the order: a planner without statistics of a new partition would take
// another organization's entries into the bargain.
func (p *page) within() string {
	column := p.alias + "." + p.key
	if p.ours == "" {
		return column + " >= " + p.bind(p.Low) + " AND " + column + " < " + p.bind(p.High)
	}
	owner, pair := p.bind(string(p.ours)), "("+p.alias+".organization_id, "+column+")"
	return pair + " >= (" + owner + ", " + p.bind(p.Low) + ") AND " + pair + " < (" + owner + ", " + p.bind(p.High) + ")"
}

func (p *page) inOrder() string {
	key := p.alias + "." + p.key + " " + p.order()
	if p.ours == "" {
		return key
	}
	return p.alias + ".organization_id " + p.order() + ", " + key
}

// partitions are named by constants where the page is of the newest months:
// others are then left out once, when the statement is prepared. There are as
// many texts as months.
func (p *page) partitions() string {
	since, before := p.Since.UTC().Format("'2006-01-02Z'"), p.Before.UTC().Format("'2006-01-02Z'")
	if !p.Months {
		since, before = p.bind(p.Since.UTC()), p.bind(p.Before.UTC())
	}
	return p.alias + ".recorded_at >= " + since + " AND " + p.alias + ".recorded_at < " + before
}

func (p *page) ofKind() string {
	kind := p.alias + ".type = ANY (" + p.bind(p.Types) + "::text[])"
	if len(p.Families) > 0 {
		kind = "(" + kind + " OR EXISTS (SELECT 1 FROM unnest(" + p.bind(p.Families) + "::text[]) f WHERE starts_with(" + p.alias + ".type, f)))"
	}
	return kind
}

// inOrderOfIndex is for how long a transaction lasts: each of these statements
// has one plan, made once for a connection, and it reads in the order of an index.
const inOrderOfIndex = "set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"

// asPlanned takes it back within the transaction.
const asPlanned = "SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_sort', 'on', true), set_config('enable_incremental_sort', 'on', true), set_config('enable_seqscan', 'on', true), set_config('enable_bitmapscan', 'on', true)"

// pages are the statements: of links, and of entries.
func (s AuditSearch) pages(ours id.Organization) []*page {
	return []*page{
		{s, ours, "p.event_id, p.position, p.sequence, p.previous_hash, p.hash", "audit_positions", "p", "event_id", nil},
		{s, ours, auditEntryColumns, "audit_events", "e", "id", nil},
	}
}

func (s AuditSearch) queue(b *pgx.Batch, ours id.Organization) {
	for _, p := range s.pages(ours) {
		b.Queue(p.text(), p.args...)
	}
}

// readPage reads what queue asked for.
func readPage(results pgx.BatchResults, size int) ([]FoundEntry, error) {
	links, err := readLinks(results, size)
	if err != nil {
		return nil, err
	}
	list := make([]FoundEntry, 0, size)
	var last AuditEntry
	err = eachOf(results, func(v *values) {
		last.ID = id.Event(v.raw[0])
		v.entry(&last)
		f := FoundEntry{AuditEntry: last}
		if l := links[f.ID]; l != nil {
			f.Position, f.Sequence, f.PreviousHash, f.Hash = &l.Position, &l.Sequence, l.PreviousHash, l.Hash
		}
		list = append(list, f)
	})
	return list, err
}

func readLinks(results pgx.BatchResults, size int) (map[id.Event]*AuditLink, error) {
	links, list := make(map[id.Event]*AuditLink, size), make([]AuditLink, 0, size)
	err := eachOf(results, func(v *values) {
		list = append(list, AuditLink{Position: v.number(1), Sequence: v.number(2), PreviousHash: v.blob(3), Hash: v.blob(4)})
		links[id.Event(v.raw[0])] = &list[len(list)-1]
	})
	return links, err
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
	texts := make([]string, len(ids))
	for i, one := range ids {
		texts[i] = string(one)
	}
	queue := func(b *pgx.Batch, ours id.Organization) {
		for _, p := range s.pages(ours) {
			where := p.alias + "." + p.key + " = ANY (" + p.bind(texts) + "::text[]) AND " + p.partitions()
			if ours != "" {
				where += " AND " + p.alias + ".organization_id = " + p.bind(string(ours))
			}
			b.Queue("SELECT "+p.columns+" FROM "+p.table+" "+p.alias+" WHERE "+where, p.args...)
		}
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
	b.Queue(setScopeStatement+", "+inOrderOfIndex, string(seen.org), seen.across())
	b.Queue("SELECT $1 = '' OR EXISTS (SELECT 1 FROM organizations WHERE id = $1 AND NOT system)", string(s.Organization))
	s.queue(b, ours)
	results := d.pool.SendBatch(ctx, b)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return nil, wrapSearch(err)
	}
	there := false
	if err := results.QueryRow().Scan(&there); err != nil {
		return nil, wrapSearch(err)
	}
	if !there {
		return nil, ErrNotFound
	}
	list, err := readPage(results, s.Limit)
	return list, wrapSearch(err)
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
			one := page{s, ours, "e.id", "audit_events", "e", "id", nil}
			text := one.text()
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
