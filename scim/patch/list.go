package patch

import (
	"slices"
	"strconv"

	"gatehouse/internal/problem"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// list is a multi-valued attribute that is acted on.
type list struct {
	w       *work
	a       *schema.Attribute
	holder  map[string]any
	foreign bool // no schema has it
}

func (l list) values() []any {
	values, _ := l.holder[l.a.Name].([]any)
	return values
}

// put puts the values back, of which those at touched were written. One of them
// at most may be primary, and then the others are not (RFC 7644 §3.5.2).
func (l list) put(values []any, touched []int) error {
	if len(values) > schema.MaxElements {
		return schema.ErrValue.WithMessage(l.a.Name + " has at most " + strconv.Itoa(schema.MaxElements) + " values.")
	}
	first := -1
	for _, i := range touched {
		if !schema.IsPrimary(values[i]) {
			continue
		}
		if first >= 0 {
			return schema.ErrValue.WithMessage("At most one of " + l.a.Name + " may be primary.")
		}
		first = i
	}
	if first >= 0 {
		demote(values, first)
	}
	if len(values) == 0 {
		delete(l.holder, l.a.Name)
	} else {
		l.holder[l.a.Name] = values
	}
	return nil
}

// demote makes the element at that place the only one that is primary.
func demote(values []any, but int) {
	for i, v := range values {
		if i != but && schema.IsPrimary(v) {
			v.(map[string]any)["primary"] = false
		}
	}
}

// sent is a value as a list of elements: one object, or one text, counts as a
// list of one.
func (l list) sent(value any) ([]any, error) {
	if _, ok := value.(string); ok {
		value = []any{value}
	}
	value, err := l.a.Coerce(value)
	elements, _ := value.([]any)
	return elements, err
}

// whole acts on the list as a whole.
func (l list) whole(p place, value any) error {
	if p.op == OpRemove && value == nil {
		return l.put(nil, nil)
	}
	elements, err := l.sent(value)
	if err != nil {
		return err
	}
	switch p.op {
	case OpAdd:
		return l.add(elements)
	case OpReplace:
		return l.put(elements, nil)
	}
	return l.remove(elements)
}

// add appends what is not yet there. What is there with the same value and type
// takes what is said of it further.
func (l list) add(elements []any) error {
	values := l.values()
	for _, element := range elements {
		if err := l.w.spend(len(values) * weight(element)); err != nil {
			return err
		}
		sent, _ := element.(map[string]any)
		at := l.find(values, sent)
		switch {
		case at < 0:
			values, at = append(values, element), len(values)
		case sent["value"] != nil:
			if err := l.complete(values[at], sent); err != nil {
				return err
			}
		}
		if len(values) > schema.MaxElements {
			break // put refuses it
		}
		if schema.IsPrimary(values[at]) {
			demote(values, at)
		}
	}
	return l.put(values, nil)
}

// find is the place of the element that was sent: the one that says exactly that,
// else the one that is meant.
func (l list) find(values []any, sent map[string]any) int {
	at := slices.IndexFunc(values, func(v any) bool {
		element, _ := v.(map[string]any)
		return says(element, sent)
	})
	if at >= 0 {
		return at
	}
	return slices.IndexFunc(values, func(v any) bool { return l.isMeant(v, sent) })
}

// says reports whether an element says all of what was sent.
func says(element, sent map[string]any) bool {
	for key, value := range sent {
		if !schema.Same(element[schema.KeyOf(element, key)], value) {
			return false
		}
	}
	return true
}

// same compares one sub-attribute as filters compare it.
func (l list) same(element, sent map[string]any, name string) bool {
	there, wanted := element[schema.KeyOf(element, name)], sent[name]
	a, ok := there.(string)
	b, also := wanted.(string)
	if !ok || !also {
		return schema.Same(there, wanted)
	}
	if sub := l.a.SubAttribute(name); sub != nil && sub.CaseExact {
		return a == b
	}
	return schema.Fold(a) == schema.Fold(b)
}

func (l list) complete(value any, sent map[string]any) error {
	element, _ := value.(map[string]any)
	if err := l.w.spend(len(element) * len(sent)); err != nil {
		return err
	}
	for key, v := range sent {
		element[schema.KeyOf(element, key)] = v
	}
	return nil
}

// remove takes the elements out that were sent, as Entra removes. Nothing sent is
// nothing removed.
func (l list) remove(elements []any) error {
	values := l.values()
	if err := l.w.spend(len(values) * weight(elements)); err != nil {
		return err
	}
	return l.put(slices.DeleteFunc(values, func(v any) bool {
		return slices.ContainsFunc(elements, func(sent any) bool { return l.isMeant(v, sent) })
	}), nil)
}

// isMeant reports whether an element is the one that was sent: it has the same
// value, and the same type where one was sent (RFC 7643 §2.4: the combination of
// the two is one's own); where no value was sent, it says all that was.
func (l list) isMeant(value, sent any) bool {
	element, _ := value.(map[string]any)
	wanted, _ := sent.(map[string]any)
	if wanted["value"] != nil {
		return l.same(element, wanted, "value") && (wanted["type"] == nil || l.same(element, wanted, "type"))
	}
	for name := range wanted {
		if !l.same(element, wanted, name) {
			return false
		}
	}
	return true
}

// each acts on a sub-attribute of every element; where there is none, add and
// replace make one.
func (l list) each(p place, sub *schema.Attribute, value any) error {
	values := l.values()
	value, err := l.valueOf(p, sub, value)
	if err != nil {
		return err
	}
	if len(values) == 0 && value != nil {
		values = []any{map[string]any{}}
	}
	all := make([]int, len(values))
	for i := range values {
		all[i] = i
	}
	return l.set(values, all, sub, value)
}

// valueOf is a value of a sub-attribute: nil where it is to be cleared.
func (l list) valueOf(p place, sub *schema.Attribute, value any) (any, error) {
	if p.op == OpRemove {
		return nil, nil
	}
	value, err := coerce(sub, value)
	return value, within(l.a, err)
}

// set writes a sub-attribute of the elements at those places. Of an element
// nothing may be left: then it goes.
func (l list) set(values []any, at []int, sub *schema.Attribute, value any) error {
	for _, i := range at {
		element, ok := values[i].(map[string]any)
		if !ok {
			continue
		}
		if name := schema.KeyOf(element, sub.Name); value == nil {
			delete(element, name)
		} else {
			element[name] = clone(value)
		}
	}
	if err := l.put(values, at); err != nil {
		return err
	}
	return l.put(slices.DeleteFunc(l.values(), func(v any) bool { return !schema.Assigned(v) }), nil)
}

// within says of which attribute a sub-attribute's error is.
func within(a *schema.Attribute, err error) error {
	if p := problem.As(err); p != nil {
		return p.WithMessage(a.Name + "." + p.Message)
	}
	return err
}

// selected acts on the elements that fit what stands in brackets, or on a
// sub-attribute of theirs. Where none fits, add and replace make one of the
// brackets' pairs: so Entra writes the first address for work.
func (l list) selected(p place, sub *schema.Attribute, value any) error {
	values := l.values()
	at, err := l.fitting(p.Where, values)
	switch {
	case err != nil:
		return err
	case p.op == OpRemove && sub == nil:
		return l.put(without(values, at), nil)
	case p.op == OpRemove && len(at) == 0:
		return nil
	case sub == nil:
		return l.selectedWhole(p, values, at, value)
	}
	value, err = l.valueOf(p, sub, value)
	if err != nil || value == nil && len(at) == 0 {
		return err
	}
	if len(at) == 0 {
		return l.make(p.Where, map[string]any{sub.Name: value})
	}
	return l.set(values, at, sub, value)
}

// selectedWhole adds to the elements that fit, or replaces them. What the brackets
// say of an element stays true of it where the value says nothing else: else
// the next operation with the same brackets would not find it.
func (l list) selectedWhole(p place, values []any, at []int, value any) error {
	element, err := l.a.Element(value)
	if err != nil {
		return err
	}
	sent, _ := element.(map[string]any)
	switch {
	case sent == nil && p.op == OpReplace:
		return l.put(without(values, at), nil)
	case sent == nil:
		return nil
	case len(at) == 0:
		return l.make(p.Where, sent)
	}
	pairs, _ := l.pairs(p.Where)
	for _, i := range at {
		if p.op == OpReplace {
			values[i] = clone(pairs)
		}
		if err := l.complete(values[i], clone(sent).(map[string]any)); err != nil {
			return err
		}
	}
	return l.put(values, at)
}

// make adds an element of what the brackets say and what was sent.
func (l list) make(where filter.Node, sent map[string]any) error {
	pairs, ok := l.pairs(where)
	if !ok {
		return schema.ErrNoTarget.WithMessage("No value of " + l.a.Name + " fits " + schema.Quote(filter.Print(where)) + ", and none can be made of it: that takes eq alone, joined by and.")
	}
	if err := l.complete(pairs, sent); err != nil {
		return err
	}
	return l.add([]any{pairs})
}

func without(values []any, at []int) []any {
	out := make([]any, 0, len(values))
	for i, v := range values {
		if !slices.Contains(at, i) {
			out = append(out, v)
		}
	}
	return out
}
