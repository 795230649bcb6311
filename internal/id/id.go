package id

import (
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// Kind is any typed identifier of this package.
type Kind interface {
	~string
	Prefix() string
}

// ErrMalformed says that a text is not an identifier of the kind asked for.
var ErrMalformed = errors.New("malformed identifier")

// maxLength bounds what Parse looks at: the longest prefix and a ULID, and
// room for the client ids that an operator may choose.
const maxLength = 64

// New makes an identifier from the present time and 80 random bits. Those of
// one process sort in the order in which they were made, also within one
// millisecond: what a transaction records is listed in the order it happened.
func New[K Kind]() K {
	var k K
	return K(k.Prefix() + ULID())
}

// Parse reads an identifier of one kind: its prefix and a 26-character ULID in
// upper case, or ErrMalformed.
func Parse[K Kind](s string) (K, error) {
	var zero K
	rest, ok := strings.CutPrefix(s, zero.Prefix())
	if !ok || len(s) > maxLength || rest != strings.ToUpper(rest) {
		return zero, ErrMalformed
	}
	if _, err := ulid.ParseStrict(rest); err != nil {
		return zero, ErrMalformed
	}
	return K(s), nil
}

// ParseClient reads a client id. An operator may choose one (the bootstrap
// client id), so any short text of letters, digits and "_-" behind the prefix
// is one.
func ParseClient(s string) (Client, error) {
	rest, ok := strings.CutPrefix(s, Client("").Prefix())
	if !ok || rest == "" || len(s) > maxLength {
		return "", ErrMalformed
	}
	for _, r := range rest {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-') {
			return "", ErrMalformed
		}
	}
	return Client(s), nil
}

// ULID is a bare one, as a token's jti wants it (RFC 7519 §4.1.7).
func ULID() string { return maker.next(ulid.Now()).String() }

// sequence makes ULIDs that rise. Within a millisecond each is the last plus a
// random step; it holds the clock where the system's is set back.
type sequence struct {
	mu      sync.Mutex
	last    uint64
	entropy *ulid.MonotonicEntropy
}

var maker = sequence{entropy: ulid.Monotonic(rand.Reader, 0)}

func (s *sequence) next(ms uint64) ulid.ULID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last, ms)
	for {
		u, err := ulid.New(s.last, s.entropy)
		if err == nil {
			return u
		}
		s.last++ // the millisecond is full
	}
}

// Time is when an identifier was made, to the millisecond, UTC; the zero time
// of one that was chosen and not made.
func Time[K Kind](k K) time.Time {
	u, err := ulid.ParseStrict(strings.TrimPrefix(string(k), k.Prefix()))
	if err != nil {
		return time.Time{}
	}
	return u.Timestamp().UTC()
}

// Lowest is the first text that an identifier can be which was made at a time
// or after it: those before it are smaller, those after it are not.
func Lowest[K Kind](at time.Time) string {
	var k K
	var u ulid.ULID
	switch ms := at.Add(time.Millisecond - time.Nanosecond).UnixMilli(); {
	case ms <= 0:
	case u.SetTime(uint64(ms)) != nil:
		return k.Prefix() + strings.Repeat("Z", ulid.EncodedSize)
	}
	return k.Prefix() + u.String()
}
