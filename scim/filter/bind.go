package filter

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/scim/schema"
)

// Test is a comparison with its attribute found and its value read: what Bind
// makes of Compare and Present. An attribute without a value fails every test.
type Test struct {
	Path schema.Path // in its canonical spelling; within Some, of an element
	// Attr is what is compared; nil for an attribute of an extension that no
	// schema here describes, whose values are what their JSON says they are.
	Attr  *schema.Attribute
	Op    Op  // Pr for present
	Value any // string (folded unless the attribute is caseExact), bool or time.Time; nil with Pr
}

// Pr is Test's operator for what is only asked to be there.
const Pr Op = "pr"

func (Test) node() {}

// Exact reports whether the attribute's texts compare with regard to case.
func (t Test) Exact() bool { return t.Attr != nil && t.Attr.CaseExact }

// Check says in schema.ErrFilter why n cannot be asked of resources of t: an
// attribute that nobody knows, an operator that the attribute does not have, a
// value of another type. A filter that is let through half is never an option:
// it would answer the whole directory.
func Check(t *schema.Type, n Node) error {
	_, err := Bind(t, n)
	return err
}

// Bind is n of And, Or, Not, Some and Test alone, with every attribute found and
// every value read; what is asked of one element of a list stands in Some. The
// error is Check's.
func Bind(t *schema.Type, n Node) (Node, error) {
	return bind(n, binder{
		leaf: func(p schema.Path, op Op, value any) (Node, error) { return bindLeaf(t, p, op, value) },
		some: func(s Some) (Node, error) { return bindSome(t, s) },
	})
}

// BindElement is Bind for what stands in brackets: n asks about an element of a;
// a is nil where no schema describes it.
func BindElement(a *schema.Attribute, n Node) (Node, error) {
	return bind(n, binder{
		leaf: func(p schema.Path, op Op, value any) (Node, error) { return bindInElement(a, p, op, value) },
		some: func(s Some) (Node, error) { return nil, refused(s.Path, "cannot have brackets of its own") },
	})
}

type binder struct {
	leaf func(schema.Path, Op, any) (Node, error)
	some func(Some) (Node, error)
}

func bind(n Node, b binder) (Node, error) {
	switch n := n.(type) {
	case And:
		left, right, err := bindBoth(n.Left, n.Right, b)
		return And{left, right}, err
	case Or:
		left, right, err := bindBoth(n.Left, n.Right, b)
		return Or{left, right}, err
	case Not:
		of, err := bind(n.Of, b)
		return Not{of}, err
	case Present:
		return b.leaf(n.Path, Pr, nil)
	case Compare:
		if n.Value != nil {
			return b.leaf(n.Path, n.Op, n.Value)
		}
		return bindNull(n, b)
	case Some:
		return b.some(n)
	}
	return nil, fmt.Errorf("filter: %T is bound already", n)
}

func bindBoth(left, right Node, b binder) (Node, Node, error) {
	l, err := bind(left, b)
	if err != nil {
		return nil, nil, err
	}
	r, err := bind(right, b)
	return l, r, err
}

// bindNull reads a comparison with null, which is the same as not assigned (RFC
// 7643 §2.5).
func bindNull(n Compare, b binder) (Node, error) {
	test, err := b.leaf(n.Path, Pr, nil)
	switch {
	case err != nil || n.Op == Ne:
		return test, err
	case n.Op == Eq:
		return Not{test}, nil
	}
	return nil, refused(n.Path, "cannot be compared with null by "+string(n.Op))
}

func bindLeaf(t *schema.Type, p schema.Path, op Op, value any) (Node, error) {
	p = t.Canonical(p)
	attr, sub := t.Find(p)
	if attr == nil {
		return bindForeign(t, p, op, value)
	}
	if attr.Mutability == schema.WriteOnly || attr.Kind == schema.Reference && attr.Multi {
		return nil, refused(p, "nothing can be compared with") // password; schemas
	}
	if p.Sub != "" && sub == nil {
		return nil, refused(p, "this server does not know")
	}
	if sub == nil && attr.Kind == schema.Complex && op != Pr {
		// A bare complex name means its value, where it has one.
		if sub = attr.SubAttribute("value"); sub == nil {
			return nil, refused(p, "has no value of its own; compare one of its sub-attributes")
		}
		p.Sub = sub.Name
	}
	if !attr.Multi || sub == nil {
		last := attr
		if sub != nil {
			last = sub
		}
		return test(p, last, op, value)
	}
	of, err := test(schema.Path{Attr: sub.Name}, sub, op, value)
	return Some{schema.Path{URN: p.URN, Attr: p.Attr}, of}, err
}

