package patch

import (
	"slices"
	"strconv"

	"gatehouse/scim/schema"
)

// foreign acts on an attribute that nobody here knows. A path may name one below
// the URN of somebody's schema, or one that is there already; as a key of a
// value it may be any (scim.md 1: unknown input never fails a request).
func (w *work) foreign(p place, value any) error {
	ours := p.Path.URN == "" || w.knows(p.Path.URN)
	holder := w.r
	if p.Path.URN != "" {
		holder, _ = w.r[keyOf(w.r, p.Path.URN)].(map[string]any)
	}
	if p.named && ours && !has(holder, p.Path.Attr) {
		return unknown(p)
	}
	if p.op == OpRemove && !has(holder, p.Path.Attr) {
		return nil
	}
	holder = w.holder(p.Path.URN)
	key := keyOf(holder, p.Path.Attr)
	if p.Where != nil {
		return w.foreignSelected(p, holder, key, value)
	}
	if p.Sub == "" {
		return w.setLoose(holder, p.op, key, value)
	}
	object, ok := holder[key].(map[string]any)
	if !ok && !p.named {
		return w.setLoose(w.r, p.op, p.key, value) // x.y, as somebody calls it
	}
	if !ok {
		object = map[string]any{}
		holder[key] = object
	}
	return w.setLoose(object, p.op, keyOf(object, p.Sub), value)
}

// foreignSelected acts on elements of a list that nobody here knows.
func (w *work) foreignSelected(p place, holder map[string]any, key string, value any) error {
	if there := holder[key]; there != nil && !isObjects(there) {
		return schema.ErrPath.WithMessage(schema.Quote(key) + " is no list of objects: nothing can stand in brackets behind it.")
	}
	l := list{w: w, a: &schema.Attribute{Name: key, Kind: schema.Complex, Multi: true}, holder: holder, foreign: true}
	if p.Sub == "" {
		return l.selected(p, nil, value)
	}
	return l.selected(p, &schema.Attribute{Name: p.Sub, Kind: anyKind}, value)
}

func isObjects(value any) bool {
	values, ok := value.([]any)
	return ok && !slices.ContainsFunc(values, func(v any) bool {
		_, isObject := v.(map[string]any)
		return !isObject
	})
}

// setLoose sets what nobody here knows: objects merge, lists are added to or
// replaced, and anything else is set.
func (w *work) setLoose(holder map[string]any, op, key string, sent any) error {
	key = keyOf(holder, key)
	value := schema.Clean(sent)
	list, isList := holder[key].([]any)
	object, isObject := holder[key].(map[string]any)
	with, isMerge := value.(map[string]any)
	switch {
	case len(holder) >= schema.MaxNames && !has(holder, key):
		return schema.ErrTooLarge.WithMessage("There are more than " + strconv.Itoa(schema.MaxNames) + " names in one object.")
	case op == OpRemove && sent != nil && isList:
		return w.changeLoose(holder, op, key, list, value)
	case op == OpRemove, op == OpReplace && value == nil:
		delete(holder, key)
	case value == nil:
	case op == OpAdd && isList:
		return w.changeLoose(holder, op, key, list, value)
	case isObject && isMerge:
		if err := w.spend(len(object) * len(with)); err != nil {
			return err
		}
		for name, v := range with {
			object[keyOf(object, name)] = v
		}
	default:
		holder[key] = value
	}
	return nil
}

// changeLoose adds to a list that nobody here knows, or removes from it.
func (w *work) changeLoose(holder map[string]any, op, key string, there []any, value any) error {
	sent, ok := value.([]any)
	if !ok && value != nil {
		sent = []any{value}
	}
	if err := w.spend((len(there) + len(sent)) * weight(sent)); err != nil {
		return err
	}
	if op == OpRemove {
		there = slices.DeleteFunc(there, func(v any) bool { return among(sent, v) })
		holder[key] = there
		return nil
	}
	for _, v := range sent {
		if !among(there, v) {
			there = append(there, v)
		}
	}
	if len(there) > schema.MaxElements {
		return schema.ErrValue.WithMessage(schema.Quote(key) + " has at most " + strconv.Itoa(schema.MaxElements) + " values.")
	}
	holder[key] = there
	return nil
}

func among(list []any, value any) bool {
	return slices.ContainsFunc(list, func(v any) bool { return schema.Same(v, value) })
}

// known is the attribute as filters ask for it: nil where no schema has it.
func (l list) known() *schema.Attribute {
	if l.foreign {
		return nil
	}
	return l.a
}
