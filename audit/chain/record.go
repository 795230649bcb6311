package chain

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Record is an entry in its place of the chain.
type Record struct {
	Entry
	Sequence     int64 // within the organization, from 1
	PreviousHash Hash
	Hash         Hash
}

// Next puts an entry behind the one with that number and hash.
func Next(e Entry, sequence int64, previous Hash) Record {
	return Record{Entry: e, Sequence: sequence + 1, PreviousHash: previous, Hash: Link(previous, sequence+1, e.Organization, e.Digest())}
}

// Holds says whether the record's hash is that of what it says.
func (r *Record) Holds() bool {
	return r.Hash == Link(r.PreviousHash, r.Sequence, r.Organization, r.Digest())
}

// RecordObject is the object that a record's line says it is.
const RecordObject = "audit_log_event"

const microseconds = "2006-01-02T15:04:05.000000Z"

// Line is the record as one line of JSON, without a line break: the API's
// audit_log_event with what its hash needs besides. Its targets and its data
// must be kept byte for byte; the order of the members and whitespace between
// them are free.
func (r *Record) Line() []byte { return r.AppendLine(make([]byte, 0, 768+len(r.Targets)+len(r.Data))) }

// AppendLine appends Line to b.
func (r *Record) AppendLine(b []byte) []byte {
	b = append(b, `{"object":"`+RecordObject+`","chain_version":1,"id":`...)
	b = quoted(b, r.ID)
	b = append(b, `,"organization_id":`...)
	if r.Organization == "" {
		b = append(b, "null"...)
	} else {
		b = quoted(b, r.Organization)
	}
	b = strconv.AppendInt(append(b, `,"sequence":`...), r.Sequence, 10)
	b = hex.AppendEncode(append(b, `,"previous_hash":"`...), r.PreviousHash[:])
	b = hex.AppendEncode(append(b, `","hash":"`...), r.Hash[:])
	b = append(b, `","action":`...)
	b = quoted(b, r.Type)
	b = append(b, `,"source":`...)
	b = quoted(b, r.Source)
	b = append(b, `,"occurred_at":"`...)
	b = instant(b, r.OccurredAt)
	b = append(b, `","recorded_at":"`...)
	b = instant(b, r.RecordedAt)
	b = strconv.AppendInt(append(b, `","retention_days":`...), r.Retention, 10)
	b = append(b, `,"actor":{"type":`...)
	b = quoted(b, r.ActorKind)
	b = member(b, `,"id":`, r.ActorID)
	b = member(b, `,"name":`, r.ActorName)
	b = append(b, `},"targets":`...)
	b = raw(b, r.Targets)
	b = member(b, `,"context":{"location":`, r.IPAddress)
	b = member(b, `,"user_agent":`, r.UserAgent)
	b = member(b, `,"request_id":`, r.RequestID)
	b = member(b, `,"reference":`, r.Reference)
	b = append(b, `},"data":`...)
	b = raw(b, r.Data)
	return append(b, '}')
}

// instant appends a time as microseconds has it. Format is a small interpreter
// of layouts, and each line has two times.
func instant(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(b, microseconds)
	}
	hour, minute, second := t.Clock()
	b = append(decimal(b, year, 4), '-')
	b = append(decimal(b, int(month), 2), '-')
	b = append(decimal(b, day, 2), 'T')
	b = append(decimal(b, hour, 2), ':')
	b = append(decimal(b, minute, 2), ':')
	b = append(decimal(b, second, 2), '.')
	return append(decimal(b, t.Nanosecond()/1000, 6), 'Z')
}

// decimal appends n with so many digits.
func decimal(b []byte, n, width int) []byte {
	b = append(b, "000000"[:width]...)
	for i := len(b) - 1; n > 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

func member(b []byte, name string, value *string) []byte {
	b = append(b, name...)
	if value == nil {
		return append(b, "null"...)
	}
	return quoted(b, *value)
}

// raw is JSON as it stands; what is none (a database that was tampered with) is
// a text, and the line is JSON still.
func raw(b []byte, value json.RawMessage) []byte {
	if clean(value) {
		return append(b, value...)
	}
	if value = compact(value); json.Valid(value) {
		return append(b, shown(value)...)
	}
	return quoted(b, string(value))
}

// recordLine is Line's shape, for reading.
type recordLine struct {
	Version      int             `json:"chain_version"`
	ID           string          `json:"id"`
	Organization *string         `json:"organization_id"`
	Sequence     int64           `json:"sequence"`
	PreviousHash *Hash           `json:"previous_hash"`
	Hash         *Hash           `json:"hash"`
	Type         string          `json:"action"`
	Source       string          `json:"source"`
	OccurredAt   time.Time       `json:"occurred_at"`
	RecordedAt   time.Time       `json:"recorded_at"`
	Retention    int64           `json:"retention_days"`
	Targets      json.RawMessage `json:"targets"`
	Data         json.RawMessage `json:"data"`
	Actor        struct {
		Kind string  `json:"type"`
		ID   *string `json:"id"`
		Name *string `json:"name"`
	} `json:"actor"`
	Context struct {
		IPAddress *string `json:"location"`
		UserAgent *string `json:"user_agent"`
		RequestID *string `json:"request_id"`
		Reference *string `json:"reference"`
	} `json:"context"`
}

var errNoRecord = errors.New("the line has no hash: it is no record of an audit log")

// ParseRecord reads a line.
func ParseRecord(line []byte) (Record, error) {
	var l recordLine
	line = bytes.TrimSpace(line)
	if err := json.Unmarshal(line, &l); err != nil {
		return Record{}, fmt.Errorf("reading a record: %w", err)
	}
	if l.Hash == nil || l.PreviousHash == nil {
		return Record{}, errNoRecord
	}
	if l.Version != Version {
		return Record{}, fmt.Errorf("the record is of version %d of the chain; this program knows version %d", l.Version, Version)
	}
	r := Record{Sequence: l.Sequence, PreviousHash: *l.PreviousHash, Hash: *l.Hash, Entry: Entry{
		ID: l.ID, Type: l.Type, Source: l.Source, OccurredAt: l.OccurredAt.UTC(), RecordedAt: l.RecordedAt.UTC(), Retention: l.Retention,
		ActorKind: l.Actor.Kind, ActorID: l.Actor.ID, ActorName: l.Actor.Name, Targets: l.Targets,
		IPAddress: l.Context.IPAddress, UserAgent: l.Context.UserAgent, RequestID: l.Context.RequestID, Reference: l.Context.Reference, Data: l.Data,
	}}
	if l.Organization != nil {
		r.Organization = *l.Organization
	}
	return r, strict(line, &r)
}
