package diagnosis

import (
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"
)

// Parts is a value whose middle differs from another's.
type Parts struct{ Before, Marked, After string }

// Compare marks what differs: what both begin and end with is not. Where they
// have next to nothing in common, all of both is marked.
func Compare(expected, received string) (e, r Parts) {
	head := commonHead(expected, received)
	tail := commonTail(expected[head:], received[head:])
	if longest := max(len(expected), len(received)); (head+tail)*4 < longest {
		return Parts{Marked: expected}, Parts{Marked: received}
	}
	cut := func(s string) Parts {
		return Parts{s[:head], s[head : len(s)-tail], s[len(s)-tail:]}
	}
	return cut(expected), cut(received)
}

// commonHead is how many bytes both begin with, whole characters only.
func commonHead(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) {
		r, size := utf8.DecodeRuneInString(a[n:])
		if s, other := utf8.DecodeRuneInString(b[n:]); r != s || size != other || r == utf8.RuneError {
			break
		}
		n += size
	}
	return n
}

func commonTail(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) {
		r, size := utf8.DecodeLastRuneInString(a[:len(a)-n])
		if s, other := utf8.DecodeLastRuneInString(b[:len(b)-n]); r != s || size != other || r == utf8.RuneError {
			break
		}
		n += size
	}
	return n
}

// instant is a time as trails write it.
var instant = regexp.MustCompile(`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z`)

// apart is how far the times in both texts are apart, in words: "7 minutes".
// Nothing where they do not hold one each.
func apart(expected, received string) string {
	a, errA := time.Parse(time.RFC3339Nano, instant.FindString(expected))
	b, errB := time.Parse(time.RFC3339Nano, instant.FindString(received))
	if errA != nil || errB != nil {
		return ""
	}
	d := a.Sub(b).Abs()
	switch {
	case d < 2*time.Minute:
		return counted(int64(d/time.Second), "second")
	case d < 2*time.Hour:
		return counted(int64(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return counted(int64(d/time.Hour), "hour")
	}
	return counted(int64(d/(24*time.Hour)), "day")
}

func counted(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.FormatInt(n, 10) + " " + unit + "s"
}

// address is the form of a mail address, nothing more.
var address = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// LikelyEmail is the attribute that most likely holds the address: the first,
// of names in order, whose value has an address's form.
func LikelyEmail(names []string, values map[string][]string) string {
	for _, name := range names {
		for _, v := range values[name] {
			if address.MatchString(v) {
				return name
			}
		}
	}
	return ""
}
