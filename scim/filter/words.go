package filter

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"gatehouse/scim/schema"
)

func (p *parser) end() bool { return p.pos == len(p.text) }

func (p *parser) take(c byte) bool {
	if p.end() || p.text[p.pos] != c {
		return false
	}
	p.pos++
	return true
}

func (p *parser) spaces() {
	for p.take(' ') {
	}
}

// run takes the characters of which names, URNs (RFC 8141 §2, less brackets and
// quotes), operators and keywords consist.
func (p *parser) run() string {
	start := p.pos
	for !p.end() && isRunByte(p.text[p.pos]) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func isRunByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-_$:.+@%/~!,;=*", c) >= 0
}

// keyword takes the word, if it is what comes next.
func (p *parser) keyword(word string) bool {
	start := p.pos
	p.spaces()
	if p.pos > start && strings.EqualFold(p.run(), word) && (p.take(' ') || !p.end() && p.text[p.pos] == '(') {
		p.spaces()
		return true
	}
	p.pos = start
	return false
}

// path takes an attribute's name; between brackets that of a sub-attribute.
func (p *parser) path() (schema.Path, error) {
	start := p.pos
	text := p.run()
	wanted := "the name of an attribute"
	if p.inside {
		wanted = "the name of a sub-attribute"
		if isName(text) {
			return schema.Path{Attr: text}, nil
		}
	} else if path, err := schema.ParsePath(text); err == nil {
		return path, nil
	}
	p.pos = start
	return schema.Path{}, p.unexpected(wanted)
}

// isName reports whether s names an attribute of no other schema, or a sub-attribute.
func isName(s string) bool {
	path, err := schema.ParsePath(s)
	return err == nil && path.URN == "" && path.Sub == ""
}

// value takes a JSON literal (RFC 7644 figure 1: compValue).
func (p *parser) value() (any, error) {
	if !p.end() && p.text[p.pos] == '"' {
		return p.quoted()
	}
	start := p.pos
	for !p.end() && strings.IndexByte(" ()[]\"", p.text[p.pos]) < 0 {
		p.pos++
	}
	switch text := p.text[start:p.pos]; {
	case text == "true":
		return true, nil
	case text == "false":
		return false, nil
	case text == "null":
		return nil, nil
	case text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && json.Valid([]byte(text)):
		return json.Number(text), nil
	}
	p.pos = start
	return nil, p.unexpected(`a value: "text" in quotation marks, a number, true, false or null`)
}

// quoted takes a JSON string. A NUL is in none: no database column could hold it.
func (p *parser) quoted() (any, error) {
	for i := p.pos + 1; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++ // whatever it escapes ends nothing
		case '"':
			var s string
			if err := json.Unmarshal([]byte(p.text[p.pos:i+1]), &s); err != nil || strings.IndexByte(s, 0) >= 0 {
				return nil, p.unexpected("a string as JSON writes it")
			}
			p.pos = i + 1
			return s, nil
		}
	}
	return nil, p.unexpected("a string with a closing quotation mark")
}

// excerpt is how much of a filter a refusal repeats.
const excerpt = 24

// unexpected says what should stand where the parser stopped.
func (p *parser) unexpected(wanted string) error {
	found := "it ends"
	if rest := p.text[p.pos:]; rest != "" {
		if len(rest) > excerpt {
			cut := excerpt
			for !utf8.RuneStart(rest[cut]) {
				cut--
			}
			rest = rest[:cut] + "…"
		}
		found = "there is " + rest
	}
	at := utf8.RuneCountInString(p.text[:p.pos]) + 1
	return p.fault.WithMessage(fmt.Sprintf("The %s cannot be read: at character %d it needs %s, but %s.", p.what, at, wanted, found))
}
