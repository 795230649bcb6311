package oauth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/oklog/ulid/v2"

	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// A refresh token is 44 bytes in base64url, 59 characters: the SDKs keep it in
// a cookie with everything else and count each byte.
//
//	family ULID 16 │ generation 4 │ HMAC-SHA256 of both, the first 24
//
// Nobody without the server's key can make one, so a forged token costs no
// query; and whoever has the key can make a family's present head again, so a
// client whose answer got lost gets the same successor.
const (
	familyBytes     = 16
	generationBytes = 4
	macBytes        = 24
	refreshBytes    = familyBytes + generationBytes + macBytes
	refreshLength   = (refreshBytes*8 + 5) / 6

	maxGeneration = 1<<32 - 1
)

// refreshKey makes and checks refresh tokens.
type refreshKey []byte

func (k refreshKey) String() string { return "[redacted]" }

// token is generation n of a family.
func (k refreshKey) token(f id.RefreshToken, n int64) string {
	var raw [refreshBytes]byte
	if n < 0 || n > maxGeneration || len(f) <= len(f.Prefix()) {
		return "" // matches nothing; a family of four thousand million rotations does not live that long
	}
	u, err := ulid.ParseStrict(string(f[len(f.Prefix()):]))
	if err != nil {
		return ""
	}
	copy(raw[:], u[:])
	binary.BigEndian.PutUint32(raw[familyBytes:], uint32(n))
	copy(raw[familyBytes+generationBytes:], k.mac(raw[:familyBytes+generationBytes]))
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

func (k refreshKey) mac(signed []byte) []byte {
	m := hmac.New(sha256.New, k)
	m.Write(signed)
	return m.Sum(nil)[:macBytes]
}

// parse reads a token that this server made.
func (k refreshKey) parse(token string) (f id.RefreshToken, n int64, ok bool) {
	if len(token) != refreshLength {
		return "", 0, false
	}
	// Strict: without it two texts would decode to one token.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != refreshBytes {
		return "", 0, false
	}
	signed := raw[:familyBytes+generationBytes]
	if !seal.Equal(k.mac(signed), raw[familyBytes+generationBytes:]) {
		return "", 0, false
	}
	f = id.RefreshToken(f.Prefix() + ulid.ULID(raw[:familyBytes]).String())
	return f, int64(binary.BigEndian.Uint32(raw[familyBytes:])), true
}
