package password

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// typedMark stands before an imported argon2 hash: its system hashed what was
// typed, ours what Normalize makes of it.
const typedMark = "$typed"

// argonParams are the costs of a derivation (RFC 9106 §3.1) and its key's length.
type argonParams struct {
	i      bool // argon2i; argon2id otherwise
	kib    uint32
	passes uint32
	lanes  uint8
	size   uint32
}

func (p argonParams) derive(password string, salt []byte) []byte {
	if p.i {
		return argon2.Key([]byte(password), salt, p.passes, p.kib, p.lanes, p.size)
	}
	return argon2.IDKey([]byte(password), salt, p.passes, p.kib, p.lanes, p.size)
}

// argon2Hash is a PHC string "$argon2id$v=19$m=19456,t=2,p=1$salt$hash".
type argon2Hash struct {
	argonParams
	salt  []byte
	key   []byte
	typed bool
}

var errArgon2d = errors.New("only argon2id and argon2i in version 19 are taken")

func readArgon2(hash string, _ SaltPosition) (scheme, error) {
	plain, typed := strings.CutPrefix(hash, typedMark)
	part, err := fields(plain, 5)
	if err != nil {
		if strings.HasPrefix(plain, "$argon2d") || strings.Count(plain, "$") == 4 {
			return nil, errArgon2d // without v= it is version 16
		}
		return nil, err
	}
	if part[0] != "argon2id" && part[0] != "argon2i" || part[1] != "v=19" {
		return nil, errArgon2d
	}
	p, err := params(part[2], "m", "t", "p")
	if err != nil {
		return nil, err
	}
	n, err := numbers(p, "m", "t", "p")
	if err != nil {
		return nil, err
	}
	m, t, lanes := n[0], n[1], n[2]
	if m > maxMemory || t > maxPasses || lanes > maxLanes || uint64(m)*uint64(t) > maxArgonWork {
		return nil, errCost
	}
	if m < 8*lanes {
		return nil, errForm // RFC 9106 §3.1
	}
	salt, key, err := saltAndKey(part[3], part[4])
	if err != nil {
		return nil, err
	}
	return argon2Hash{
		argonParams: argonParams{i: part[0] == "argon2i", kib: m, passes: t, lanes: uint8(lanes), size: uint32(len(key))},
		salt:        salt, key: key, typed: typed,
	}, nil
}

func (a argon2Hash) matches(typed string) (bool, error) {
	if !a.typed {
		typed = Normalize(typed)
	}
	return equal(a.derive(typed, a.salt), a.key), nil
}

func (a argon2Hash) kib() uint32 { return a.argonParams.kib }

func (a argon2Hash) class() string {
	return fmt.Sprintf("argon2/%d,%d,%d", a.argonParams.kib, a.passes, a.lanes)
}

func (a argon2Hash) String() string {
	mark, name := "", "argon2id"
	if a.typed {
		mark = typedMark
	}
	if a.i {
		name = "argon2i"
	}
	return fmt.Sprintf("%s$%s$v=%d$m=%d,t=%d,p=%d$%s$%s", mark, name, argon2.Version,
		a.argonParams.kib, a.passes, a.lanes, encode(a.salt), encode(a.key))
}
