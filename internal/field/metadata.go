package field

import (
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/problem"
)

// The bounds of metadata and external ids: they are part of the wire format.
const (
	maxKeys       = 50
	maxKey        = 40
	maxValue      = 600
	maxExternalID = 128
)

// What callers are told of metadata and external ids. ErrExternalIDTaken is
// for the owner of the table to return.
var (
	ErrInvalidMetadata = problem.New(problem.BadRequest, "invalid_metadata",
		"metadata has at most 50 keys of at most 40 characters, and values are strings of at most 600 characters.")
	ErrInvalidExternalID = problem.New(problem.Invalid, "invalid_external_id",
		"external_id has at most 128 ASCII characters, and not only spaces.")
	ErrExternalIDTaken = problem.New(problem.BadRequest, "external_id_already_used",
		"That external_id belongs to another object.")
)

// Metadata is current with change applied: a nil value deletes its key, and
// keys that are not named stay. The result is never nil.
func Metadata(current map[string]string, change map[string]*string) (map[string]string, error) {
	result := make(map[string]string, len(current)+len(change))
	maps.Copy(result, current)
	for key, value := range change {
		if value == nil {
			delete(result, key)
			continue
		}
		if err := checkPair(key, *value); err != nil {
			return nil, err
		}
		result[key] = *value
	}
	if len(result) > maxKeys {
		return nil, ErrInvalidMetadata.WithMessage("metadata has at most " + strconv.Itoa(maxKeys) + " keys.")
	}
	return result, nil
}

// NewMetadata is the metadata of something that is being made.
func NewMetadata(m map[string]string) (map[string]string, error) {
	change := make(map[string]*string, len(m))
	for key, value := range m {
		change[key] = &value
	}
	return Metadata(nil, change)
}

func checkPair(key, value string) error {
	switch {
	case key == "" || utf8.RuneCountInString(key) > maxKey || !storable(key):
		return ErrInvalidMetadata.WithMessage("Keys of metadata have 1 to " + strconv.Itoa(maxKey) + " characters.")
	case utf8.RuneCountInString(value) > maxValue || !storable(value):
		return ErrInvalidMetadata.WithMessage("Values of metadata are strings of at most " + strconv.Itoa(maxValue) + " characters.")
	}
	return nil
}

// storable is what Postgres takes: UTF-8 without NUL.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// ExternalID checks an id that the application chose. Empty clears it, as null does.
func ExternalID(s *string) (*string, error) {
	if s == nil || *s == "" {
		return nil, nil
	}
	if len(*s) > maxExternalID || strings.TrimSpace(*s) == "" {
		return nil, ErrInvalidExternalID
	}
	for i := range len(*s) {
		if c := (*s)[i]; c < 0x20 || c > 0x7e {
			return nil, ErrInvalidExternalID
		}
	}
	return s, nil
}
