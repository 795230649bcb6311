package patch

import "gatehouse/scim/schema"

// single acts on an attribute with one value.
func (w *work) single(p place, a *schema.Attribute, holder map[string]any, value any) error {
	if p.op == OpRemove {
		if a.Required {
			return schema.ErrMutability.WithMessage(a.Name + " is required; it cannot be removed.")
		}
		return unassign(p, a, holder)
	}
	if object, ok := value.(map[string]any); ok && a.Kind == schema.Complex {
		return w.merge(a, holder, object)
	}
	value, err := a.Coerce(value)
	switch {
	case err != nil:
		return err
	case value == nil && a.Required:
		return schema.ErrValue.WithMessage(a.Name + " is required; it must not be blank.")
	case value == nil:
		return unassign(p, a, holder)
	case a.Kind == schema.Complex:
		return w.merge(a, holder, value.(map[string]any)) // a manager by their id alone
	default:
		holder[a.Name] = value
	}
	return nil
}

// unassign clears an attribute, less active: to take away what is said of it
// must not bring back who has left. As the key of a value it is nothing said,
// as in the body of a PUT; who names it by a path means something by it, and must
// hear that it is not done.
func unassign(p place, a *schema.Attribute, holder map[string]any) error {
	switch {
	case a.Name != "active":
		delete(holder, a.Name)
	case p.op == OpRemove:
		return schema.ErrMutability.WithMessage("active cannot be removed; replace it by true or false.")
	case p.named:
		return schema.ErrValue.WithMessage("active must be true or false.")
	}
	return nil
}

// merge puts sub-attributes into a complex attribute; those that are not named
// stay (RFC 7644 §3.5.2.3).
func (w *work) merge(a *schema.Attribute, holder, sent map[string]any) error {
	object, _ := holder[a.Name].(map[string]any)
	if object == nil {
		object = map[string]any{}
	}
	if err := w.spend(len(object) * len(sent)); err != nil {
		return err
	}
	manager := object["value"]
	for key, value := range sent {
		sub := a.SubAttribute(key)
		if sub == nil {
			sub = &schema.Attribute{Name: keyOf(object, key), Kind: anyKind}
		}
		if sub.Mutability == schema.ReadOnly {
			continue
		}
		if err := assign(sub, object, value); err != nil {
			return within(a, err)
		}
	}
	if a.SubAttribute("value") != nil && !schema.Same(manager, object["value"]) && !has(sent, "displayName") {
		delete(object, "displayName") // the name of the manager before
	}
	holder[a.Name] = object
	return nil
}

// part acts on a sub-attribute of an attribute with one value.
func (w *work) part(p place, a *schema.Attribute, holder map[string]any, sub *schema.Attribute, value any) error {
	if p.op == OpRemove {
		value = nil
	}
	name := sub.Name
	if sub.Kind == anyKind {
		object, _ := holder[a.Name].(map[string]any)
		name = keyOf(object, name)
	}
	return w.merge(a, holder, map[string]any{name: value})
}

// assign sets a sub-attribute, or clears it where the value is the same as not
// assigned.
func assign(sub *schema.Attribute, object map[string]any, value any) error {
	value, err := coerce(sub, value)
	if err != nil {
		return err
	}
	if value == nil {
		delete(object, sub.Name)
	} else {
		object[sub.Name] = value
	}
	return nil
}
