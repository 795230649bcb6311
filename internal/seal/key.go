package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// KeySize is the length of master and data keys in bytes: AES-256.
const KeySize = 32

// What opening can find. Neither says more, because there is no more to know.
var (
	ErrWrongKey = errors.New("sealed with another key")
	ErrDamaged  = errors.New("sealed value is damaged or in the wrong place")
)

// The header of everything sealed: a version, then which key sealed it. The
// version is 1 for both layers; the labels keep one from passing as the other.
const (
	version    = 1
	keyIDSize  = 8
	headerSize = 1 + keyIDSize
	nonceSize  = 12
	tagSize    = 16

	labelData   = "gatehouse/data/1"
	labelMaster = "gatehouse/master/1"
)

// Key seals and opens. It prints as [redacted].
type Key struct {
	raw   [KeySize]byte
	id    [keyIDSize]byte
	aead  cipher.AEAD
	label string
}

// NewKey is a fresh data key.
func NewKey() *Key {
	k, err := newKey(random(KeySize), labelData)
	if err != nil {
		panic(err) // the length is right
	}
	return k
}

func newKey(raw []byte, label string) (*Key, error) {
	if len(raw) != KeySize {
		return nil, fmt.Errorf("a key has %d bytes, not %d", KeySize, len(raw))
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	k := &Key{aead: aead, label: label}
	copy(k.raw[:], raw)
	sum := sha256.Sum256(append([]byte(label+"/id"), raw...))
	copy(k.id[:], sum[:])
	return k, nil
}

// Seal encrypts plain for one place: header, random nonce, AES-256-GCM.
func (k *Key) Seal(place Place, plain []byte) []byte {
	out := make([]byte, 0, headerSize+nonceSize+len(plain)+tagSize)
	out = append(out, version)
	out = append(out, k.id[:]...)
	data := k.associated(out, place)
	nonce := random(nonceSize)
	return k.aead.Seal(append(out, nonce...), nonce, plain, data)
}

// Open decrypts what Seal made for the same place. The error is ErrWrongKey
// where another key sealed it, ErrDamaged for everything else.
func (k *Key) Open(place Place, sealed []byte) ([]byte, error) {
	if len(sealed) < headerSize+nonceSize+tagSize || sealed[0] != version {
		return nil, ErrDamaged
	}
	if !Equal(sealed[1:headerSize], k.id[:]) {
		return nil, ErrWrongKey
	}
	header, nonce, text := sealed[:headerSize], sealed[headerSize:headerSize+nonceSize], sealed[headerSize+nonceSize:]
	plain, err := k.aead.Open(nil, nonce, text, k.associated(header, place))
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

func (k *Key) associated(header []byte, place Place) []byte {
	data := append([]byte(k.label), header...)
	return place.associated(data)
}

// Derive is 32 bytes that only holders of the key can compute from purpose
// and parts: HMAC-SHA256 under a subkey of its own for each purpose
// (HKDF, RFC 5869). Refresh tokens' successors are made this way.
func (k *Key) Derive(purpose string, parts ...string) []byte {
	sub, err := hkdf.Key(sha256.New, k.raw[:], nil, k.label+"/derive/"+purpose, sha256.Size)
	if err != nil {
		panic(err) // the length is within HKDF's bounds
	}
	mac := hmac.New(sha256.New, sub)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// Format hides the key from every verb of fmt.
func (*Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// MarshalText hides the key from encoders.
func (*Key) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }
