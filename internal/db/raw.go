package db

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// rawRow reads a row of Postgres column by column. pgx's own Scan looks for the
// way from each column to each target, by reflection and anew with each query;
// where a query stands in every request that is most of what it costs. Texts
// come as they are, everything else in Postgres's binary format, which pgx asks
// for wherever it knows the type.
type rawRow struct {
	fields []pgconn.FieldDescription
	values [][]byte // of the connection: valid until its next row
	at     int
	err    error
}

// firstRaw reads the only row of rows, which it closes: pgx.ErrNoRows where
// there is none.
func firstRaw(rows pgx.Rows, read func(*rawRow)) error {
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	r := rawRow{fields: rows.FieldDescriptions(), values: rows.RawValues()}
	read(&r)
	rows.Close()
	if r.err != nil {
		return r.err
	}
	return rows.Err()
}

// next is the next column, nil where it is null.
func (r *rawRow) next() []byte {
	if r.at >= len(r.values) {
		r.fail("is not there")
		return nil
	}
	r.at++
	return r.values[r.at-1]
}

func (r *rawRow) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("db: column %d %s", r.at, what)
	}
}

// binary is the next column, of so many bytes; nil where it is null.
func (r *rawRow) binary(size int) []byte {
	v := r.next()
	if v != nil && (r.fields[r.at-1].Format != pgx.BinaryFormatCode || len(v) != size) {
		r.fail("has another type than is read")
		return nil
	}
	return v
}

func (r *rawRow) text() string { return string(r.next()) }

// bytes are a bytea, or JSON.
func (r *rawRow) bytes() []byte {
	v := r.next()
	if v == nil {
		return nil
	}
	if r.fields[r.at-1].DataTypeOID == byteaOID && r.fields[r.at-1].Format != pgx.BinaryFormatCode {
		r.fail("has another format than is read")
	}
	return append([]byte(nil), v...)
}

const byteaOID = 17 // pg_type.h

func (r *rawRow) bool() bool {
	v := r.binary(1)
	return v != nil && v[0] != 0
}

func (r *rawRow) int() int64 {
	if v := r.binary(8); v != nil {
		return int64(binary.BigEndian.Uint64(v))
	}
	return 0
}

func (r *rawRow) time() time.Time {
	if v := r.binary(8); v != nil {
		return postgresTime(v)
	}
	return time.Time{}
}

// texts are the next column, an array of one dimension without nulls (array_send
// in Postgres's arrayfuncs.c: dimensions, flags, type; length and lower bound;
// then each with its length).
func (r *rawRow) texts() []string {
	v := r.next()
	if len(v) < 12 || r.fields[r.at-1].Format != pgx.BinaryFormatCode {
		r.fail("is no array")
		return nil
	}
	if binary.BigEndian.Uint32(v) == 0 {
		return nil // empty ones have no dimension
	}
	var list []string
	for v = v[min(20, len(v)):]; len(v) >= 4; {
		n := int(binary.BigEndian.Uint32(v))
		if v = v[4:]; n > len(v) {
			break
		}
		list, v = append(list, string(v[:n])), v[n:]
	}
	if len(v) > 0 {
		r.fail("is no array of texts")
	}
	return list
}

// postgresEpoch is what a timestamptz counts its microseconds from, in those of Unix.
const postgresEpoch = 946_684_800_000_000

func postgresTime(v []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(v)) + postgresEpoch).UTC()
}

// null reports whether the next column is null.
func (r *rawRow) null() bool { return r.at < len(r.values) && r.values[r.at] == nil }

// maybe is the next column by read, nil where it is null.
func maybe[V any](r *rawRow, read func(*rawRow) V) *V {
	if r.null() {
		r.at++
		return nil
	}
	v := read(r)
	return &v
}
