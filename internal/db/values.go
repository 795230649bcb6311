package db

import (
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"gatehouse/internal/id"
)

// values are rows as Postgres sends them, for statements that read thousands
// of them: most is taken from the row's bytes as it stands there, and what a row
// says like the one before it is kept once.
type values struct {
	rows   pgx.Rows
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	raw    [][]byte // of the present row; they change with the next
	room   []byte
	texts  []string
	err    error
}

func (v *values) next() bool {
	if v.err != nil || !v.rows.Next() {
		return false
	}
	v.raw = v.rows.RawValues()
	return true
}

func (v *values) failed() error {
	if v.err != nil {
		return v.err
	}
	return v.rows.Err()
}

// scan is the way of what did not come as bytes of the width that is expected:
// an address may ask pgx for the text protocol.
func (v *values) scan(i int, into any) {
	if err := v.types.Scan(v.fields[i].DataTypeOID, v.fields[i].Format, v.raw[i], into); err != nil && v.err == nil {
		v.err = err
	}
}

func (v *values) wide(i int) bool {
	return v.fields[i].Format == pgx.BinaryFormatCode && len(v.raw[i]) == 8
}

func (v *values) number(i int) int64 {
	if v.wide(i) {
		return int64(binary.BigEndian.Uint64(v.raw[i]))
	}
	var n int64 // here, or each would be allocated
	v.scan(i, &n)
	return n
}

// Postgres counts microseconds since 2000, and has two instants beyond all.
const (
	since2000 = 946_684_800_000_000
	never     = 1<<63 - 1
	before    = -1 << 63
)

func (v *values) instant(i int) time.Time {
	if v.wide(i) {
		if n := int64(binary.BigEndian.Uint64(v.raw[i])); n != never && n != before {
			return time.UnixMicro(n + since2000).UTC()
		}
	}
	var t time.Time
	v.scan(i, &t)
	return t.UTC()
}

// bytes is a copy of a column that is text, or JSON, which comes as text.
func (v *values) bytes(i int) []byte {
	raw := v.raw[i]
	if raw == nil {
		return nil
	}
	if cap(v.room)-len(v.room) < len(raw) {
		v.room = make([]byte, 0, max(16<<10, len(raw)))
	}
	at := len(v.room)
	v.room = append(v.room, raw...)
	return v.room[at:len(v.room):len(v.room)]
}

// blob is a copy of a bytea.
func (v *values) blob(i int) []byte {
	if v.fields[i].Format == pgx.BinaryFormatCode {
		return v.bytes(i)
	}
	var b []byte
	v.scan(i, &b)
	return b
}

func (v *values) text(i int, last string) string {
	if string(v.raw[i]) == last {
		return last
	}
	return string(v.raw[i])
}

// list is a text[]. Its texts share one copy, and what stands twice in a row in
// it is one text. What this program would not have written is an empty text where
// it is NULL, and no list where it has several dimensions: a tile is then torn, and
// can be read.
func (v *values) list(i int) (list []string) {
	raw := v.raw[i]
	if v.fields[i].Format != pgx.BinaryFormatCode {
		v.scan(i, &list)
		return list
	}
	if len(raw) < arrayHeader || binary.BigEndian.Uint32(raw) != 1 {
		return nil
	}
	n := int(binary.BigEndian.Uint32(raw[12:]))
	list = make([]string, 0, min(n, len(raw)/4))
	last, all := "", string(raw[arrayHeader:])
	for raw = raw[arrayHeader:]; len(raw) >= 4; {
		size := max(0, int(int32(binary.BigEndian.Uint32(raw)))) // -1 is NULL's
		if size > len(raw)-4 {
			return nil
		}
		if text := all[4 : 4+size]; text != last {
			last = text
		}
		list, raw, all = append(list, last), raw[4+size:], all[4+size:]
	}
	return list
}

// arrayHeader is what comes before an array's elements: how many dimensions it
// has, whether it has NULLs, the type, and of the one dimension its length and
// where it begins.
const arrayHeader = 20

func (v *values) textOrNull(i int, last *string) *string {
	raw := v.raw[i]
	if raw == nil {
		return nil
	}
	if last != nil && string(raw) == *last {
		return last
	}
	if len(v.texts) == cap(v.texts) {
		v.texts = make([]string, 0, 64)
	}
	v.texts = append(v.texts, string(raw))
	return &v.texts[len(v.texts)-1]
}

func (v *values) organization(i int, last *id.Organization) *id.Organization {
	raw := v.raw[i]
	if raw == nil {
		return nil
	}
	if last != nil && string(raw) == string(*last) {
		return last
	}
	org := id.Organization(raw)
	return &org
}

// entry reads auditEntryColumns into the entry of the row before, but for the
// id, which the caller has.
func (v *values) entry(e *AuditEntry) {
	e.Organization = v.organization(1, e.Organization)
	e.Type, e.Source = v.text(2, e.Type), v.text(3, e.Source)
	e.OccurredAt, e.RecordedAt, e.Retention = v.instant(4), v.instant(5), v.number(6)
	e.ActorKind = v.text(7, e.ActorKind)
	e.ActorID, e.ActorName = v.textOrNull(8, e.ActorID), v.textOrNull(9, e.ActorName)
	e.Targets = v.bytes(10)
	e.IPAddress, e.UserAgent = v.textOrNull(11, e.IPAddress), v.textOrNull(12, e.UserAgent)
	e.RequestID, e.Reference = v.textOrNull(13, e.RequestID), v.textOrNull(14, e.Reference)
	e.Data = v.bytes(15)
}

// tile reads tileColumns, and terms where they follow, into the tile of the row
// before.
func (v *values) tile(t *tileRow) {
	t.position, t.lastPosition, t.sequence, t.lastSequence = v.number(0), v.number(1), v.number(2), v.number(3)
	t.organization, t.retention, t.first, t.newest = v.organization(4, t.organization), v.number(5), v.instant(6), v.instant(7)
	t.previous, t.hashes, t.events, t.types = v.blob(8), v.blob(9), v.list(10), v.list(11)
	if len(v.raw) > 12 {
		t.terms = lexemes(string(v.raw[12]))
	}
}
