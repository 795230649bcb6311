package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// sequencerLock is the advisory lock of whoever numbers entries.
const sequencerLock = 4739183022

// The lock is a statement of its own: what is read after it sees all that the
// one before it committed. Who does not get it reads nothing.
const takeSequencer = `SELECT set_config('app.scope', 'deployment', true), set_config('app.organization_id', '', true), set_config('enable_seqscan', 'off', true),
	set_config('app.sequencer', pg_try_advisory_xact_lock($1)::text, true)`

const readPending = `SELECT event_id, recorded_at, retention FROM audit_pending
	WHERE current_setting('app.sequencer') = 'true' AND event_id <> ALL ($2::text[]) ORDER BY event_id LIMIT $1`

// readEntries looks entries up by their ids in the partitions that their times
// and retentions name: bounds over the whole list prune once, where a join
// would prune again for each row.
const readEntries = `SELECT ` + auditEntryColumns + ` FROM audit_events e
	WHERE e.id = ANY (CAST($1 AS text[])) AND e.recorded_at BETWEEN $2 AND $3 AND e.retention = ANY (CAST($4 AS bigint[]))`

// entryPlaces are where entries are.
type entryPlaces struct {
	ids           []string
	first, last   time.Time
	retentions    []int64
	retentionSeen map[int64]bool
}

func (p *entryPlaces) add(event id.Event, recorded time.Time, retention int64) {
	if len(p.ids) == 0 {
		p.first, p.last, p.retentionSeen = recorded, recorded, map[int64]bool{}
	}
	p.ids = append(p.ids, string(event))
	if recorded.Before(p.first) {
		p.first = recorded
	}
	if recorded.After(p.last) {
		p.last = recorded
	}
	if !p.retentionSeen[retention] {
		p.retentionSeen[retention] = true
		p.retentions = append(p.retentions, retention)
	}
}

func (d *DB) numberPostgres(ctx context.Context, b AuditBatch) (done AuditNumbered, err error) {
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		entries, err := readPendingBatch(ctx, tx, b, &done)
		if err != nil || len(entries) == 0 {
			return err
		}
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
		return writeNumbers(ctx, tx, d.now(), entries, numbers)
	})
	return done, err
}

func readPendingBatch(ctx context.Context, tx pgx.Tx, b AuditBatch, done *AuditNumbered) ([]AuditEntry, error) {
	places, err := takePending(ctx, tx, b, done)
	if err != nil || len(places.ids) == 0 {
		return nil, err
	}
	rows, err := tx.Query(ctx, readEntries, places.ids, places.first, places.last, places.retentions)
	if err != nil {
		return nil, fmt.Errorf("reading entries: %w", err)
	}
	defer rows.Close()
	found := make(map[id.Event]*AuditEntry, len(places.ids))
	for rows.Next() {
		var e AuditEntry
		if err := rows.Scan(e.columns()...); err != nil {
			return nil, fmt.Errorf("reading entries: %w", err)
		}
		e.utc()
		found[e.ID] = &e
	}
	entries := make([]AuditEntry, 0, len(found))
	for _, event := range places.ids {
		if e := found[id.Event(event)]; e != nil {
			entries = append(entries, *e)
		} else {
			done.Missing = append(done.Missing, id.Event(event))
		}
	}
	return entries, rows.Err()
}

// takePending takes the lock and reads what waits.
func takePending(ctx context.Context, tx pgx.Tx, b AuditBatch, done *AuditNumbered) (places entryPlaces, err error) {
	batch := &pgx.Batch{}
	batch.Queue(takeSequencer, sequencerLock)
	batch.Queue(readPending, b.Limit, stringsOf(b.Except))
	results := tx.SendBatch(ctx, batch)
	defer results.Close()
	var taken string
	if err := results.QueryRow().Scan(nil, nil, nil, &taken); err != nil {
		return places, fmt.Errorf("taking the sequencer's lock: %w", err)
	}
	done.Busy = taken != "true"
	rows, err := results.Query()
	if err != nil {
		return places, fmt.Errorf("reading what waits for its number: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var event id.Event
		var recorded time.Time
		var retention int64
		if err := rows.Scan(&event, &recorded, &retention); err != nil {
			return places, fmt.Errorf("reading what waits for its number: %w", err)
		}
		places.add(event, recorded, retention)
	}
	return places, rows.Err()
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

const insertPositions = `INSERT INTO audit_positions (position, organization_id, sequence, event_id, type, recorded_at, retention, numbered_at, previous_hash, hash, terms)
	SELECT l.position, l.organization_id, l.sequence, l.event_id, l.type, l.recorded_at, l.retention, $9, l.previous_hash, l.hash, array_to_tsvector(string_to_array(l.terms, ' '))
	FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::bigint[], $8::bytea[], $10::bytea[], $11::text[])
		AS l (position, organization_id, sequence, event_id, type, recorded_at, retention, previous_hash, hash, terms)`

const moveHeads = `INSERT INTO audit_heads (id, sequence, hash, updated_at) SELECT h.id, h.sequence, h.hash, $4 FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS h (id, sequence, hash)
	ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, updated_at = excluded.updated_at WHERE audit_heads.sequence < excluded.sequence`

const removePending = "DELETE FROM audit_pending WHERE event_id = ANY ($1)"

var errNumberedTwice = errors.New("entries were numbered by somebody else meanwhile")

func writeNumbers(ctx context.Context, tx pgx.Tx, now time.Time, entries []AuditEntry, n AuditNumbers) error {
	var (
		positions, sequences, retentions = make([]int64, 0, len(entries)), make([]int64, 0, len(entries)), make([]int64, 0, len(entries))
		organizations                    = make([]*string, 0, len(entries))
		ids, types, terms                = make([]string, 0, len(entries)), make([]string, 0, len(entries)), make([]string, 0, len(entries))
		recorded                         = make([]time.Time, 0, len(entries))
		previous, hashes                 = make([][]byte, 0, len(entries)), make([][]byte, 0, len(entries))
	)
	for i, e := range entries {
		l := n.Links[i]
		positions, sequences, retentions = append(positions, l.Position), append(sequences, l.Sequence), append(retentions, e.Retention)
		organizations = append(organizations, (*string)(e.Organization))
		ids, types, terms = append(ids, string(e.ID)), append(types, e.Type), append(terms, strings.Join(fitTerms(l.Terms), " "))
		recorded, previous, hashes = append(recorded, e.RecordedAt), append(previous, l.PreviousHash), append(hashes, l.Hash)
	}
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
	b.Queue(insertPositions, positions, organizations, sequences, ids, types, recorded, retentions, previous, now, hashes, terms)
	b.Queue(moveHeads, heads.ids, heads.sequences, heads.hashes, now)
	b.Queue(removePending, ids)
	results := tx.SendBatch(ctx, b)
	defer results.Close()
	for _, want := range []int64{1, int64(len(entries)), int64(len(n.Heads)), int64(len(entries))} {
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

// fitTerms leaves out what would break the statement: one entry must not keep
// the others from their numbers.
func fitTerms(terms []string) []string {
	fit := make([]string, 0, len(terms))
	for _, t := range terms {
		if t != "" && len(t) < 2000 && !strings.ContainsAny(t, " \x00") {
			fit = append(fit, t)
		}
	}
	return fit
}

func stringsOf[S ~string](values []S) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
