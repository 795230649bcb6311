package api

import (
	"bytes"
	"encoding/json"

	"gatehouse/internal/field"
)

// Maybe is a member that may be absent, null or there: an update leaves what
// is absent as it is, and null clears.
type Maybe[T any] struct {
	Sent  bool
	Value *T
}

// UnmarshalJSON is called for members that are there, null among them.
func (m *Maybe[T]) UnmarshalJSON(text []byte) error {
	m.Sent, m.Value = true, nil
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	return json.Unmarshal(text, &m.Value)
}

// change is how domain functions take it: nil leaves the member as it is.
func (m Maybe[T]) change() **T {
	if !m.Sent {
		return nil
	}
	return &m.Value
}

// metadata is the member metadata of a body: values may be null, which
// deletes their key, and null in its place deletes all.
type metadata struct {
	sent   bool
	values map[string]*string
}

// UnmarshalJSON says of other values what is said of too long ones.
func (m *metadata) UnmarshalJSON(text []byte) error {
	m.sent = true
	if json.Unmarshal(text, &m.values) != nil {
		return field.ErrInvalidMetadata
	}
	return nil
}

// clear reports whether all is to be deleted.
func (m metadata) clear() bool { return m.sent && m.values == nil }

// plain is the metadata of something new, where null means absent.
func (m metadata) plain() map[string]string {
	out := make(map[string]string, len(m.values))
	for key, value := range m.values {
		if value != nil {
			out[key] = *value
		}
	}
	return out
}
