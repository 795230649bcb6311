package seal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// Keyring holds the master keys. The first wraps data keys, all unwrap them.
type Keyring struct{ keys []*Key }

// NewKeyring makes a keyring from raw master keys of KeySize bytes each.
func NewKeyring(masters [][]byte) (*Keyring, error) {
	if len(masters) == 0 {
		return nil, errors.New("a keyring needs a master key")
	}
	r := &Keyring{}
	for i, raw := range masters {
		k, err := newKey(raw, labelMaster)
		if err != nil {
			return nil, fmt.Errorf("master key %d: %w", i+1, err)
		}
		r.keys = append(r.keys, k)
	}
	return r, nil
}

// IDs name the master keys, the wrapping one first, by short hashes that give
// nothing away. They are for doctor and logs.
func (r *Keyring) IDs() []string {
	ids := make([]string, len(r.keys))
	for i, k := range r.keys {
		ids[i] = hex.EncodeToString(k.id[:])
	}
	return ids
}

// Wrap seals a data key for the place where it is stored.
func (r *Keyring) Wrap(place Place, key *Key) []byte {
	return r.keys[0].Seal(place, key.raw[:])
}

// Unwrap opens what Wrap made, with whichever master key wrapped it.
// ErrWrongKey: none of them did.
func (r *Keyring) Unwrap(place Place, wrapped []byte) (*Key, error) {
	for _, master := range r.keys {
		raw, err := master.Open(place, wrapped)
		if errors.Is(err, ErrWrongKey) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(raw) != KeySize {
			return nil, ErrDamaged
		}
		return newKey(raw, labelData)
	}
	return nil, ErrWrongKey
}

// Stale reports whether wrapped should be wrapped anew, because another
// master key than the first wrapped it.
func (r *Keyring) Stale(wrapped []byte) bool {
	return len(wrapped) < headerSize || !Equal(wrapped[1:headerSize], r.keys[0].id[:])
}

// Format hides the keyring from every verb of fmt.
func (*Keyring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }
