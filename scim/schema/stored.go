package schema

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Stored is a resource as its JSON stands in the database. What only answers it
// need not build it: its text is taken over, member by member.
type Stored []byte

// Resource builds it.
func (s Stored) Resource() (r Resource, err error) {
	err = json.Unmarshal(s, &r)
	return r, err
}

// Attribute is the text of a top-level attribute that holds one; "" where there
// is none, or it is no text.
func (s Stored) Attribute(name string) (text string) {
	for key, value := range s.members {
		if string(key) == name {
			_ = json.Unmarshal(value, &text) // nothing but text goes in
			return text
		}
	}
	return ""
}

// Member is a member of an answer whose value is JSON already.
type Member struct {
	Name string
	Text []byte
}

// Append adds the resource as an object with these members too, which hide the
// resource's own of that name: the text that encoding the resource would give,
// in order of the names.
func (s Stored) Append(b []byte, more ...Member) []byte {
	return appendObject(b, s, more)
}

// Extensions are the URNs of the extensions, in order.
func (s Stored) Extensions() (urns []string) {
	for key, value := range s.members {
		if value[0] == '{' && isURN(string(key)) {
			urns = append(urns, string(key))
		}
	}
	slices.Sort(urns)
	return urns
}

// members hands out the names of the object's members, as they are escaped, and
// their values. The database keeps nothing but valid JSON, and whatever is
// stored is an object: of anything else there are none.
func (s Stored) members(yield func(name, value []byte) bool) {
	rest := bytes.TrimSpace(s)
	if len(rest) == 0 || rest[0] != '{' {
		return
	}
	for rest = space(rest[1:]); len(rest) > 0 && rest[0] == '"'; {
		end := text(rest)
		name := rest[1:max(end-1, 1)]
		colon := space(rest[end:])
		if len(colon) == 0 {
			return
		}
		rest = space(colon[1:])
		end = value(rest)
		if end == 0 || !yield(name, rest[:end]) {
			return
		}
		if rest = space(rest[end:]); len(rest) > 0 && rest[0] == ',' {
			rest = space(rest[1:])
		}
	}
}

func space(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }

// text is how long the string is that b begins with.
func text(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// value is how long the value is that b begins with.
func value(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i += text(b[i:]) - 1
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // the end of the object around a number, true, false or null
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// appendValue adds a value as encoding/json would write it: names in order, no
// spaces. Postgres has its own order, and spaces.
func appendValue(b, v []byte) []byte {
	switch {
	case len(v) > 0 && v[0] == '{':
		return appendObject(b, v, nil)
	case len(v) > 0 && v[0] == '[':
		return appendArray(b, v)
	}
	return append(b, v...)
}

// inOne is how many members an object has at most before more room is made.
const inOne = 16

func appendObject(b []byte, s Stored, more []Member) []byte {
	var room [inOne]Member
	all := append(room[:0], more...)
	for key, value := range s.members {
		if !slices.ContainsFunc(more, func(m Member) bool { return m.Name == string(key) }) {
			all = append(all, Member{string(key), value})
		}
	}
	slices.SortFunc(all, func(x, y Member) int { return strings.Compare(x.Name, y.Name) })
	b = append(b, '{')
	for i, m := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, m.Name...)
		b = append(b, '"', ':')
		b = appendValue(b, m.Text)
	}
	return append(b, '}')
}

func appendArray(b, v []byte) []byte {
	b = append(b, '[')
	first := true
	for rest := space(v[1:]); len(rest) > 0 && rest[0] != ']'; {
		end := value(rest)
		if end == 0 {
			break
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendValue(b, rest[:end])
		if rest = space(rest[end:]); len(rest) > 0 && rest[0] == ',' {
			rest = space(rest[1:])
		}
	}
	return append(b, ']')
}

// SchemasWith are the URNs of a resource of the type that has these extensions.
func (t *Type) SchemasWith(extensions []string) string {
	if len(extensions) == 0 {
		return `["` + t.URN + `"]`
	}
	return `["` + t.URN + `","` + strings.Join(extensions, `","`) + `"]`
}
