package password

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"strings"

	"golang.org/x/crypto/pbkdf2"
)

// pbkdf2Hash is stored as "$pbkdf2-sha256$i=600000$salt$hash" (RFC 8018 §5.2).
type pbkdf2Hash struct {
	digest     string // sha1, sha256 or sha512
	iterations uint32
	salt, key  []byte
}

var digests = map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}

var errIterations = fmt.Errorf("it asks for more than %d iterations", maxIterations)

// readPBKDF2 takes the PHC string (digest in its name or as d=), passlib's
// "$pbkdf2-sha256$29000$salt$hash" (without a digest it is SHA-1), Django's
// "pbkdf2_sha256$600000$salt$hash" with the salt as plain text, and Werkzeug's
// "pbkdf2:sha256:600000$salt$hex".
func readPBKDF2(text string, _ SaltPosition) (scheme, error) {
	var h pbkdf2Hash
	var rounds string
	var err error
	switch {
	case strings.HasPrefix(text, "$pbkdf2"):
		rounds, err = h.readModular(text)
	case strings.HasPrefix(text, "pbkdf2_"):
		rounds, err = h.readDjango(text)
	case strings.HasPrefix(text, "pbkdf2:"):
		rounds, err = h.readWerkzeug(text)
	default:
		err = errForm
	}
	if err != nil {
		return nil, err
	}
	if h.iterations, err = number(rounds); err != nil {
		return nil, err
	}
	digest, ok := digests[h.digest]
	if !ok {
		return nil, errForm
	}
	// Each further block of output costs all iterations again.
	blocks := uint64((len(h.key) + digest().Size() - 1) / digest().Size())
	if uint64(h.iterations)*blocks > maxIterations {
		return nil, errIterations
	}
	return h, nil
}

func (h *pbkdf2Hash) readModular(text string) (rounds string, err error) {
	part, err := fields(text, 4)
	if err != nil {
		return "", err
	}
	h.digest = strings.TrimPrefix(strings.TrimPrefix(part[0], "pbkdf2"), "-")
	rounds = part[1]
	if strings.Contains(rounds, "=") {
		p, err := params(rounds, "v", "i", "d", "l", "kl")
		if err != nil {
			return "", err
		}
		if d := p["d"]; d != "" && h.digest != "" {
			return "", errForm
		} else if d != "" {
			h.digest = d
		}
		rounds = p["i"]
	}
	h.digest = strings.ReplaceAll(strings.ToLower(h.digest), "-", "")
	if h.digest == "" {
		h.digest = "sha1"
	}
	h.salt, h.key, err = saltAndKey(part[2], part[3])
	return rounds, err
}

func (h *pbkdf2Hash) readDjango(text string) (rounds string, err error) {
	part, err := fields("$"+text, 4)
	if err != nil {
		return "", err
	}
	h.digest, h.salt = strings.TrimPrefix(part[0], "pbkdf2_"), []byte(part[2])
	if h.key, err = decode(part[3]); err != nil {
		return "", err
	}
	return part[1], sizes(h.salt, h.key)
}

func (h *pbkdf2Hash) readWerkzeug(text string) (rounds string, err error) {
	part, err := fields("$"+text, 3)
	if err != nil {
		return "", err
	}
	method := strings.Split(part[0], ":")
	if len(method) != 3 {
		return "", errForm
	}
	h.digest = method[1]
	h.salt, h.key, err = hexKey(part[1], part[2])
	return method[2], err
}

func (h pbkdf2Hash) matches(typed string) (bool, error) {
	return equal(pbkdf2.Key([]byte(typed), h.salt, int(h.iterations), len(h.key), digests[h.digest]), h.key), nil
}

func (h pbkdf2Hash) kib() uint32 { return 1 }

func (h pbkdf2Hash) class() string {
	return fmt.Sprintf("pbkdf2-%s/%d,%d", h.digest, h.iterations, len(h.key))
}

func (h pbkdf2Hash) String() string {
	return fmt.Sprintf("$pbkdf2-%s$i=%d$%s$%s", h.digest, h.iterations, encode(h.salt), encode(h.key))
}
