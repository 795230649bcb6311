package ingest

import (
	"encoding/json"
	"time"

	"gatehouse/internal/wire"
)

// Event is an entry as an application writes it.
type Event struct {
	Action     string
	OccurredAt time.Time
	Version    int64 // of the action's schema; 0: the newest
	Actor      Party
	Targets    []Party
	Location   string
	UserAgent  string
	Metadata   Metadata
}

// Party is who did it, or what it was done to.
type Party struct {
	ID       string
	Type     string
	Name     string
	Metadata Metadata
}

// Type is a type that metadata may have, as JSON Schema names it.
type Type string

// The types.
const (
	String  Type = "string"
	Number  Type = "number"
	Boolean Type = "boolean"
)

// Value is one value of metadata; Text is a string's text, else as JSON has it.
type Value struct {
	Key  string
	Type Type
	Text string
}

// Metadata are an application's own words, in the order in which they came.
type Metadata []Value

// MarshalJSON is the object that came.
func (m Metadata) MarshalJSON() ([]byte, error) { return m.append(make([]byte, 0, 64)) }

func (m Metadata) append(out []byte) ([]byte, error) {
	out = append(out, '{')
	for i, v := range m {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(quote(out, v.Key), ':')
		if v.Type == String {
			out = quote(out, v.Text)
		} else {
			out = append(out, v.Text...)
		}
	}
	return append(out, '}'), nil
}

// quote appends text as JSON, with nothing escaped that JSON.stringify leaves
// alone.
func quote(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			return quoteHard(out, text)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}

func quoteHard(out []byte, text string) []byte {
	quoted, err := wire.Encode(text)
	if err != nil { // no string cannot be encoded
		quoted = []byte(`""`)
	}
	return append(out, quoted...)
}

// data is what the log's entry carries beyond its columns.
func (e *Event) data() json.RawMessage {
	out := make([]byte, 0, 160)
	out = append(out, '{')
	member := func(name string, m Metadata) {
		if len(m) > 0 {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out, _ = m.append(append(quote(out, name), ':'))
		}
	}
	member("metadata", e.Metadata)
	member("actor_metadata", e.Actor.Metadata)
	for i := range e.Targets {
		if len(e.Targets[i].Metadata) > 0 {
			return e.targetData(out)
		}
	}
	return append(out, '}')
}

// targetData adds the targets' metadata, one object for each target.
func (e *Event) targetData(out []byte) json.RawMessage {
	if len(out) > 1 {
		out = append(out, ',')
	}
	out = append(out, `"target_metadata":[`...)
	for i, t := range e.Targets {
		if i > 0 {
			out = append(out, ',')
		}
		out, _ = t.Metadata.append(out)
	}
	return append(out, "]}"...)
}

// targets are the entry's, as audit.Target has them.
func (e *Event) targets() json.RawMessage {
	out := make([]byte, 0, 96)
	out = append(out, '[')
	for i, t := range e.Targets {
		if i > 0 {
			out = append(out, ',')
		}
		out = quote(append(out, `{"type":`...), t.Type)
		out = quote(append(out, `,"id":`...), t.ID)
		if t.Name != "" {
			out = quote(append(out, `,"name":`...), t.Name)
		}
		out = append(out, '}')
	}
	return append(out, ']')
}
