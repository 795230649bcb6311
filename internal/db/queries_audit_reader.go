package db

import (
	"database/sql"
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"gatehouse/internal/id"
)

// logReader reads the log over a transaction's own connection: on Postgres rows
// as they come (values), of which exports read millions; on SQLite as its
// driver reads them.
type logReader struct {
	tx   *Tx
	conn *pgx.Conn // nil on SQLite
}

// alongIndexes runs fn in the transaction's scope. fn must not use the
// transaction otherwise.
func (tx *Tx) alongIndexes(fn func(*logReader) error) error {
	if tx.db.Dialect == SQLite {
		return fn(&logReader{tx: tx})
	}
	conn, ok := tx.conn.(*sql.Conn)
	if !ok {
		return errLoose
	}
	if err := tx.db.enter(tx); err != nil {
		return err
	}
	return conn.Raw(func(driver any) error { return fn(&logReader{tx, driver.(*stdlib.Conn).Conn()}) })
}

// tileRow is a row of audit_tiles.
type tileRow struct {
	position, lastPosition, sequence, lastSequence, retention int64
	organization                                              *id.Organization
	first, newest                                             time.Time
	previous, hashes                                          []byte
	events, types                                             []string
	terms                                                     iter.Seq2[string, string] // with the places of each; nil where the statement does not ask for them
}

const tileColumns = "t.position, t.last_position, t.sequence, t.last_sequence, t.organization_id, t.retention, t.recorded_at, t.last_recorded_at, t.previous_hash, t.hashes, t.events, t.types"

// termsColumn may follow tileColumns.
const termsColumn = ", CAST(t.terms AS text)"

// eachTile runs fn with each tile that a statement reads, until it returns
// false.
func (r *logReader) eachTile(text string, args []any, fn func(*tileRow) bool) error {
	var t tileRow
	if r.conn != nil {
		return r.query(dollars(text), args, func(v *values) bool {
			v.tile(&t)
			return v.err == nil && fn(&t)
		})
	}
	return r.onSQLite(text, args, func(rows *sql.Rows) (bool, error) {
		if err := t.scan(rows); err != nil {
			return false, err
		}
		return fn(&t), nil
	})
}

// eachEntry runs fn with the id of each entry that a statement reads, until it
// returns false. fn may have the entry read.
func (r *logReader) eachEntry(text string, args []any, fn func(event []byte, read func(*AuditEntry) bool) bool) error {
	if r.conn != nil {
		var row *values
		read := func(e *AuditEntry) bool {
			row.entry(e)
			return row.err == nil
		}
		return r.query(text, args, func(v *values) bool {
			row = v
			return fn(v.raw[0], read)
		})
	}
	return r.onSQLite(text, args, func(rows *sql.Rows) (bool, error) {
		var found AuditEntry
		if err := rows.Scan(found.columns()...); err != nil {
			return false, err
		}
		found.utc()
		return fn([]byte(found.ID), func(e *AuditEntry) bool {
			*e = found
			return true
		}), nil
	})
}

// A partition that is new has no statistics, and Postgres keeps a statement's
// plan: one that sorts all that is behind a cursor, to give a page of it, would
// be kept. What cannot go along an index is not worth compiling either.
const plansAlongIndexes = "SELECT set_config('enable_seqscan', $1, true), set_config('enable_bitmapscan', $1, true), set_config('enable_sort', $1, true), set_config('jit', 'off', true)"

// query runs fn with each row of a statement until it returns false, in one
// round trip with what its plan wants.
func (r *logReader) query(text string, args []any, fn func(*values) bool) error {
	b := &pgx.Batch{}
	b.Queue(plansAlongIndexes, "off")
	b.Queue(text, args...)
	b.Queue(plansAlongIndexes, "on")
	results := r.conn.SendBatch(r.tx.ctx, b)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	v := &values{rows: rows, types: r.conn.TypeMap(), fields: rows.FieldDescriptions()}
	for v.next() && fn(v) {
	}
	rows.Close()
	if err := v.failed(); err != nil {
		return err
	}
	return results.Close()
}

// dollars writes ? as Postgres has it.
func dollars(text string) string {
	var b strings.Builder
	for n, part := range strings.Split(text, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
	}
	return b.String()
}

func (r *logReader) onSQLite(text string, args []any, fn func(*sql.Rows) (bool, error)) error {
	rows, err := r.tx.session().Raw(text, args...).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if more, err := fn(rows); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}

// scan reads a row of SQLite's.
func (t *tileRow) scan(rows *sql.Rows) error {
	var events, types, terms string
	*t = tileRow{}
	into := []any{&t.position, &t.lastPosition, &t.sequence, &t.lastSequence, &t.organization, &t.retention, &t.first, &t.newest, &t.previous, &t.hashes, &events, &types, &terms}
	columns, err := rows.Columns()
	if err == nil {
		err = rows.Scan(into[:len(columns)]...)
	}
	if err != nil {
		return err
	}
	// What is no array of texts was written by somebody else: the tile is torn.
	t.events, t.types = listIn(events), listIn(types)
	t.first, t.newest, t.terms = t.first.UTC(), t.newest.UTC(), words(terms)
	return nil
}

// listIn is an array of SQLite's; nil where it is none of texts.
func listIn(text string) (list []string) {
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}

// lexemes are those of a tsvector's text, with their places. None has a space
// in it; a quote or a backslash, which stand twice, are nothing that this
// program wrote.
func lexemes(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, word := range strings.Fields(text) {
			quote := strings.LastIndexByte(word, '\'')
			if quote >= 1 && !yield(word[1:quote], strings.TrimPrefix(word[quote+1:], ":")) {
				return
			}
		}
	}
}

// words are those of SQLite's terms, with their places.
func words(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for word := range strings.SplitSeq(text, " ") {
			at := strings.LastIndexByte(word, '=')
			if at >= 1 && !yield(word[:at], word[at+1:]) {
				return
			}
		}
	}
}

// placesIn are the numbers from 1 to n in a list of places.
func placesIn(list string, n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for one := range strings.SplitSeq(list, ",") {
			place, err := strconv.Atoi(strings.TrimRight(one, "ABCD")) // a tsvector's places may have a weight
			if err == nil && place >= 1 && place <= n && !yield(place) {
				return
			}
		}
	}
}
