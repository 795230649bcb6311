package patch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gatehouse/internal/problem"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// User is r after the operations, in their order; all of them, or none and an
// error. r is left alone. What changes nothing gives a resource that is Equal.
func User(r schema.Resource, operations []Operation) (schema.Resource, error) {
	w := work{t: schema.User, r: copyOf(r)}
	return w.run(operations)
}

// Group is User for a group. What becomes of its members is told, in the order of
// the operations, and is to be done where they are.
func Group(r schema.Resource, operations []Operation) (schema.Resource, []Members, error) {
	w := work{t: schema.Group, r: copyOf(r)}
	next, err := w.run(operations)
	if err != nil {
		return nil, nil, err
	}
	return next, gather(w.members), nil
}

// effort bounds how often elements of lists are compared in one PATCH: whoever
// has a token writes operations, filters and elements, and time is their product.
const effort = 2_000_000

// work is a PATCH under way.
type work struct {
	t       *schema.Type
	r       map[string]any // a copy
	members []Members
	spent   int
}

func (w *work) run(operations []Operation) (schema.Resource, error) {
	for i, o := range operations {
		if err := w.apply(o); err != nil {
			return nil, numbered(i, len(operations), err)
		}
	}
	return w.t.Normalize(w.r)
}

// numbered says which operation it was, where there are several.
func numbered(i, of int, err error) error {
	if p := problem.As(err); p != nil && of > 1 {
		return p.WithMessage(fmt.Sprintf("Operation %d: %s", i+1, p.Message))
	}
	return err
}

func (w *work) spend(comparisons int) error {
	if w.spent += comparisons; w.spent > effort {
		return schema.ErrTooLarge.WithMessage("The operations compare too many values; send them in parts.")
	}
	return nil
}

func (w *work) apply(o Operation) error {
	if o.Target == nil {
		return w.spread(o.Op, o.Value)
	}
	return w.at(place{op: o.Op, Target: *o.Target, named: true}, o.Value)
}

// spread is an operation without a path: the keys of its value are paths. It is
// how Okta renames and deactivates, and what Entra's flag aadOptscim062020 makes
// of several values. Like the body of a PUT it may name what is read-only (Okta
// sends a group's id with its name) and what nobody knows.
func (w *work) spread(op string, value any) error {
	object, ok := value.(map[string]any)
	if op == OpRemove {
		return schema.ErrNoTarget.WithMessage("A remove needs a path to an attribute.")
	}
	if !ok {
		return schema.ErrValue.WithMessage("Without a path, the value must be an object of attributes.")
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		target, err := targetOf(key)
		if err != nil {
			if strings.Contains(key, "[") {
				return err
			}
			if err := w.setLoose(w.r, op, key, object[key]); err != nil { // no path at all: somebody's own name
				return err
			}
			continue
		}
		if err := w.at(place{op: op, Target: target, key: key}, object[key]); err != nil {
			return err
		}
	}
	return nil
}

// place is where an operation acts.
type place struct {
	filter.Target
	op    string
	named bool   // by a path; else it came as a key of a value
	key   string // which it was
}

// at does an operation at its place.
func (w *work) at(p place, value any) error {
	whole := p.Path.String()
	p.Path = w.t.Canonical(p.Path)
	if p.Where != nil && p.Path.Sub != "" {
		return unknown(p)
	}
	if p.Where == nil {
		p.Sub, p.Path.Sub = p.Path.Sub, ""
	}
	a, _ := w.t.Find(p.Path)
	switch {
	case a != nil:
		return w.known(p, a, value)
	case p.Path.Attr == "" && p.Path.URN == "":
		return w.spread(p.op, value)
	case w.isWhole(p, whole, value):
		return w.extension(p, whole, value)
	}
	return w.foreign(p, value)
}

// isWhole reports whether a path means a schema of somebody else's as a whole: its
// URN alone does not say where it ends.
func (w *work) isWhole(p place, whole string, value any) bool {
	if p.Path.URN == "" || p.Where != nil || p.Sub != "" {
		return false
	}
	if p.Path.Attr == "" || has(w.r, whole) {
		return true
	}
	_, isObject := value.(map[string]any)
	return isObject && !has(w.r, p.Path.URN) && !w.knows(p.Path.URN)
}

// knows reports whether a URN is of one of the type's extensions.
func (w *work) knows(urn string) bool {
	return slices.ContainsFunc(w.t.Extensions, func(x schema.Extension) bool { return x.URN == urn })
}

