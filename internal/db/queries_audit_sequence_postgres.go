package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// sequencerLock is the advisory lock of whoever numbers entries.
const sequencerLock = 4739183022

// The lock is a statement of its own: what is read after it sees all that the
// one before it committed. Who does not get it reads nothing. The transaction's
// statements are planned once, for lists of any length.
const takeSequencer = `SELECT set_config('app.scope', 'deployment', true), set_config('app.organization_id', '', true), set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true),
	set_config('app.sequencer', pg_try_advisory_xact_lock($1)::text, true)`

// readPending reads rows that have as many entries as the limit, or a few more.
const readPending = `SELECT event_id, events, recorded_at, last_recorded_at, retention FROM (
		SELECT p.*, sum(p.entries) OVER (ORDER BY p.event_id) - p.entries AS before FROM (
			SELECT * FROM audit_pending WHERE current_setting('app.sequencer') = 'true' AND event_id <> ALL ($2::text[]) ORDER BY event_id LIMIT $1) p) q
	WHERE before < $1 ORDER BY event_id`

// readEntries looks entries up by their ids in the partitions that their times
// and retentions name: bounds over the whole list prune once, where a join
// would prune again for each row.
const readEntries = `SELECT ` + auditEntryColumns + ` FROM audit_events e
	WHERE e.id = ANY (CAST($1 AS text[])) AND e.recorded_at BETWEEN $2 AND $3 AND e.retention = ANY (CAST($4 AS bigint[]))`

// pending is what one statement wrote.
type pending struct {
	key         id.Event // the first one
	events      []id.Event
	first, last time.Time
	retention   int64
}

// bounds are where the entries of all are.
func bounds(list []pending) (ids []string, first, last time.Time, retentions []int64) {
	first, last = list[0].first, list[0].last
	for _, p := range list {
		if p.first.Before(first) {
			first = p.first
		}
		if p.last.After(last) {
			last = p.last
		}
		if !slices.Contains(retentions, p.retention) {
			retentions = append(retentions, p.retention)
		}
		ids = append(ids, stringsOf(p.events)...)
	}
	return ids, first, last, retentions
}

func (d *DB) numberPostgres(ctx context.Context, b AuditBatch) (done AuditNumbered, err error) {
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		waits, busy, err := takePending(ctx, tx, b)
		if done.Busy = busy; err != nil || len(waits) == 0 {
			return err
		}
		entries, err := d.readWaiting(ctx, tx, waits)
		if err != nil {
			return err
		}
		gone := withoutEntries(waits, entries)
		done.Missing = gone.rows
		if len(entries) == 0 {
			return nil
		}
		byTile(entries)
		heads, err := readHeads(ctx, tx, b.Chains(entries))
		if err != nil {
			return err
		}
		numbers, err := b.Number(entries, heads)
		if err == nil {
			err = numbers.fits(entries)
		}
		if err != nil {
			return fmt.Errorf("numbering entries: %w", err)
		}
		done.Entries = len(entries)
		return writeNumbers(ctx, tx, d.now(), entries, numbers, gone)
	})
	return done, err
}

// readWaiting reads the entries that wait, but for those that this process has.
func (d *DB) readWaiting(ctx context.Context, tx pgx.Tx, waits []pending) ([]AuditEntry, error) {
	var entries []AuditEntry
	var others []pending
	for i := range waits {
		var all bool
		if entries, all = d.fresh.take(&waits[i], entries); !all {
			others = append(others, waits[i])
		}
	}
	if len(others) > 0 {
		read, err := readEntriesOf(ctx, tx, others)
		if err != nil {
			return nil, err
		}
		entries = append(entries, read...)
	}
	slices.SortFunc(entries, func(a, b AuditEntry) int { return cmp.Compare(a.ID, b.ID) })
	return entries, nil
}

func readEntriesOf(ctx context.Context, tx pgx.Tx, waits []pending) ([]AuditEntry, error) {
	ids, first, last, retentions := bounds(waits)
	rows, err := tx.Query(ctx, readEntries, ids, first, last, retentions)
	if err != nil {
		return nil, fmt.Errorf("reading entries: %w", err)
	}
	defer rows.Close()
	entries := make([]AuditEntry, 0, len(ids))
	v := &values{rows: rows, types: tx.Conn().TypeMap(), fields: rows.FieldDescriptions()}
	var e AuditEntry
	for v.next() {
		e.ID = id.Event(v.raw[0])
		v.entry(&e)
		entries = append(entries, e)
	}
	if err := v.failed(); err != nil {
		return nil, fmt.Errorf("reading entries: %w", err)
	}
	return entries, nil
}

