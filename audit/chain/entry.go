package chain

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// Version is the version of the canonical form. Another form is another
// version, beside this one: chains outlive the code that made them.
const Version = 1

// The domain tags: bytes that are hashed or signed for one purpose are no
// bytes of another. The version is part of them.
const (
	tagEntry      = "gatehouse.audit.entry.v1\x00"
	tagLink       = "gatehouse.audit.link.v1\x00"
	tagCheckpoint = "gatehouse.audit.checkpoint.v1\x00"
	tagExpiry     = "gatehouse.audit.expiry.v1\x00"
)

// Hash is a SHA-256 value; it is hexadecimal in text.
type Hash [sha256.Size]byte

// Zero is what comes before the first entry of a chain.
var Zero Hash

// HashOf takes the 32 bytes of a column.
func HashOf(column []byte) (h Hash, err error) {
	if len(column) != len(h) {
		return h, fmt.Errorf("a hash has %d bytes, this one %d", len(h), len(column))
	}
	copy(h[:], column)
	return h, nil
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is lower-case hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(h) || len(text)%2 != 0 {
		return fmt.Errorf("a hash has %d hexadecimal digits, this one %d", 2*len(h), len(text))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Entry is all that an audit entry says. Organization is empty for the
// deployment's own.
type Entry struct {
	Organization string
	ID           string
	Type         string
	Source       string
	OccurredAt   time.Time // to the microsecond
	RecordedAt   time.Time // to the microsecond
	Retention    int64     // days
	ActorKind    string
	ActorID      *string
	ActorName    *string
	Targets      json.RawMessage
	IPAddress    *string
	UserAgent    *string
	RequestID    *string
	Reference    *string
	Data         json.RawMessage
}

// Digest is the SHA-256 of the entry's canonical form: every text behind its
// length, so that no two entries share a form, times as microseconds since
// 1970, JSON without the whitespace between its tokens and otherwise byte for
// byte.
func (e *Entry) Digest() Hash { return sha256.Sum256(e.canonical()) }

func (e *Entry) canonical() []byte {
	b := make([]byte, 0, 512+len(e.Targets)+len(e.Data))
	b = append(b, tagEntry...)
	for _, s := range []string{e.Organization, e.ID, e.Type, e.Source} {
		b = text(b, s)
	}
	b = number(b, e.OccurredAt.UnixMicro())
	b = number(b, e.RecordedAt.UnixMicro())
	b = number(b, e.Retention)
	b = text(b, e.ActorKind)
	b = optional(b, e.ActorID)
	b = optional(b, e.ActorName)
	b = text(b, string(meant(compact(e.Targets))))
	for _, s := range []*string{e.IPAddress, e.UserAgent, e.RequestID, e.Reference} {
		b = optional(b, s)
	}
	return text(b, string(meant(compact(e.Data))))
}

func number(b []byte, n int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)) }

func text(b []byte, s string) []byte {
	s = valid(s)
	b = number(b, int64(len(s)))
	return append(b, s...)
}

// optional keeps what is absent apart from what is empty.
func optional(b []byte, s *string) []byte {
	if s == nil {
		return append(b, 0)
	}
	return text(append(b, 1), *s)
}

// valid is s as JSON can say it: each byte that is no UTF-8 becomes U+FFFD.
// Postgres holds no such bytes; a SQLite file may.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// compact takes away whitespace between tokens. What is no JSON stays as it is:
// no entry was written so, and its hash will say it.
func compact(raw json.RawMessage) json.RawMessage {
	if !bytes.ContainsAny(raw, " \t\r\n") {
		return raw
	}
	var b bytes.Buffer
	b.Grow(len(raw))
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// Link is the hash of the entry with that number in its organization's chain.
func Link(previous Hash, sequence int64, organization string, digest Hash) Hash {
	b := make([]byte, 0, 160)
	b = append(b, tagLink...)
	b = append(b, previous[:]...)
	b = number(b, sequence)
	b = text(b, organization)
	b = append(b, digest[:]...)
	return sha256.Sum256(b)
}
