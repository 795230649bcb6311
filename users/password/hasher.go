package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Options are the costs of our own hashes and the bounds on all hashing. A
// zero field takes its default.
type Options struct {
	KiB       uint32        // memory of one hash: 19 MiB (OWASP's argon2id floor)
	Passes    uint32        // 2
	MemoryKiB uint32        // of all hashes at once: a hash for each processor but one, at least 1 and at most 8
	Queue     int           // derivations that may wait: 64
	Wait      time.Duration // how long one may wait: 3 s
}

// Hasher hashes and verifies passwords within the bounds of its gate. One
// serves the whole process.
type Hasher struct {
	params argonParams
	gate   *gate
	pace   pace
}

// Outcome is what Verify found.
type Outcome struct {
	OK bool
	// Upgrade is the hash to store instead of the one that was verified, or
	// empty where that one is as good as ours.
	Upgrade string
}

// maxTyped bounds what is hashed: 256 code points fit, in any script.
const maxTyped = 4 * MaxLength

// New makes the process's hasher.
func New(o Options) *Hasher {
	if o.KiB == 0 {
		o.KiB = 19456
	}
	if o.Passes == 0 {
		o.Passes = 2
	}
	if o.Queue == 0 {
		o.Queue = 64
	}
	if o.Wait == 0 {
		o.Wait = 3 * time.Second
	}
	o.KiB = max(o.KiB, 8)
	return &Hasher{
		params: argonParams{kib: o.KiB, passes: o.Passes, lanes: 1, size: 32},
		gate:   newGate(o),
	}
}

// Hash is the string to store for a new password. source is who asks, for
// fairness between sources: the caller's network, or "" for the server's own
// work.
func (h *Hasher) Hash(ctx context.Context, source, password string) (string, error) {
	var stored string
	err := h.gate.do(ctx, source, h.params.kib, func() error {
		stored = h.fresh(password)
		return nil
	})
	return stored, err
}

// Verify reports whether password is the one that was stored. A hash that is
// not as we would make it today (an import, or older parameters) costs one
// derivation more, right or wrong: right, it is the upgrade; wrong, it is what
// makes a cheap hash take no less time than our own.
func (h *Hasher) Verify(ctx context.Context, source, stored, password string) (Outcome, error) {
	s, err := parse(stored)
	if err != nil {
		return Outcome{}, err
	}
	if len(password) > maxTyped {
		return Outcome{}, nil // of the typed alone: says nothing about the account
	}
	var out Outcome
	var took time.Duration
	err = h.gate.do(ctx, source, s.kib(), func() error {
		started := time.Now()
		defer func() { took = time.Since(started) }()
		var err error
		if out.OK, err = s.matches(password); err != nil || h.current(s) {
			return err
		}
		if renewed := h.fresh(password); out.OK {
			out.Upgrade = renewed
		}
		return nil
	})
	if err != nil {
		return Outcome{}, err
	}
	h.pace.learn(s.class(), took)
	if !out.OK {
		err = h.pace.hold(ctx, took)
	}
	return out, err
}

// VerifyAbsent does the work of a wrong password where there is none to
// compare with: the person is unknown, or has no password.
func (h *Hasher) VerifyAbsent(ctx context.Context, source, password string) error {
	if len(password) > maxTyped {
		return nil
	}
	var took time.Duration
	err := h.gate.do(ctx, source, h.params.kib, func() error {
		started := time.Now()
		defer func() { took = time.Since(started) }()
		h.params.derive(Normalize(password), make([]byte, saltSize))
		return nil
	})
	if err != nil {
		return err
	}
	return h.pace.hold(ctx, took)
}

// NeedsRehash reports whether stored is not what Hash would make today.
func (h *Hasher) NeedsRehash(stored string) bool {
	s, err := parse(stored)
	return err != nil || !h.current(s)
}

// current reports whether s is our own kind of hash and costs no less.
func (h *Hasher) current(s scheme) bool {
	a, ok := s.(argon2Hash)
	return ok && !a.typed && !a.i && a.argonParams.kib >= h.params.kib && a.passes >= h.params.passes
}

func (h *Hasher) fresh(password string) string {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	return argon2Hash{argonParams: h.params, salt: salt, key: h.params.derive(Normalize(password), salt)}.String()
}

// Normalize is the form in which a password is hashed and judged: NFC, with
// every space as U+0020 (RFC 8265 §4.2.2).
func Normalize(password string) string {
	if isASCII(password) {
		return password
	}
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, password))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

var errNotStored = errors.New("password: the stored hash cannot be read")
