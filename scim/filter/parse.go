package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

// limits bound what a filter may ask of us, before anything else looks at it:
// whoever holds a token of a directory writes filters.
type limits struct{ length, clauses, depth int }

var usual = limits{length: 8 << 10, clauses: 100, depth: 32}

// Parse reads a filter. What it cannot read is schema.ErrFilter with the place
// and a sentence for the administrator at the provider.
func Parse(text string) (Node, error) { return parse(text, usual) }

func parse(text string, l limits) (Node, error) {
	p := &parser{text: text, limits: l, fault: schema.ErrFilter, what: "filter"}
	if err := p.admit(); err != nil {
		return nil, err
	}
	p.spaces()
	n, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.spaces(); !p.end() {
		return nil, p.unexpected("and, or, or the end")
	}
	return n, nil
}

// ParseTarget reads the path of a PATCH operation; what it cannot read is
// schema.ErrPath.
func ParseTarget(text string) (Target, error) { return parseTarget(text, usual) }

func parseTarget(text string, l limits) (Target, error) {
	p := &parser{text: text, limits: l, fault: schema.ErrPath, what: "path"}
	if err := p.admit(); err != nil {
		return Target{}, err
	}
	path, err := p.path()
	if err != nil {
		return Target{}, err
	}
	t := Target{Path: path}
	if p.take('[') {
		if t.Where, err = p.brackets(); err != nil {
			return Target{}, err
		}
		if t.Sub, err = p.behind(); err != nil {
			return Target{}, err
		}
	}
	if !p.end() {
		return Target{}, p.unexpected("the end")
	}
	return t, nil
}

// parser walks over the text once; it never goes back further than a word.
type parser struct {
	text    string
	pos     int
	limits  limits
	clauses int
	depth   int
	inside  bool // between brackets: names are sub-attributes
	fault   *problem.Error
	what    string // filter or path, for sentences
}

// admit refuses what is too long or no text before a byte of it is read.
func (p *parser) admit() error {
	switch {
	case len(p.text) > p.limits.length:
		return p.fault.WithMessage(fmt.Sprintf("The %s has %d bytes; this server reads %d.", p.what, len(p.text), p.limits.length))
	case !utf8.ValidString(p.text):
		return p.fault.WithMessage(fmt.Sprintf("The %s is not UTF-8.", p.what))
	case strings.Trim(p.text, " ") == "":
		return p.fault.WithMessage(fmt.Sprintf("The %s is empty.", p.what))
	}
	return nil
}

// either is filters joined by or, which binds loosest (RFC 7644 §3.4.2.2).
func (p *parser) either() (Node, error) {
	return p.joined("or", p.both, func(l, r Node) Node { return Or{l, r} })
}

// both is filters joined by and.
func (p *parser) both() (Node, error) {
	return p.joined("and", p.one, func(l, r Node) Node { return And{l, r} })
}

func (p *parser) joined(word string, part func() (Node, error), join func(l, r Node) Node) (Node, error) {
	left, err := part()
	for err == nil && p.keyword(word) {
		var right Node
		if right, err = part(); err == nil {
			left = join(left, right)
		}
	}
	return left, err
}

// one is a filter that nothing joins: (…), not (…), attr op value, attr pr, attr[…].
func (p *parser) one() (Node, error) {
	if p.take('(') {
		return p.parentheses()
	}
	start := p.pos
	if strings.EqualFold(p.run(), "not") {
		if p.spaces(); p.take('(') {
			of, err := p.parentheses()
			return Not{of}, err
		}
	}
	p.pos = start // an attribute may be called not
	return p.clause()
}

func (p *parser) parentheses() (Node, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	p.spaces()
	n, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.spaces(); !p.take(')') {
		return nil, p.unexpected("a closing parenthesis")
	}
	p.depth--
	return n, nil
}

// clause is a filter on one attribute.
func (p *parser) clause() (Node, error) {
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if p.inside || !p.take('[') {
		return p.comparison(path)
	}
	of, err := p.brackets()
	if err != nil {
		return nil, err
	}
	// Entra asks emails[type eq "work"].value eq "x" for the user that it looks
	// for, which RFC 7644 does not know: one element must meet both.
	sub, err := p.behind()
	if err != nil || sub == "" {
		return Some{path, of}, err
	}
	more, err := p.comparison(schema.Path{Attr: sub})
	return Some{path, And{of, more}}, err
}

// brackets is what stands in attr[…].
func (p *parser) brackets() (Node, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	p.inside = true
	p.spaces()
	n, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.spaces(); !p.take(']') {
		return nil, p.unexpected("a closing bracket")
	}
	p.inside = false
	p.depth--
	return n, nil
}

// behind is the sub-attribute behind attr[…], if there is one.
func (p *parser) behind() (string, error) {
	if !p.take('.') {
		return "", nil
	}
	start := p.pos
	if sub := p.run(); isName(sub) {
		return sub, nil
	}
	p.pos = start
	return "", p.unexpected("the name of a sub-attribute")
}

// comparison is what follows an attribute: pr, or an operator and a value.
func (p *parser) comparison(path schema.Path) (Node, error) {
	if p.clauses++; p.clauses > p.limits.clauses {
		return nil, p.fault.WithMessage(fmt.Sprintf("The %s has more than %d comparisons.", p.what, p.limits.clauses))
	}
	p.spaces()
	start := p.pos
	op := strings.ToLower(p.run())
	switch Op(op) {
	case "pr":
		return Present{path}, nil
	case Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le:
	default:
		p.pos = start
		return nil, p.unexpected("one of eq, ne, co, sw, ew, gt, ge, lt, le, pr")
	}
	if !p.take(' ') {
		return nil, p.unexpected("a space and a value")
	}
	p.spaces()
	value, err := p.value()
	return Compare{path, Op(op), value}, err
}

// deeper counts what stands in parentheses or brackets.
func (p *parser) deeper() error {
	if p.depth++; p.depth > p.limits.depth {
		return p.fault.WithMessage(fmt.Sprintf("The %s has more than %d parentheses within one another.", p.what, p.limits.depth))
	}
	return nil
}