// extension acts on all attributes of an extension.
func (w *work) extension(p place, urn string, value any) error {
	if w.knows(p.Path.URN) {
		urn = p.Path.URN
	}
	object, isObject := value.(map[string]any)
	there := w.r[keyOf(w.r, urn)]
	if _, ok := there.(map[string]any); there != nil && !ok {
		return w.setLoose(w.r, p.op, urn, value) // no schema, but somebody's own name that looks like one's
	}
	switch {
	case p.op == OpRemove, !isObject && !schema.Assigned(value):
		delete(w.r, keyOf(w.r, urn))
		return nil
	case !isObject:
		return schema.ErrValue.WithMessage(schema.Quote(urn) + " takes an object of attributes.")
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if !w.knows(urn) {
			if err := w.setLoose(w.holder(urn), p.op, key, object[key]); err != nil {
				return err
			}
			continue
		}
		attr, sub, _ := strings.Cut(key, ".")
		inner := place{op: p.op, key: key, Target: filter.Target{Path: schema.Path{URN: urn, Attr: attr, Sub: sub}}}
		if err := w.at(inner, object[key]); err != nil {
			return err
		}
	}
	return nil
}

// holder is where the attributes of a schema stand. One that is empty in the end
// goes when the whole is normalized.
func (w *work) holder(urn string) map[string]any {
	if urn == "" {
		return w.r
	}
	key := keyOf(w.r, urn)
	within, ok := w.r[key].(map[string]any)
	if !ok {
		within = map[string]any{}
		w.r[key] = within
	}
	return within
}

// known acts on an attribute that the type has.
func (w *work) known(p place, a *schema.Attribute, value any) error {
	switch {
	case a.Name == "schemas", a.Mutability == schema.WriteOnly:
		return nil // what an answer names follows from what it holds; a password is thrown away
	case a.Mutability == schema.ReadOnly:
		return readOnly(p, a.Name)
	case a.Name == "members":
		return w.changeMembers(p, a, value)
	case p.Where != nil && !a.Multi:
		return schema.ErrPath.WithMessage(a.Name + " is no list: nothing can stand in brackets behind it.")
	}
	holder := w.holder(p.Path.URN)
	if p.Sub != "" && a.Kind != schema.Complex && !p.named {
		return w.setLoose(holder, p.op, p.key, value) // userName.x, as somebody calls it
	}
	sub, err := w.sub(p, a, holder)
	if err != nil || p.Sub != "" && sub == nil {
		return err
	}
	l := list{w: w, a: a, holder: holder}
	switch {
	case !a.Multi && sub == nil:
		return w.single(p, a, holder, value)
	case !a.Multi:
		return w.part(p, a, holder, sub, value)
	case p.Where != nil:
		return l.selected(p, sub, value)
	case sub != nil:
		return l.each(p, sub, value)
	}
	return l.whole(p, value)
}

// sub is the sub-attribute at a place. One that nobody knows must be there, or
// come as a key; one that is read-only is nil, with an error where a path
// named it.
func (w *work) sub(p place, a *schema.Attribute, holder map[string]any) (*schema.Attribute, error) {
	if p.Sub == "" {
		return nil, nil
	}
	if a.Kind != schema.Complex {
		return nil, unknown(p)
	}
	sub := a.SubAttribute(p.Sub)
	switch {
	case sub == nil && p.named && !holds(holder[a.Name], p.Sub):
		return nil, unknown(p)
	case sub == nil:
		return &schema.Attribute{Name: p.Sub, Kind: anyKind}, nil
	case sub.Mutability == schema.ReadOnly:
		return nil, readOnly(p, a.Name+"."+sub.Name)
	}
	return sub, nil
}

// anyKind is of a sub-attribute that nobody knows: its values stay as they came.
const anyKind schema.Kind = ""

// coerce is a value as a sub-attribute's documents hold it.
func coerce(sub *schema.Attribute, value any) (any, error) {
	if sub.Kind == anyKind {
		return schema.Clean(value), nil
	}
	return sub.Coerce(value)
}

// holds reports whether an object, or an object in a list, has something by that
// name.
func holds(value any, name string) bool {
	switch v := value.(type) {
	case map[string]any:
		return has(v, name)
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return holds(element, name) })
	}
	return false
}

func readOnly(p place, name string) error {
	if !p.named {
		return nil
	}
	return schema.ErrMutability.WithMessage(name + " is read-only.")
}

func unknown(p place) error {
	return schema.ErrPath.WithMessage("There is no attribute " + schema.Quote(p.String()) + " here. Attributes of your own belong under the URN of a schema of your own.")
}

// weight is how many values there are in one: what comparing it takes.
func weight(value any) int {
	n := 1
	switch v := value.(type) {
	case map[string]any:
		for _, element := range v {
			n += weight(element)
		}
	case []any:
		for _, element := range v {
			n += weight(element)
		}
	}
	return n
}

// copyOf is a deep copy.
func copyOf(r schema.Resource) map[string]any {
	out, _ := clone(map[string]any(r)).(map[string]any)
	return out
}

func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, element := range v {
			out[key] = clone(element)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = clone(element)
		}
		return out
	}
	return value
}
