package i18n

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// Around a value: its own first letter decides its direction (UAX #9 §2.4.2).
const (
	firstStrong = "\u2068"
	popIsolate  = "\u2069"
)

// own are words of a catalogue within another message. They run as it does, and
// are not isolated: a date whose one letter stands in an isolate has none for
// the isolate around the date (UAX #9 P2), and would run from left to right.
type own string

// Isolate keeps a name, code or address together in a sentence of this
// language. Without it an Arabic subject shows the code 419 072 as "072 419",
// and an Arabic name in an English one carries the words beside it along. Pages
// have <bdi> as well; a subject, a title and plain text have only this.
func (l Language) Isolate(s string) string {
	if s == "" || l.Dir() == LeftToRight && !strings.ContainsFunc(s, isRightToLeft) {
		return s
	}
	return firstStrong + s + popIsolate
}

func isRightToLeft(r rune) bool {
	if r < 0x0590 { // all before Hebrew runs left to right
		return false
	}
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL || p.Class() == bidi.AN
}
