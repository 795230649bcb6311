package dns

import (
	"slices"
	"strings"
)

// Finding is what a look comes to.
type Finding struct {
	Kind    Kind    `json:"kind"`
	Have    int     `json:"have,omitempty"`    // servers that have the record
	Of      int     `json:"of,omitempty"`      // servers that answered
	Records int     `json:"records,omitempty"` // how many TXT records there are
	Text    string  `json:"text,omitempty"`    // the record that is nearly right
	Name    string  `json:"name,omitempty"`    // where the value stands instead, or what the name is an alias of
	Why     Failure `json:"why,omitempty"`     // why nobody answered
}

// Kind is how far the record is from being right.
type Kind string

// The kinds.
const (
	Found        Kind = "found"
	Nothing      Kind = "nothing"      // no TXT record at the name
	Others       Kind = "others"       // some, none of them like ours
	Quoted       Kind = "quoted"       // ours, with quote marks or spaces that are part of it
	Recased      Kind = "recased"      // ours, in another case
	Padded       Kind = "padded"       // ours, with more text around it
	Misplaced    Kind = "misplaced"    // ours, at another name
	Alias        Kind = "alias"        // the name is a CNAME
	Disagree     Kind = "disagree"     // some nameservers have it
	Unregistered Kind = "unregistered" // there is no such domain
	Unanswered   Kind = "unanswered"   // nobody could be asked
)

// Proven reports whether the record is there.
func (f Finding) Proven() bool { return f.Kind == Found }

// Absent reports whether the record is surely not there: whoever answered has
// none. A failure and a disagreement say neither.
func (f Finding) Absent() bool {
	return f.Kind != Found && f.Kind != Disagree && f.Kind != Unanswered
}

// Judge says what the look found for its claim.
func (l Look) Judge() Finding { return l.JudgeFor(l.Value) }

// JudgeFor says what it found for another value at the same name.
func (l Look) JudgeFor(value string) Finding {
	if l.Unregistered {
		return Finding{Kind: Unregistered}
	}
	answers := l.answered()
	if len(answers) == 0 {
		return Finding{Kind: Unanswered, Why: l.why()}
	}
	f := Finding{Of: len(answers)}
	for _, a := range answers {
		if a.has(value) {
			f.Have++
		}
	}
	switch f.Have {
	case f.Of:
		f.Kind = Found
		return f
	case 0:
		return l.nearly(f, answers, value)
	}
	f.Kind = Disagree
	return f
}

// nearly says what is there instead, by the answer that is nearest.
func (l Look) nearly(f Finding, answers []Answer, value string) Finding {
	for _, a := range answers {
		if a.Alias != "" {
			f.Kind, f.Name = Alias, Printable(a.Alias, maxShown)
			return f
		}
		f.Records = max(f.Records, a.Count())
	}
	for _, a := range answers {
		for _, text := range a.Found {
			if kind := likeness(text, value); kind != unlike {
				f.Kind, f.Text = kind, Printable(text, maxShown)
				return f
			}
		}
	}
	f.Kind = Nothing
	if len(l.Elsewhere) > 0 && value == l.Value {
		f.Kind, f.Name = Misplaced, l.Elsewhere[0].Name
	} else if f.Records > 0 {
		f.Kind = Others
	}
	return f
}

// why is what most servers failed by.
func (l Look) why() Failure {
	best, most := Timeout, 0
	for _, a := range l.Answers {
		n := 0
		for _, b := range l.Answers {
			if a.Error == b.Error {
				n++
			}
		}
		if n > most {
			best, most = a.Error, n
		}
	}
	return best
}

const unlike Kind = ""

// likeness is how a record resembles the value: unlike if it does not.
func likeness(text, value string) Kind {
	bare := strings.TrimFunc(text, func(r rune) bool { return slices.Contains(around, r) })
	switch {
	case value == "":
		return unlike
	case text == value:
		return Found
	case bare == value:
		return Quoted
	case strings.EqualFold(bare, value):
		return Recased
	case strings.Contains(text, value):
		return Padded
	}
	return unlike
}

// around are the marks that panels and people put around a value.
var around = []rune{'"', '\'', '“', '”', '„', '«', '»', '‘', '’', '`', ' ', '\t', '\u00a0', '\\', ';', '.', '\r', '\n'}
