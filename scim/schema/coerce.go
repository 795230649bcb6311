package schema

import "strconv"

// MaxElements bounds the values of a multi-valued attribute, less a group's
// members: PATCH compares each with each.
const MaxElements = 500

// Coerce is a value as the attribute's documents hold it, or nil where it is the
// same as not assigned (RFC 7643 §2.5). A list with one object in it may come
// as the object; {"value": "x"} may come as "x" where it is an element or a
// manager, which is how Entra writes one.
func (a *Attribute) Coerce(value any) (any, error) { return a.coerce(a.Name, value) }

// Element is one value of a multi-valued attribute, coerced.
func (a *Attribute) Element(value any) (any, error) {
	if !Assigned(value) {
		return nil, nil
	}
	return a.one(a.Name, value)
}

// IsPrimary reports whether an element of a multi-valued attribute is the
// primary one.
func IsPrimary(element any) bool {
	object, _ := element.(map[string]any)
	return object["primary"] == true
}

func (a *Attribute) coerce(name string, value any) (any, error) {
	if !Assigned(value) {
		return nil, nil
	}
	if !a.Multi {
		return a.one(name, value)
	}
	list, ok := value.([]any)
	if _, isObject := value.(map[string]any); isObject {
		list, ok = []any{value}, true
	}
	if !ok {
		return nil, bad(name, "must be a list")
	}
	return a.elements(name, list)
}

func (a *Attribute) elements(name string, list []any) (any, error) {
	if len(list) > MaxElements {
		return nil, bad(name, "has at most "+strconv.Itoa(MaxElements)+" values")
	}
	var out []any
	primaries := 0
	for _, v := range list {
		v, err := a.Element(v)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		if IsPrimary(v) {
			primaries++
		}
		out = append(out, v)
	}
	if primaries > 1 {
		return nil, ErrValue.WithMessage("At most one of " + name + " may be primary.")
	}
	if out == nil {
		return nil, nil
	}
	return out, nil
}

func (a *Attribute) one(name string, value any) (any, error) {
	switch a.Kind {
	case Complex:
		return a.object(name, value)
	case Boolean:
		return boolean(name, value)
	}
	if s, ok := value.(string); ok {
		return s, nil
	}
	return nil, bad(name, "must be a text")
}

func (a *Attribute) object(name string, value any) (any, error) {
	if s, ok := value.(string); ok && a.SubAttribute("value") != nil {
		value = map[string]any{"value": s}
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, bad(name, "must be an object")
	}
	out := map[string]any{}
	for key, v := range object {
		if err := a.put(name, out, key, v); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// put puts a sub-attribute into an object of the attribute. Those that nobody
// knows are kept as they came.
func (a *Attribute) put(name string, out map[string]any, key string, value any) error {
	sub := a.SubAttribute(key)
	switch {
	case sub == nil:
		keep(out, key, value)
		return nil
	case sub.Mutability == ReadOnly:
		return nil
	}
	value, err := sub.coerce(name+"."+sub.Name, value)
	if err == nil && value != nil {
		out[sub.Name] = value
	}
	return err
}

// boolean takes true and "True" and nothing else: of any other text nobody knows
// what it means, and to guess would let somebody in.
func boolean(name string, value any) (any, error) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case string:
		switch nameKey(v) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, bad(name, "must be true or false, not "+Quote(v))
	}
	return nil, bad(name, "must be true or false")
}

func bad(name, what string) error { return ErrValue.WithMessage(name + " " + what + ".") }
