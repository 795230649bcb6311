package password

import (
	"strings"

	"gatehouse/internal/problem"
)

// ErrInvalidHash refuses an imported hash; its message says why.
var ErrInvalidHash = problem.New(problem.BadRequest, "invalid_password_hash", "The password hash cannot be imported.")

// Kind is a password_hash_type of the wire.
type Kind string

// The kinds.
const (
	Bcrypt         Kind = "bcrypt"
	Scrypt         Kind = "scrypt"
	FirebaseScrypt Kind = "firebase-scrypt"
	SSHA           Kind = "ssha"
	SSHA256        Kind = "ssha256"
	PBKDF2         Kind = "pbkdf2"
	Argon2         Kind = "argon2"
)

// SaltPosition is a password_salt_position of the wire: where ssha put the
// salt before it hashed. It is Suffix where the caller says nothing.
type SaltPosition string

// The positions.
const (
	Suffix SaltPosition = "suffix"
	Prefix SaltPosition = "prefix"
)

type reader func(hash string, salt SaltPosition) (scheme, error)

// readers is how each kind is read, from an import and from what is stored
// alike.
var readers = map[Kind]reader{
	Argon2:         readArgon2,
	Bcrypt:         readBcrypt,
	Scrypt:         readScrypt,
	FirebaseScrypt: readFirebase,
	PBKDF2:         readPBKDF2,
	SSHA:           readSSHA,
	SSHA256:        readSSHA256,
}

// Import checks a hash of another system and gives the string to store. The
// bounds on its cost hold here, so that nobody plants a hash which stops the
// server when its owner signs in.
func Import(kind Kind, hash string, salt SaltPosition) (string, error) {
	read, ok := readers[kind]
	if !ok {
		return "", ErrInvalidHash.WithMessage("The password_hash_type must be bcrypt, scrypt, firebase-scrypt, ssha, ssha256, pbkdf2 or argon2.")
	}
	switch salt {
	case "":
		salt = Suffix
	case Suffix, Prefix:
	default:
		return "", ErrInvalidHash.WithMessage("The password_salt_position must be prefix or suffix.")
	}
	hash = strings.TrimSpace(hash)
	if len(hash) > maxHash {
		return "", ErrInvalidHash.WithMessage("The password hash is too long.")
	}
	if strings.HasPrefix(hash, typedMark) {
		return "", refusal(kind, errForm)
	}
	s, err := read(hash, salt)
	if err != nil {
		return "", refusal(kind, err)
	}
	if a, ok := s.(argon2Hash); ok {
		a.typed = true
		s = a
	}
	return s.String(), nil
}

func refusal(kind Kind, why error) error {
	return ErrInvalidHash.WithMessage("The " + string(kind) + " hash cannot be imported: " + why.Error() + ".")
}
