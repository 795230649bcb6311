package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"math/big"
	"strings"
)

// TokenBytes is how much randomness a bearer secret has.
const TokenBytes = 32

// Token is n random bytes in base64url without padding.
func Token(n int) string { return base64.RawURLEncoding.EncodeToString(random(n)) }

// Hash is what the database keeps of a token. A plain SHA-256 is enough,
// because tokens are random: there is no dictionary to try. Passwords and
// short codes are not tokens; codes are bounded by attempts and lifetime.
func Hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Equal compares in time that depends on the lengths alone.
func Equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// Code is a one-time code of n decimal digits, each as likely as the others.
func Code(n int) string {
	var b strings.Builder
	ten := big.NewInt(10)
	for range n {
		d, err := rand.Int(rand.Reader, ten)
		if err != nil {
			panic("seal: the system has no randomness: " + err.Error()) // crypto/rand never fails on supported systems
		}
		b.WriteByte('0' + byte(d.Int64()))
	}
	return b.String()
}

// referenceAlphabet has no look-alikes (0, O, 1, I): people read references
// to one another over the telephone. 32 letters, so 5 bits each, unbiased.
const referenceAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// Reference is a fresh GH-XXXX-XXXX: it names one attempt or error on pages
// and in the audit log. It is no secret, only hard to confuse.
func Reference() string {
	letters := random(8)
	for i, b := range letters {
		letters[i] = referenceAlphabet[b%32]
	}
	return "GH-" + string(letters[:4]) + "-" + string(letters[4:])
}

// ParseReference reads a reference as people type it: in any case, with or
// without the hyphens and the GH.
func ParseReference(s string) (string, bool) {
	s = strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(strings.TrimSpace(s)))
	if len(s) == 10 {
		s = strings.TrimPrefix(s, "GH")
	}
	if len(s) != 8 || strings.Trim(s, referenceAlphabet) != "" {
		return "", false
	}
	return "GH-" + s[:4] + "-" + s[4:], true
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the process instead
	return b
}