// bindForeign is a test of an extension's attribute that no schema here
// describes: providers store their own and may look people up by them (RFC 7643
// §3.3).
func bindForeign(t *schema.Type, p schema.Path, op Op, value any) (Node, error) {
	known := slices.ContainsFunc(t.Extensions, func(x schema.Extension) bool { return x.URN == p.URN })
	if p.URN == "" || p.Attr == "" || known {
		return nil, refused(p, "this server does not know")
	}
	return test(p, nil, op, value)
}

func bindSome(t *schema.Type, s Some) (Node, error) {
	p := t.Canonical(s.Path)
	attr, _ := t.Find(p)
	switch {
	case attr == nil:
		return nil, refused(p, "this server does not know as a list")
	case !attr.Multi || attr.Kind != schema.Complex || p.Sub != "":
		return nil, refused(p, "is no list of elements, as brackets need it")
	}
	of, err := BindElement(attr, s.Of)
	return Some{p, of}, err
}

func bindInElement(a *schema.Attribute, p schema.Path, op Op, value any) (Node, error) {
	if p.URN != "" || p.Sub != "" {
		return nil, refused(p, "is no sub-attribute")
	}
	if a == nil {
		return test(p, nil, op, value)
	}
	sub := a.SubAttribute(p.Attr)
	if sub == nil {
		return nil, refused(schema.Path{Attr: a.Name, Sub: p.Attr}, "this server does not know")
	}
	return test(schema.Path{Attr: sub.Name}, sub, op, value)
}

func test(p schema.Path, attr *schema.Attribute, op Op, value any) (Node, error) {
	if attr != nil && attr.Kind == schema.Reference && attr.Mutability != schema.ReadWrite {
		return nil, refused(p, "is made for the answer; compare the id") // $ref, meta.location
	}
	if op == Pr {
		return Test{p, attr, op, nil}, nil
	}
	if _, ok := value.(json.Number); ok {
		return nil, refused(p, "is no number")
	}
	kind := schema.String
	if attr != nil {
		kind = attr.Kind
	} else if _, ok := value.(bool); ok {
		kind = schema.Boolean
	}
	value, err := literal(p, kind, op, value)
	if s, ok := value.(string); ok && (attr == nil || !attr.CaseExact) {
		value = schema.Fold(s)
	}
	return Test{p, attr, op, value}, err
}

// literal is a comparison's value as a value of its attribute's kind.
func literal(p schema.Path, kind schema.Kind, op Op, value any) (any, error) {
	switch kind {
	case schema.Boolean:
		if op != Eq && op != Ne {
			return nil, refused(p, "is true or false, and "+string(op)+" does not compare those")
		}
		if b, ok := asBool(value); ok {
			return b, nil
		}
		return nil, refused(p, "is true or false, and nothing else")
	case schema.DateTime:
		if op == Co || op == Sw || op == Ew {
			return nil, refused(p, "is a point in time, and "+string(op)+" does not compare those")
		}
		if at, ok := asInstant(value); ok {
			return at, nil
		}
		return nil, refused(p, `is a point in time, such as "2026-01-31T09:30:00Z"`)
	}
	if s, ok := value.(string); ok {
		return s, nil
	}
	return nil, refused(p, `is a text; write its value in quotation marks`)
}

// asBool takes "True" as well: so Entra writes booleans.
func asBool(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		isTrue := strings.EqualFold(v, "true")
		return isTrue, isTrue || strings.EqualFold(v, "false")
	}
	return false, false
}

// asInstant reads a dateTime (RFC 7643 §2.3.5), of as many digits as it has.
func asInstant(v any) (time.Time, bool) {
	s, _ := v.(string)
	at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	return at, err == nil
}

func refused(p schema.Path, why string) error {
	return schema.ErrFilter.WithMessage("The filter names " + schema.Quote(p.String()) + ", which " + why + ".")
}
