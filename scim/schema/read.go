package schema

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Read is a body as a resource: Decode and Normalize.
func (t *Type) Read(body []byte) (Resource, error) {
	doc, err := Decode(body)
	if err != nil {
		return nil, err
	}
	return t.Normalize(doc)
}

// New is what POST makes of doc. A person is let in unless it says otherwise.
func (t *Type) New(doc map[string]any) (Resource, error) {
	return t.with(doc, Resource{"active": true})
}

// Replace is what PUT makes of the resource that is there. What doc leaves out
// is cleared, less active: an incomplete PUT must not bring back who has left,
// nor lock anybody out.
func (t *Type) Replace(there Resource, doc map[string]any) (Resource, error) {
	return t.with(doc, there)
}

func (t *Type) with(doc map[string]any, there Resource) (Resource, error) {
	r, err := t.Normalize(doc)
	if err != nil {
		return nil, err
	}
	if _, said := r["active"]; !said && t.index["active"] != nil {
		r["active"] = there.Active()
	}
	return r, nil
}

// Normalize makes a resource of a document: names that are known in their own
// spelling, values of their kinds ("True" is true, RFC 7643 §2.3.2 says boolean
// and Entra writes a string), and nothing that is read-only, secret or not
// assigned: null, "", [] and {} are the same as absent (§2.5). Attributes and
// extensions that nobody knows are kept as they were sent. doc is left alone,
// and the resource shares nothing with it.
func (t *Type) Normalize(doc map[string]any) (Resource, error) {
	n := normalizer{t: t, out: Resource{}}
	// The order decides where a name comes twice, once with its URN: first those
	// without.
	keys := slices.SortedFunc(maps.Keys(doc), func(a, b string) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(a, b))
	})
	for _, key := range keys {
		if err := n.take(key, doc[key]); err != nil {
			return nil, err
		}
	}
	if err := t.check(n.out); err != nil {
		return nil, err
	}
	return n.out, nil
}

func rank(key string) int {
	switch {
	case isURN(key):
		return 2
	case strings.Contains(key, "."):
		return 1
	}
	return 0
}

type normalizer struct {
	t   *Type
	out Resource
}

// take takes one member of a document: an attribute, attr.sub, a schema's URN
// with its attributes below, or a URN and an attribute of it.
func (n *normalizer) take(key string, value any) error {
	if a := lookUp(n.t.index, key); a != nil {
		return set(n.out, a, value)
	}
	if isURN(key) {
		return n.takeURN(key, value)
	}
	if base, sub, dotted := strings.Cut(key, "."); dotted {
		if a := lookUp(n.t.index, base); a != nil && a.Kind == Complex && !a.Multi {
			return set(n.out, a, map[string]any{sub: value})
		}
	}
	keep(n.out, key, value)
	return nil
}

func (n *normalizer) takeURN(key string, value any) error {
	urn, name := splitURN(key)
	if isURN(name) { // no schema stands in another
		return nil
	}
	switch x := n.t.extension(urn); {
	case name == "" && n.t.isOwn(urn): // its own attributes below its own URN
		return n.each(key, value, n.take)
	case name != "" && n.t.isOwn(urn):
		return n.take(name, value)
	case x != nil && name == "":
		return n.each(key, value, func(name string, value any) error { return n.takeExtension(x, name, value) })
	case x != nil:
		return n.takeExtension(x, name, value)
	}
	n.keepForeign(key, value)
	return nil
}

// keepForeign puts what stands under somebody else's URN where it belongs. An
// object has their attributes; with anything else the name of one of them ends
// the URN.
func (n *normalizer) keepForeign(key string, value any) {
	object, isObject := value.(map[string]any)
	p, err := ParsePath(key)
	switch {
	case isObject:
		n.keepUnder(key, object)
	case err != nil || p.Attr == "" || p.Sub != "":
		keep(n.out, key, value)
	default:
		n.keepUnder(p.URN, map[string]any{p.Attr: value})
	}
}

// keepUnder keeps attributes under a URN, beside those that are there already.
func (n *normalizer) keepUnder(urn string, object map[string]any) {
	urn = KeyOf(n.out, urn)
	holder, isHeld := n.out[urn].(map[string]any)
	if !isHeld {
		holder = map[string]any{}
	}
	for name, value := range object {
		keep(holder, name, value)
	}
	if len(holder) > 0 {
		n.out[urn] = holder
	}
}

// each takes the members of a schema's object, in an order that does not change.
func (n *normalizer) each(urn string, value any, take func(string, any) error) error {
	if !Assigned(value) {
		return nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		return ErrValue.WithMessage(Quote(urn) + " must be an object.")
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if isURN(key) { // no schema stands in another
			continue
		}
		if err := take(key, object[key]); err != nil {
			return err
		}
	}
	return nil
}

func (n *normalizer) takeExtension(x *Extension, name string, value any) error {
	within, _ := n.out[x.URN].(map[string]any)
	if within == nil {
		within = map[string]any{}
	}
	base, sub, dotted := strings.Cut(name, ".")
	if a := lookUp(x.index, name); a != nil {
		if err := set(within, a, value); err != nil {
			return err
		}
	} else if a := lookUp(x.index, base); dotted && a != nil && a.Kind == Complex {
		if err := set(within, a, map[string]any{sub: value}); err != nil {
			return err
		}
	} else {
		keep(within, name, value)
	}
	if len(within) > 0 {
		n.out[x.URN] = within
	}
	return nil
}

// set puts what was sent of a known attribute where it belongs. What is
// read-only is not taken, members have their own table, and a password is
// nobody's business here.
func set(holder map[string]any, a *Attribute, value any) error {
	if !a.kept() {
		return nil
	}
	value, err := a.Coerce(value)
	if err != nil || value == nil {
		return err
	}
	there, isComplex := holder[a.Name].(map[string]any)
	if more, ok := value.(map[string]any); ok && isComplex {
		maps.Copy(there, more) // name, and name.givenName beside it
		return nil
	}
	holder[a.Name] = value
	return nil
}

func (a *Attribute) kept() bool {
	return a.Mutability != ReadOnly && a.Mutability != WriteOnly && a.Name != "members"
}

// keep puts what nobody knows where it was sent.
func keep(holder map[string]any, key string, value any) {
	if value = Clean(value); value != nil {
		holder[KeyOf(holder, key)] = value
	}
}
