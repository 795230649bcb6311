package password

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// bcryptHash is "$2b$12$" and 53 characters, also as 2a and 2y, and with
// Django's "bcrypt$" before it.
//
// bcrypt sees 72 bytes and, in C, nothing from the first NUL on. Whoever
// knows how such a password begins would get in, so one that is longer or has
// a NUL matches no import (attacks P12); its owner resets it once.
type bcryptHash struct {
	text string
	cost int
}

var errBcryptCost = fmt.Errorf("its cost must be %d to %d", bcrypt.MinCost, maxBcrypt)

const (
	bcryptLength = 60
	bcryptLimit  = 72
	bcryptDigits = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

func readBcrypt(hash string, _ SaltPosition) (scheme, error) {
	hash = strings.TrimPrefix(hash, "bcrypt$")
	part, err := fields(hash, 3)
	if err != nil || len(hash) != bcryptLength {
		return nil, errForm
	}
	switch part[0] {
	case "2a", "2b", "2y":
	default:
		return nil, errForm
	}
	if strings.Trim(part[2], bcryptDigits) != "" {
		return nil, errForm
	}
	cost, err := bcrypt.Cost([]byte(hash))
	var outside bcrypt.InvalidCostError
	if errors.As(err, &outside) || err == nil && cost > maxBcrypt {
		return nil, errBcryptCost
	}
	if err != nil {
		return nil, errForm
	}
	return bcryptHash{text: hash, cost: cost}, nil
}

func (b bcryptHash) matches(typed string) (bool, error) {
	whole := len(typed) <= bcryptLimit && strings.IndexByte(typed, 0) < 0
	if !whole {
		typed = "" // the same work, and never a match
	}
	err := bcrypt.CompareHashAndPassword([]byte(b.text), []byte(typed))
	if err != nil && !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, err
	}
	return err == nil && whole, nil
}

func (b bcryptHash) kib() uint32    { return 8 }
func (b bcryptHash) class() string  { return fmt.Sprintf("bcrypt/%d", b.cost) }
func (b bcryptHash) String() string { return b.text }
