package schema

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is the key by which texts compare that are not caseExact: two texts are
// the same where their keys are. It takes each character's simple case folding
// between canonical decomposition and composition (Unicode §3.13, D145, with
// simple mappings), so that é is é however it was composed. Letters that only
// look alike, and those that full folding would widen (ß to ss), stay apart:
// two people whom a provider tells apart must not collide here. It depends on
// no locale and on no database.
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	s = norm.NFD.String(strings.ToValidUTF8(s, "\uFFFD"))
	return norm.NFC.String(strings.Map(foldRune, s))
}

// foldRune is one character for all that differ in case alone. The round trip
// by the upper case gathers what has two lower cases (σ, ς); a character that
// Unicode folds to nothing else (ı) stays itself.
func foldRune(r rune) rune {
	if unicode.SimpleFold(r) == r {
		return r
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// nameKey is the key by which names of attributes and URNs compare. They are
// ASCII (RFC 7643 §2.1), and other letters never become ASCII ones: a name with
// the long s in it is another name.
func nameKey(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			return lowerASCII(s, i)
		}
	}
	return s
}

func lowerASCII(s string, from int) string {
	b := []byte(s)
	for i := from; i < len(b); i++ {
		b[i] = lower(b[i])
	}
	return string(b)
}

// sameName reports whether two names have one key.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
