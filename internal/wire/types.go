package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// layout is ISO 8601 in UTC with exactly three decimals; some clients compare
// these as text.
const layout = "2006-01-02T15:04:05.000Z"

// Timestamp is an instant as the wire writes it.
type Timestamp struct{ time.Time }

// At is t as a timestamp.
func At(t time.Time) Timestamp { return Timestamp{t} }

// MaybeAt is t as a timestamp, or null.
func MaybeAt(t *time.Time) *Timestamp {
	if t == nil {
		return nil
	}
	return &Timestamp{*t}
}

// String is the wire's spelling, cut (not rounded) to milliseconds.
func (t Timestamp) String() string { return t.UTC().Format(layout) }

// MarshalJSON writes the wire's spelling.
func (t Timestamp) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// Array is a list of T that is [] and never null: SDKs map over it.
type Array[T any] []T

// MarshalJSON writes [] for nil.
func (a Array[T]) MarshalJSON() ([]byte, error) {
	if a == nil {
		return []byte("[]"), nil
	}
	return marshal([]T(a))
}

// Metadata is the application's own, never null.
type Metadata map[string]string

// MarshalJSON writes the keys in the order in which JavaScript keeps them,
// numbers first: a receiver that parses and writes again gets the same bytes.
func (m Metadata) MarshalJSON() ([]byte, error) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareKeys)
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := marshal(k)
		if err != nil {
			return nil, err
		}
		value, err := marshal(m[k])
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// compareKeys orders array indices (ECMA-262 §6.1.7) by value before all
// other keys, which are in the order of their bytes.
func compareKeys(a, b string) int {
	x, aIndex := arrayIndex(a)
	y, bIndex := arrayIndex(b)
	switch {
	case aIndex && bIndex:
		return int(x) - int(y)
	case aIndex:
		return -1
	case bIndex:
		return 1
	}
	return bytes.Compare([]byte(a), []byte(b))
}

func arrayIndex(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return n, err == nil && n < 1<<32-1 && strconv.FormatUint(n, 10) == s
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// Object is the "object" member: it says by itself what the resource is, so
// nobody can forget to fill it in.
type Object[K kind] struct{}

type kind interface{ object() string }

// MarshalJSON writes the kind's name.
func (Object[K]) MarshalJSON() ([]byte, error) {
	var k K
	return json.Marshal(k.object())
}

// UnmarshalJSON refuses another kind's resource.
func (Object[K]) UnmarshalJSON(text []byte) error {
	var k K
	if want := strconv.Quote(k.object()); string(text) != want {
		return fmt.Errorf("object is %.40s, not %s", text, want)
	}
	return nil
}
