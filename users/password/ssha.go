package password

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"strings"
)

// saltedHash is one round of SHA over password and salt, as LDAP servers keep
// it: "{SSHA}" and base64 of digest and salt. It is stored as
// "$ssha$prefix$salt$hash". A leaked database of these is nearly a list of
// passwords, which is why the first sign-in replaces it.
type saltedHash struct {
	kind      Kind
	position  SaltPosition
	salt, key []byte
}

func readSSHA(hash string, at SaltPosition) (scheme, error) {
	return readSalted(SSHA, "{SSHA}", sha1.Size, hash, at)
}

func readSSHA256(hash string, at SaltPosition) (scheme, error) {
	return readSalted(SSHA256, "{SSHA256}", sha256.Size, hash, at)
}

func readSalted(kind Kind, label string, size int, hash string, at SaltPosition) (scheme, error) {
	s := saltedHash{kind: kind, position: at}
	if stored, ok := strings.CutPrefix(hash, "$"+string(kind)+"$"); ok {
		part, err := fields("$"+stored, 3)
		if err != nil {
			return nil, err
		}
		if s.position = SaltPosition(part[0]); s.position != Prefix && s.position != Suffix {
			return nil, errForm
		}
		if s.salt, s.key, err = saltAndKey(part[1], part[2]); err != nil {
			return nil, err
		}
	} else {
		if len(hash) < len(label) || !strings.EqualFold(hash[:len(label)], label) || len(hash) > maxHash {
			return nil, errForm
		}
		both, err := decode(hash[len(label):])
		if err != nil || len(both) < size {
			return nil, errForm
		}
		s.key, s.salt = both[:size], both[size:]
	}
	if len(s.key) != size || len(s.salt) == 0 || len(s.salt) > maxSalt {
		return nil, errSizes
	}
	return s, nil
}

func (s saltedHash) matches(typed string) (bool, error) {
	in := append([]byte(typed), s.salt...)
	if s.position == Prefix {
		in = append(append([]byte(nil), s.salt...), typed...)
	}
	if s.kind == SSHA256 {
		key := sha256.Sum256(in)
		return equal(key[:], s.key), nil
	}
	key := sha1.Sum(in)
	return equal(key[:], s.key), nil
}

func (s saltedHash) kib() uint32   { return 1 }
func (s saltedHash) class() string { return string(s.kind) }

func (s saltedHash) String() string {
	return fmt.Sprintf("$%s$%s$%s$%s", s.kind, s.position, encode(s.salt), encode(s.key))
}
