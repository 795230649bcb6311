package password

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// scheme is a stored hash, read: one of argon2Hash, bcryptHash, scryptHash,
// firebaseHash, pbkdf2Hash, saltedHash.
type scheme interface {
	// matches derives from what was typed and compares in constant time.
	matches(typed string) (bool, error)
	kib() uint32    // working memory that a derivation takes
	class() string  // algorithm and costs: what decides its time
	String() string // the form that is stored, which parse reads back
}

// Bounds on what is read from a stored or imported hash. A verification at the
// bounds takes some hundred milliseconds; what asks for more is a trap
// (attacks P12), or a hash that its owner renews by a password reset.
const (
	saltSize       = 16
	maxHash        = 1024 // characters of the whole string
	maxSalt        = 128
	minKey, maxKey = 16, 128
	maxMemory      = 256 << 10 // KiB: argon2
	maxArgonWork   = 1 << 20   // KiB × passes
	maxPasses      = 32
	maxLanes       = 16
	maxBcrypt      = 14
	maxScrypt      = 128 << 10 // KiB of one lane (N·r)
	maxScryptWork  = 256 << 10 // KiB of all lanes (N·r·p)
	maxIterations  = 2_000_000
)

var (
	errForm  = errors.New("it is not in a form that is known for this type")
	errCost  = errors.New("it asks for more work than a sign-in may cost")
	errSizes = fmt.Errorf("its salt must have up to %d bytes and its hash %d to %d", maxSalt, minKey, maxKey)
)

// parse reads a stored string.
func parse(stored string) (scheme, error) {
	for _, k := range [...]Kind{Argon2, Bcrypt, Scrypt, FirebaseScrypt, PBKDF2, SSHA, SSHA256} {
		if s, err := readers[k](stored, Suffix); err == nil {
			return s, nil
		}
	}
	return nil, errNotStored
}

// fields splits "$a$b$c" into n parts, or fails.
func fields(s string, n int) ([]string, error) {
	if len(s) > maxHash || !strings.HasPrefix(s, "$") {
		return nil, errForm
	}
	parts := strings.Split(s[1:], "$")
	if len(parts) != n {
		return nil, errForm
	}
	return parts, nil
}

// params reads "a=1,b=2" of a PHC string: each name of want once at most, and
// no other.
func params(s string, want ...string) (map[string]string, error) {
	got := make(map[string]string, len(want))
	for pair := range strings.SplitSeq(s, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if _, twice := got[name]; !ok || twice || value == "" || !slices.Contains(want, name) {
			return nil, errForm
		}
		got[name] = value
	}
	return got, nil
}

// number reads a decimal of at least one, without signs or leading zeros.
func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n == 0 || s[0] == '0' || s[0] == '+' {
		if errors.Is(err, strconv.ErrRange) {
			return 0, errCost
		}
		return 0, errForm
	}
	return uint32(n), nil
}

// numbers reads several decimals of params; an absent one is an error.
func numbers(p map[string]string, names ...string) ([]uint32, error) {
	out := make([]uint32, len(names))
	for i, name := range names {
		n, err := number(p[name])
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// decode reads base64 of any of the usual kinds: standard, URL-safe, and
// passlib's with "." for "+"; with padding or without.
func decode(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/", ".", "+").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		return nil, errForm
	}
	return b, nil
}

func encode(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

// saltAndKey decodes both and checks their sizes.
func saltAndKey(salt, key string) ([]byte, []byte, error) {
	s, err1 := decode(salt)
	k, err2 := decode(key)
	if err1 != nil || err2 != nil {
		return nil, nil, errForm
	}
	return s, k, sizes(s, k)
}

// hexKey decodes a hash in hexadecimal beside a salt that is plain text.
func hexKey(salt, key string) ([]byte, []byte, error) {
	k, err := hex.DecodeString(key)
	if err != nil {
		return nil, nil, errForm
	}
	return []byte(salt), k, sizes([]byte(salt), k)
}

func sizes(salt, key []byte) error {
	if len(salt) > maxSalt || len(key) < minKey || len(key) > maxKey {
		return errSizes
	}
	return nil
}