// vanished are entries that wait and are nowhere: somebody took them. What waits
// for them stays.
type vanished struct {
	rows    []id.Event // that have no other entries, by their keys
	numbers []string   // the keys of those that have
	rest    []pending  // these, without the others
}

func withoutEntries(waits []pending, entries []AuditEntry) (gone vanished) {
	there := make(map[id.Event]bool, len(entries))
	for i := range entries {
		there[entries[i].ID] = true
	}
	for _, p := range waits {
		rest := p
		rest.events = slices.DeleteFunc(slices.Clone(p.events), func(e id.Event) bool { return there[e] })
		if len(rest.events) == len(p.events) {
			gone.rows = append(gone.rows, p.key)
			continue
		}
		gone.numbers = append(gone.numbers, string(p.key))
		if len(rest.events) > 0 {
			rest.key = slices.Min(rest.events)
			gone.rest = append(gone.rest, rest)
		}
	}
	return gone
}

// takePending takes the lock and reads what waits.
func takePending(ctx context.Context, tx pgx.Tx, b AuditBatch) (waits []pending, busy bool, err error) {
	batch := &pgx.Batch{}
	batch.Queue(takeSequencer, sequencerLock)
	batch.Queue(readPending, b.Limit, stringsOf(b.Except))
	results := tx.SendBatch(ctx, batch)
	defer results.Close()
	var taken string
	if err := results.QueryRow().Scan(nil, nil, nil, nil, &taken); err != nil {
		return nil, false, fmt.Errorf("taking the sequencer's lock: %w", err)
	}
	rows, err := results.Query()
	if err != nil {
		return nil, false, fmt.Errorf("reading what waits for its number: %w", err)
	}
	waits, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p pending, err error) {
		err = row.Scan(&p.key, &p.events, &p.first, &p.last, &p.retention)
		return p, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("reading what waits for its number: %w", err)
	}
	return waits, taken != "true", nil
}

func readHeads(ctx context.Context, tx pgx.Tx, chains []string) ([]AuditHead, error) {
	rows, err := tx.Query(ctx, "SELECT id, sequence, hash FROM audit_heads WHERE id = ANY ($1)", chains)
	if err != nil {
		return nil, fmt.Errorf("reading the heads: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[AuditHead])
}

// writesNumbers is the scope in which links of every organization are added.
const writesNumbers = "SELECT set_config('app.scope', 'sequence', true)"

const moveHeads = `INSERT INTO audit_heads (id, sequence, hash, updated_at) SELECT h.id, h.sequence, h.hash, $4 FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS h (id, sequence, hash)
	ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, updated_at = excluded.updated_at WHERE audit_heads.sequence < excluded.sequence`

const removePending = "DELETE FROM audit_pending WHERE event_id = ANY ($1)"

const keepPending = "INSERT INTO audit_pending (event_id, events, entries, recorded_at, last_recorded_at, retention) VALUES ($1, $2::text[], cardinality($2::text[]), $3, $4, $5)"

var errNumberedTwice = errors.New("entries were numbered by somebody else meanwhile")

func writeNumbers(ctx context.Context, tx pgx.Tx, now time.Time, entries []AuditEntry, n AuditNumbers, gone vanished) error {
	tiles := tilesOf(entries, n.Links)
	var heads struct {
		ids       []string
		sequences []int64
		hashes    [][]byte
	}
	for _, h := range n.Heads {
		heads.ids, heads.sequences, heads.hashes = append(heads.ids, h.ID), append(heads.sequences, h.Sequence), append(heads.hashes, h.Hash)
	}
	b := &pgx.Batch{}
	b.Queue(writesNumbers)
	b.Queue(insertTiles, tileArguments(now, tiles)...)
	b.Queue(moveHeads, heads.ids, heads.sequences, heads.hashes, now)
	b.Queue(removePending, gone.numbers)
	want := []int64{1, int64(len(tiles)), int64(len(n.Heads)), int64(len(gone.numbers))}
	for _, p := range gone.rest {
		b.Queue(keepPending, p.key, stringsOf(p.events), p.first, p.last, p.retention)
		want = append(want, 1)
	}
	results := tx.SendBatch(ctx, b)
	defer results.Close()
	for _, want := range want {
		tag, err := results.Exec()
		if err != nil {
			return fmt.Errorf("writing numbers: %w", err)
		}
		if tag.RowsAffected() != want {
			return errNumberedTwice
		}
	}
	return nil
}

func stringsOf[S ~string](values []S) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
