package password

import (
	"errors"
	"fmt"
	"strings"

	"gatehouse/internal/argon2"
)

// typedMark stands before an imported argon2 hash: its system hashed what was
// typed, ours what Normalize makes of it.
const typedMark = "$typed"

// argon2Hash is a PHC string "$argon2id$v=19$m=19456,t=2,p=1$salt$hash".
type argon2Hash struct {
	params argon2.Params
	salt   []byte
	key    []byte
	typed  bool
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
	mode, ok := map[string]argon2.Mode{"argon2id": argon2.ID, "argon2i": argon2.I}[part[0]]
	if !ok || part[1] != "v=19" {
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
		params: argon2.Params{Mode: mode, KiB: m, Passes: t, Lanes: uint8(lanes), KeySize: uint32(len(key))},
		salt:   salt, key: key, typed: typed,
	}, nil
}

func (a argon2Hash) matches(typed string, m *argon2.Memory) (bool, error) {
	if !a.typed {
		typed = Normalize(typed)
	}
	if m.KiB() < a.params.KiB {
		own, err := argon2.NewMemory(a.params.KiB)
		if err != nil {
			return false, err
		}
		defer own.Free()
		m = own
	}
	key, err := m.Key(a.params, []byte(typed), a.salt)
	return err == nil && equal(key, a.key), err
}

func (a argon2Hash) kib() uint32 { return a.params.KiB }

func (a argon2Hash) class() string {
	return fmt.Sprintf("argon2/%d,%d,%d", a.params.KiB, a.params.Passes, a.params.Lanes)
}

func (a argon2Hash) String() string {
	mark, name := "", "argon2id"
	if a.typed {
		mark = typedMark
	}
	if a.params.Mode == argon2.I {
		name = "argon2i"
	}
	return fmt.Sprintf("%s$%s$v=%d$m=%d,t=%d,p=%d$%s$%s", mark, name, argon2.Version,
		a.params.KiB, a.params.Passes, a.params.Lanes, encode(a.salt), encode(a.key))
}
