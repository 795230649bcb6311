package ingest

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"gatehouse/internal/problem"
)

// scanner reads JSON (RFC 8259) in one pass, into what the caller asks for. It
// is strict where encoding/json is lenient: members that are there twice,
// bytes that are no UTF-8, halves of surrogate pairs and NUL, which Postgres
// cannot keep, are errors.
type scanner struct {
	body  []byte
	at    int
	depth int
}

// maxDepth is more than any entry has.
const maxDepth = 16

// What the body as a whole can be refused for.
var (
	errSyntax = problem.ErrBadRequest.WithMessage("The body is not valid JSON.")
	errDeep   = problem.ErrBadRequest.WithMessage("The body is nested too deeply, or has too many members.")
	errTwice  = problem.ErrBadRequest.WithMessage("A member of the body is there twice.")
	errText   = problem.ErrBadRequest.WithMessage("The body holds text that is not valid UTF-8.")
	errNUL    = problem.ErrBadRequest.WithMessage("The body holds a NUL character, which no text may.")
)

// errOtherType says that the next value is of another type; it is not read.
var errOtherType = errors.New("ingest: another type was expected")

func (s *scanner) space() {
	for s.at < len(s.body) {
		switch s.body[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// peek is the first byte of the next value; 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.at == len(s.body) {
		return 0
	}
	return s.body[s.at]
}

// take reads one byte that has to be there.
func (s *scanner) take(b byte) error {
	if s.peek() != b {
		return errSyntax
	}
	s.at++
	return nil
}

// end says that nothing but space is left.
func (s *scanner) end() error {
	if s.peek() != 0 || s.at != len(s.body) {
		return errSyntax
	}
	return nil
}

// object calls member for each member, which reads its value. A member that is
// there twice is an error: readers disagree about which one counts.
func (s *scanner) object(member func(name string) error) error {
	if s.peek() != '{' {
		return errOtherType
	}
	if s.depth++; s.depth > maxDepth {
		return errDeep
	}
	s.at++
	var room [16]string
	seen := room[:0]
	for first := true; ; first = false {
		if s.peek() == '}' && first {
			break
		}
		if !first {
			if s.peek() == '}' {
				break
			}
			if err := s.take(','); err != nil {
				return err
			}
		}
		name, err := s.name(&seen)
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	s.at++
	s.depth--
	return nil
}

// maxMembers bounds what one object has; the comparison of names is not free.
const maxMembers = 200

func (s *scanner) name(seen *[]string) (string, error) {
	if s.peek() != '"' {
		return "", errSyntax
	}
	name, err := s.string()
	if err != nil {
		return "", err
	}
	for _, before := range *seen {
		if before == name {
			return "", errTwice
		}
	}
	if *seen = append(*seen, name); len(*seen) > maxMembers {
		return "", errDeep
	}
	return name, s.take(':')
}

// array calls element for each element, which reads it.
func (s *scanner) array(element func(i int) error) error {
	if s.peek() != '[' {
		return errOtherType
	}
	if s.depth++; s.depth > maxDepth {
		return errDeep
	}
	s.at++
	for i := 0; s.peek() != ']'; i++ {
		if i > 0 {
			if err := s.take(','); err != nil {
				return err
			}
			if s.peek() == ']' {
				return errSyntax
			}
		}
		if err := element(i); err != nil {
			return err
		}
	}
	s.at++
	s.depth--
	return nil
}

// string reads a string; errOtherType leaves the value to be skipped.
func (s *scanner) string() (string, error) {
	if s.peek() != '"' {
		return "", errOtherType
	}
	start := s.at + 1
	for i := start; i < len(s.body); i++ {
		switch c := s.body[i]; {
		case c == '"':
			s.at = i + 1
			return text(s.body[start:i])
		case c == '\\':
			return s.escaped(start, i)
		case c < ' ':
			return "", errSyntax
		}
	}
	return "", errSyntax
}

func text(b []byte) (string, error) {
	if !utf8.Valid(b) {
		return "", errText
	}
	return string(b), nil
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped goes on where the first backslash is.
func (s *scanner) escaped(start, i int) (string, error) {
	out := append(make([]byte, 0, i-start+32), s.body[start:i]...)
	for i < len(s.body) {
		c := s.body[i]
		switch {
		case c == '"':
			s.at = i + 1
			return text(out)
		case c < ' ':
			return "", errSyntax
		case c != '\\':
			out = append(out, c)
			i++
			continue
		case i+1 == len(s.body):
			return "", errSyntax
		}
		if plain, ok := escapes[s.body[i+1]]; ok {
			out = append(out, plain)
			i += 2
			continue
		}
		r, n, err := s.unicode(i)
		if err != nil {
			return "", err
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	return "", errSyntax
}

// unicode reads \uXXXX, or two that are one character, at i.
func (s *scanner) unicode(i int) (rune, int, error) {
	first, ok := s.hex(i)
	switch {
	case !ok:
		return 0, 0, errSyntax
	case first == 0:
		return 0, 0, errNUL
	case !utf16.IsSurrogate(first):
		return first, 6, nil
	}
	second, ok := s.hex(i + 6)
	r := utf16.DecodeRune(first, second)
	if !ok || r == utf8.RuneError {
		return 0, 0, errText
	}
	return r, 12, nil
}

func (s *scanner) hex(i int) (rune, bool) {
	if i+6 > len(s.body) || s.body[i] != '\\' || s.body[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range s.body[i+2 : i+6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 + rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 + rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 + rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// number reads a number as it is written.
func (s *scanner) number() (string, error) {
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		return "", errOtherType
	}
	start := s.at
	digits := func() int {
		n := s.at
		for s.at < len(s.body) && '0' <= s.body[s.at] && s.body[s.at] <= '9' {
			s.at++
		}
		return s.at - n
	}
	next := func(bytes ...byte) bool {
		for _, b := range bytes {
			if s.at < len(s.body) && s.body[s.at] == b {
				s.at++
				return true
			}
		}
		return false
	}
	next('-')
	if !next('0') && digits() == 0 || next('.') && digits() == 0 {
		return "", errSyntax
	}
	if next('e', 'E') {
		next('+', '-')
		if digits() == 0 {
			return "", errSyntax
		}
	}
	return string(s.body[start:s.at]), nil
}

// word reads true, false or null.
func (s *scanner) word() (string, error) {
	s.space()
	for _, w := range [...]string{"true", "false", "null"} {
		if end := s.at + len(w); end <= len(s.body) && string(s.body[s.at:end]) == w {
			s.at = end
			return w, nil
		}
	}
	return "", errSyntax
}

// skip reads a value that nobody needs, as strictly.
func (s *scanner) skip() error {
	var err error
	switch c := s.peek(); {
	case c == '{':
		return s.object(func(string) error { return s.skip() })
	case c == '[':
		return s.array(func(int) error { return s.skip() })
	case c == '"':
		_, err = s.string()
	case c == '-' || '0' <= c && c <= '9':
		_, err = s.number()
	default:
		_, err = s.word()
	}
	return err
}

// integer reads a whole number.
func (s *scanner) integer() (int64, error) {
	s.space()
	start := s.at
	text, err := s.number()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		s.at = start
		return 0, errOtherType
	}
	return n, nil
}

// null reports whether the next value is null, and reads it then.
func (s *scanner) null() bool {
	if s.peek() != 'n' {
		return false
	}
	_, err := s.word()
	return err == nil
}
