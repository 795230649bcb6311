package i18n

import (
	"fmt"
	"strings"
)

// The kinds of a node.
type kind int

const (
	kindText   kind = iota // words
	kindValue              // {name}
	kindNumber             // {name, number}
	kindHash               // # inside a plural
	kindPlural             // {name, plural, …}
	kindSelect             // {name, select, …}
	kindTag                // <name>…</name>
)

// node is one piece of a message. Messages come from our own files only, so
// the parser may be strict: what it does not know is an error.
type node struct {
	kind     kind
	text     string             // kindText: the words; else the variable or tag
	children message            // kindTag
	branches map[string]message // kindPlural, kindSelect
}

type parser struct {
	rest string
}

func parse(text string) (message, error) {
	p := &parser{rest: text}
	m, err := p.message(false)
	if err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, fmt.Errorf("unexpected %q", p.rest)
	}
	return m, nil
}

// message reads until the end, a closing brace or a closing tag.
func (p *parser) message(plural bool) (message, error) {
	var m message
	stops := "{}<"
	if plural {
		stops += "#"
	}
	for p.rest != "" {
		switch {
		case p.rest[0] == '}' || strings.HasPrefix(p.rest, "</"):
			return m, nil
		case p.rest[0] == '{':
			n, err := p.braces(plural)
			if err != nil {
				return nil, err
			}
			m = append(m, n)
		case p.rest[0] == '<':
			n, err := p.tag(plural)
			if err != nil {
				return nil, err
			}
			m = append(m, n)
		case plural && p.rest[0] == '#':
			p.rest = p.rest[1:]
			m = append(m, node{kind: kindHash})
		default:
			m = append(m, node{kind: kindText, text: p.until(stops)})
		}
	}
	return m, nil
}

func (p *parser) braces(plural bool) (node, error) {
	p.rest = p.rest[1:]
	name := strings.TrimSpace(p.until(",}"))
	if !isName(name) {
		return node{}, fmt.Errorf("%q is not a variable's name", name)
	}
	if p.take("}") {
		return node{kind: kindValue, text: name}, nil
	}
	if !p.take(",") {
		return node{}, fmt.Errorf("{%s is not closed", name)
	}
	format := strings.TrimSpace(p.until(",}"))
	if format == "number" && p.take("}") {
		return node{kind: kindNumber, text: name}, nil
	}
	if !p.take(",") || (format != "plural" && format != "select") {
		return node{}, fmt.Errorf("{%s, %s} is not a form we know", name, format)
	}
	n := node{kind: kindSelect, text: name}
	if format == "plural" {
		n.kind, plural = kindPlural, true
	}
	branches, err := p.branches(plural)
	n.branches = branches
	return n, err
}

// branches reads "one {…} other {…}}". Every choice needs an "other".
func (p *parser) branches(plural bool) (map[string]message, error) {
	branches := map[string]message{}
	for {
		p.rest = strings.TrimLeft(p.rest, " \n\t")
		if p.take("}") {
			break
		}
		name := strings.TrimSpace(p.until("{}"))
		if name == "" || !p.take("{") {
			return nil, fmt.Errorf("a choice is not closed at %q", p.rest)
		}
		m, err := p.message(plural)
		if err != nil {
			return nil, err
		}
		if !p.take("}") {
			return nil, fmt.Errorf("the choice %q is not closed", name)
		}
		if _, twice := branches[name]; twice {
			return nil, fmt.Errorf("the choice %q is there twice", name)
		}
		branches[name] = m
	}
	if _, ok := branches["other"]; !ok {
		return nil, fmt.Errorf("a choice has no other")
	}
	return branches, nil
}

func (p *parser) tag(plural bool) (node, error) {
	p.rest = p.rest[1:]
	name := p.until(">")
	if !isName(name) || !p.take(">") {
		return node{}, fmt.Errorf("<%s is not a tag", name)
	}
	children, err := p.message(plural)
	if err != nil {
		return node{}, err
	}
	if !p.take("</" + name + ">") {
		return node{}, fmt.Errorf("<%s> is not closed", name)
	}
	return node{kind: kindTag, text: name, children: children}, nil
}

func (p *parser) until(stops string) string {
	i := strings.IndexAny(p.rest, stops)
	if i < 0 {
		i = len(p.rest)
	}
	text := p.rest[:i]
	p.rest = p.rest[i:]
	return text
}

func (p *parser) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.rest, prefix)
	p.rest = rest
	return ok
}

func isName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != '_' {
			return false
		}
	}
	return s != ""
}
