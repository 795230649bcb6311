package dns

import (
	"slices"
	"strings"
	"unicode"
)

// Claim is the record that proves a domain.
type Claim struct {
	Domain string // lower case, punycode, without trailing dot
	Label  string // goes before it
	Value  string // of the TXT record
}

// Name is where the record stands.
func (c Claim) Name() string { return c.Label + "." + c.Domain }

// Look is what DNS said.
type Look struct {
	Claim
	Unregistered bool        // there is no such domain
	Answers      []Answer    // one for each server that was asked
	Elsewhere    []Elsewhere // names at which the value stands by mistake
}

// Answer is one server's.
type Answer struct {
	Server  string   `json:"server"`            // its name, or OurResolver
	Found   []string `json:"found"`             // TXT records of the name
	Records int      `json:"records,omitempty"` // how many those are, where they were cut
	Alias   string   `json:"alias,omitempty"`   // the name is a CNAME of this one
	Error   Failure  `json:"error,omitempty"`   // why there is no answer
}

// OurResolver stands for the deployment's resolvers: their addresses are not
// for everybody who has a domain.
const OurResolver = "resolver"

// Elsewhere is a wrong place that has the value.
type Elsewhere struct {
	Name string `json:"name"`
}

// Failure is why a server gave no answer.
type Failure string

// The failures.
const (
	Timeout       Failure = "timeout"
	Unreachable   Failure = "unreachable"
	ServerFailure Failure = "server_failure"    // SERVFAIL
	Refused       Failure = "refused"           // REFUSED
	Lame          Failure = "not_authoritative" // does not know the zone that it is named for
	NoAddress     Failure = "no_address"        // its name leads nowhere
	NotAllowed    Failure = "not_allowed"       // its address is private
	TooLarge      Failure = "too_large"
	Unreadable    Failure = "unreadable"
)

// Answered reports whether the server said anything about the name.
func (a Answer) Answered() bool { return a.Error == "" }

// has reports whether the server has the record as it should be.
func (a Answer) has(value string) bool { return a.Alias == "" && slices.Contains(a.Found, value) }

// Count is how many records the server has.
func (a Answer) Count() int { return max(a.Records, len(a.Found)) }

func (l Look) answered() (list []Answer) {
	for _, a := range l.Answers {
		if a.Answered() {
			list = append(list, a)
		}
	}
	return list
}

// What is kept of a server's records, and shown.
const (
	maxKept  = 5
	maxShown = 160
)

// Brief is the answers as they are kept: the records that matter first, cut,
// and without what would garble a page.
func (l Look) Brief() []Answer {
	out := slices.Clone(l.Answers)
	for i, a := range out {
		records := slices.Clone(a.Found)
		slices.SortStableFunc(records, func(a, b string) int { return rank(a, l.Value) - rank(b, l.Value) })
		out[i].Found = []string{}
		for _, r := range records[:min(len(records), maxKept)] {
			out[i].Found = append(out[i].Found, Printable(r, maxShown))
		}
		out[i].Alias = Printable(a.Alias, maxShown)
		if len(records) > maxKept {
			out[i].Records = len(records)
		}
	}
	return out
}

func rank(record, value string) int {
	if likeness(record, value) == unlike {
		return 1
	}
	return 0
}

// Printable is text from DNS as it can be shown: valid, on one line, and cut.
func Printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, strings.ToValidUTF8(s, "·"))
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
