package field

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/problem"
)

// MaxName bounds names of people, organizations, keys and the like, in characters.
const MaxName = 255

// Required is a text that must not be empty, trimmed; member names it in the problem.
func Required(member, text string, most int) (string, error) {
	text, err := Text(member, text, most)
	if err == nil && text == "" {
		return "", bad(member, member+" must not be empty.")
	}
	return text, err
}

// Text is a text of at most that many characters on one line, trimmed.
func Text(member, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable) {
		return "", bad(member, member+" must not hold control characters.")
	}
	if utf8.RuneCountInString(text) > most {
		return "", bad(member, member+" has at most "+strconv.Itoa(most)+" characters.")
	}
	return text, nil
}

// Optional is Text for a member that may be absent; empty is absent too.
func Optional(member string, text *string, most int) (*string, error) {
	if text == nil {
		return nil, nil
	}
	kept, err := Text(member, *text, most)
	if err != nil || kept == "" {
		return nil, err
	}
	return &kept, nil
}

// unprintable are control characters, and the marks that turn the direction of
// what follows: they make one address look like another.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func bad(member, sentence string) error {
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_" + member, Message: sentence, Field: member})
}

// Clip is what is kept of a text that a stranger's program sent about itself,
// such as its User-Agent: printable, at most that many bytes, nil if empty.
func Clip(text string, most int) *string {
	if len(text) > most {
		text = text[:most]
	}
	text = strings.Map(func(r rune) rune {
		if unprintable(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if text == "" {
		return nil
	}
	return &text
}
