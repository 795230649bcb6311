package filter

import (
	"slices"
	"strings"
	"time"

	"gatehouse/scim/schema"
)

// Match reports whether a resource of type t, as it is answered, fits n. The
// error is Check's.
func Match(t *schema.Type, n Node, r map[string]any) (bool, error) {
	bound, err := Bind(t, n)
	if err != nil {
		return false, err
	}
	return fits(bound, func(p schema.Path) any { return schema.Resource(r).At(t, p) }), nil
}

// MatchElement reports whether an element of a fits n, which stood in brackets;
// a is nil where no schema describes the attribute. A bare value is an element's
// value.
func MatchElement(a *schema.Attribute, n Node, element any) (bool, error) {
	bound, err := BindElement(a, n)
	if err != nil {
		return false, err
	}
	return fits(bound, within(element)), nil
}

// within finds values in an element of a list.
func within(element any) func(schema.Path) any {
	return func(p schema.Path) any {
		object, ok := element.(map[string]any)
		if !ok {
			object = map[string]any{"value": element}
		}
		return member(object, p.Attr)
	}
}

// member is m's value by that name, in whatever case.
func member(m map[string]any, name string) any {
	if v, ok := m[name]; ok {
		return v
	}
	for key, v := range m {
		if sameName(key, name) {
			return v
		}
	}
	return nil
}

// sameName compares names, which are ASCII (RFC 7643 §2.1): EqualFold would take
// a long s for an s.
func sameName(a, b string) bool {
	return len(a) == len(b) && strings.EqualFold(a, b)
}

// fits says what a bound filter is of the values that at finds.
func fits(n Node, at func(schema.Path) any) bool {
	switch n := n.(type) {
	case And:
		return fits(n.Left, at) && fits(n.Right, at)
	case Or:
		return fits(n.Left, at) || fits(n.Right, at)
	case Not:
		return !fits(n.Of, at)
	case Some:
		list, _ := at(n.Path).([]any)
		for _, element := range list {
			if fits(n.Of, within(element)) {
				return true
			}
		}
		return false
	case Test:
		return n.Holds(at(n.Path))
	}
	return false
}

// Holds says whether a value passes the test. Of what no schema describes, any
// value of a list will do, and an object's is its value.
func (t Test) Holds(value any) bool {
	if t.Op == Pr {
		return assigned(value)
	}
	if t.Attr != nil {
		return t.compare(value)
	}
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	for _, v := range list {
		if object, ok := v.(map[string]any); ok {
			v = member(object, "value")
		}
		if t.compare(v) {
			return true
		}
	}
	return false
}

// assigned reports whether there is something in value: null, an empty text and a
// list or object of nothing else are the same as none (RFC 7643 §2.5).
func assigned(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return slices.ContainsFunc(v, assigned)
	case map[string]any:
		for _, member := range v {
			if assigned(member) {
				return true
			}
		}
		return false
	}
	return true
}

// compare is false for values of another type, missing ones among them.
func (t Test) compare(value any) bool {
	switch wanted := t.Value.(type) {
	case bool:
		b, ok := value.(bool)
		return ok && (b == wanted) == (t.Op == Eq)
	case time.Time:
		at, ok := asInstant(value)
		return ok && ordered(at.Compare(wanted), t.Op)
	case string:
		s, ok := value.(string)
		if ok && !t.Exact() {
			s = schema.Fold(s)
		}
		return ok && s != "" && compareText(s, wanted, t.Op)
	}
	return false
}

func compareText(s, wanted string, op Op) bool {
	switch op {
	case Co:
		return strings.Contains(s, wanted)
	case Sw:
		return strings.HasPrefix(s, wanted)
	case Ew:
		return strings.HasSuffix(s, wanted)
	}
	return ordered(strings.Compare(s, wanted), op)
}

func ordered(c int, op Op) bool {
	switch op {
	case Eq:
		return c == 0
	case Ne:
		return c != 0
	case Gt:
		return c > 0
	case Ge:
		return c >= 0
	case Lt:
		return c < 0
	case Le:
		return c <= 0
	}
	return false
}
