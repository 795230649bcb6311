package password

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/problem"
)

// The length of a password in code points of its normalised form (NIST SP
// 800-63B: at least 8, at least 64 allowed, no composition rules).
const (
	MinLength = 8
	MaxLength = 256
)

// ErrWeak refuses a new password. Its details name each reason.
var ErrWeak = problem.New(problem.BadRequest, "password_strength_error", "Choose a stronger password.")

// Reason is a code of ErrWeak's details.
type Reason string

// The reasons.
const (
	TooShort        Reason = "password_too_short"
	TooLong         Reason = "password_too_long"
	Unreadable      Reason = "password_invalid_characters"
	TooCommon       Reason = "password_too_common"
	TooPredictable  Reason = "password_too_predictable"
	ContainsContext Reason = "password_contains_context"
	Pwned           Reason = "password_pwned"
)

var sentences = map[Reason]string{
	TooShort:        "Use at least 8 characters.",
	TooLong:         "Use at most 256 characters.",
	Unreadable:      "Use characters that can be typed: no control characters.",
	TooCommon:       "Many people use this password, so it is among the first to be guessed.",
	TooPredictable:  "Repeated characters and rows of the keyboard are quickly guessed. Use a few unrelated words.",
	ContainsContext: "Leave out your name, your email address and the name of the organization or the application.",
	Pwned:           "This password appears in a data breach. Use another one, here and wherever else you use it.",
}

// Level is how strong a password is, for the sentence on the page.
type Level int

// The levels. Weak is refused.
const (
	Weak Level = iota
	Fair
	Good
	Strong
)

func (l Level) String() string { return [...]string{"weak", "fair", "good", "strong"}[l] }

// Strength is the judgement of a new password as facts. The page makes one
// sentence of it: "Good: 14 characters, not found in leaks".
type Strength struct {
	Level   Level
	Length  int // code points
	Reasons []Reason
	Leak    Leak
}

// About is what an attacker who knows the person tries first. Every field may
// be empty.
type About struct {
	Email        string
	Names        []string
	Organization string
	Application  string
	Product      string
}

// Assess judges a new password by itself. It asks nobody and takes
// microseconds; With adds what Leaks found.
func Assess(password string, about About) Strength {
	if len(password) > 4*maxTyped {
		return Strength{Length: MaxLength + 1, Reasons: []Reason{TooLong}}
	}
	if !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl) {
		return Strength{Length: utf8.RuneCountInString(password), Reasons: []Reason{Unreadable}}
	}
	password = Normalize(password)
	s := Strength{Length: utf8.RuneCountInString(password)}
	switch {
	case s.Length > MaxLength:
		s.Reasons = []Reason{TooLong}
		return s
	case s.Length < MinLength:
		s.Reasons = append(s.Reasons, TooShort)
	}
	variety := variety(password)
	switch {
	case isCommon(password):
		s.Reasons = append(s.Reasons, TooCommon)
	case mostly(password, about):
		s.Reasons = append(s.Reasons, ContainsContext)
	case variety < minVariety && s.Length >= MinLength:
		s.Reasons = append(s.Reasons, TooPredictable)
	}
	s.Level = level(variety)
	if len(s.Reasons) > 0 {
		s.Level = Weak
	}
	return s
}

func level(variety int) Level {
	switch {
	case variety >= 16:
		return Strong
	case variety >= 11:
		return Good
	}
	return Fair
}

// With adds what the breach check found.
func (s Strength) With(l Leak) Strength {
	s.Leak = l
	if l.Count > 0 {
		s.Reasons = append(s.Reasons[:len(s.Reasons):len(s.Reasons)], Pwned)
		s.Level = Weak
	}
	return s
}

// Err is nil, or ErrWeak with a detail for each reason.
func (s Strength) Err() error {
	if len(s.Reasons) == 0 {
		return nil
	}
	details := make([]problem.Detail, len(s.Reasons))
	for i, r := range s.Reasons {
		details[i] = problem.Detail{Code: string(r), Message: sentences[r]}
	}
	return ErrWeak.WithMessage(sentences[s.Reasons[0]]).WithDetails(details...)
}
