package password

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"math/bits"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// scryptCost is N = 2^ln, r and p of RFC 7914 §2.
type scryptCost struct{ ln, r, p uint32 }

func (c scryptCost) check() error {
	if c.ln < 1 || c.r < 1 || c.p < 1 {
		return errForm
	}
	if c.ln > 24 || c.r > 1024 || c.p > 64 {
		return errCost
	}
	lane := (uint64(c.r) << c.ln) / 8 // KiB: 128·N·r bytes
	if lane > maxScrypt || lane*uint64(c.p) > maxScryptWork {
		return errCost
	}
	return nil
}

func (c scryptCost) kib() uint32   { return uint32((uint64(c.r)<<c.ln)/8) + 1 }
func (c scryptCost) class() string { return fmt.Sprintf("scrypt/%d,%d,%d", c.ln, c.r, c.p) }

func (c scryptCost) derive(typed string, salt []byte, size int) ([]byte, error) {
	return scrypt.Key([]byte(typed), salt, 1<<c.ln, int(c.r), int(c.p), size)
}

// log2 reads N where it is written out: a power of two above one.
func log2(s string) (uint32, error) {
	n, err := number(s)
	if err != nil {
		return 0, err
	}
	if n < 2 || n&(n-1) != 0 {
		return 0, errForm
	}
	return uint32(bits.TrailingZeros32(n)), nil
}

// scryptHash is stored as "$scrypt$ln=15,r=8,p=1$salt$hash".
type scryptHash struct {
	scryptCost
	salt, key []byte
}

// readScrypt takes the PHC string of passlib and others (ln=, or n= with its
// v= and kl=), Werkzeug's "scrypt:N:r:p$salt$hex" and Django's
// "scrypt$N$salt$r$p$hash".
func readScrypt(hash string, _ SaltPosition) (scheme, error) {
	var cost []string // N or ln, r, p
	var s scryptHash
	var err error
	switch {
	case strings.HasPrefix(hash, "$scrypt$"):
		return readScryptPHC(hash)
	case strings.HasPrefix(hash, "scrypt:"):
		part, e := fields("$"+hash, 3)
		if e != nil {
			return nil, e
		}
		if cost = strings.Split(part[0], ":")[1:]; len(cost) != 3 {
			return nil, errForm
		}
		s.salt, s.key, err = hexKey(part[1], part[2])
	case strings.HasPrefix(hash, "scrypt$"):
		part, e := fields("$"+hash, 6)
		if e != nil {
			return nil, e
		}
		cost = []string{part[1], part[3], part[4]}
		s.salt = []byte(part[2])
		if s.key, err = decode(part[5]); err == nil {
			err = sizes(s.salt, s.key)
		}
	default:
		return nil, errForm
	}
	if err != nil {
		return nil, err
	}
	n, err := numbers(map[string]string{"r": cost[1], "p": cost[2]}, "r", "p")
	if err != nil {
		return nil, err
	}
	s.r, s.p = n[0], n[1]
	if s.ln, err = log2(cost[0]); err != nil {
		return nil, err
	}
	return s, s.check()
}

func readScryptPHC(hash string) (scheme, error) {
	part, err := fields(hash, 4)
	if err != nil {
		return nil, err
	}
	p, err := params(part[1], "v", "ln", "n", "r", "p", "kl")
	if err != nil {
		return nil, err
	}
	n, err := numbers(p, "r", "p")
	if err != nil {
		return nil, err
	}
	var s scryptHash
	s.r, s.p = n[0], n[1]
	if _, both := p["n"]; both && p["ln"] != "" {
		return nil, errForm
	} else if both {
		s.ln, err = log2(p["n"])
	} else {
		s.ln, err = number(p["ln"])
	}
	if err != nil {
		return nil, err
	}
	if s.salt, s.key, err = saltAndKey(part[2], part[3]); err != nil {
		return nil, err
	}
	return s, s.check()
}

func (s scryptHash) matches(typed string) (bool, error) {
	key, err := s.derive(typed, s.salt, len(s.key))
	return err == nil && equal(key, s.key), err
}

func (s scryptHash) String() string {
	return fmt.Sprintf("$scrypt$ln=%d,r=%d,p=%d$%s$%s", s.ln, s.r, s.p, encode(s.salt), encode(s.key))
}

// firebaseHash is "$firebase-scrypt$hash=…$salt=…$sk=…$ss=…$r=8$m=14": the
// project's signer key, encrypted with AES-256-CTR under the scrypt key of the
// password; r is scrypt's block size and m the logarithm of N.
type firebaseHash struct {
	scryptCost
	key, salt, signer, separator []byte
}

func readFirebase(hash string, _ SaltPosition) (scheme, error) {
	rest, ok := strings.CutPrefix(hash, "$firebase-scrypt$")
	if !ok || strings.Contains(rest, ",") {
		return nil, errForm
	}
	p, err := params(strings.ReplaceAll(rest, "$", ","), "hash", "salt", "sk", "ss", "r", "m")
	if err != nil {
		return nil, err
	}
	n, err := numbers(p, "r", "m")
	if err != nil {
		return nil, err
	}
	f := firebaseHash{scryptCost: scryptCost{ln: n[1], r: n[0], p: 1}}
	for name, to := range map[string]*[]byte{"hash": &f.key, "salt": &f.salt, "sk": &f.signer, "ss": &f.separator} {
		if *to, err = decode(p[name]); err != nil {
			return nil, err
		}
	}
	if len(f.signer) != len(f.key) || len(f.salt)+len(f.separator) > maxSalt || sizes(f.salt, f.key) != nil {
		return nil, errSizes
	}
	return f, f.check()
}

func (f firebaseHash) matches(typed string) (bool, error) {
	salt := append(append(make([]byte, 0, maxSalt), f.salt...), f.separator...)
	key, err := f.derive(typed, salt, 32)
	if err != nil {
		return false, err
	}
	aesKey, err := aes.NewCipher(key)
	if err != nil {
		return false, err
	}
	sealed := make([]byte, len(f.signer))
	cipher.NewCTR(aesKey, make([]byte, aes.BlockSize)).XORKeyStream(sealed, f.signer)
	return equal(sealed, f.key), nil
}

func (f firebaseHash) String() string {
	return fmt.Sprintf("$firebase-scrypt$hash=%s$salt=%s$sk=%s$ss=%s$r=%d$m=%d",
		encode(f.key), encode(f.salt), encode(f.signer), encode(f.separator), f.r, f.ln)
}
