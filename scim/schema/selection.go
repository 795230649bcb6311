package schema

import (
	"strconv"
	"strings"
)

// Selection is which attributes a client wants in the answer (RFC 7644 §3.9).
// The zero value wants all.
type Selection struct {
	restricted bool // only what only holds
	only       map[Path]bool
	except     map[Path]bool
}

// maxSelected bounds the names in attributes and excludedAttributes.
const maxSelected = 200

// ParseSelection reads the parameters attributes and excludedAttributes; each of
// their values may name several, between commas. Names that nobody knows, or
// that are no names, select nothing. The two together are not forbidden: what
// is excluded is not answered.
func ParseSelection(attributes, excluded []string) (Selection, error) {
	only, named, err := selected(attributes)
	if err != nil {
		return Selection{}, err
	}
	except, _, err := selected(excluded)
	return Selection{restricted: named, only: only, except: except}, err
}

func selected(lists []string) (paths map[Path]bool, named bool, err error) {
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			named = true
			if p, err := ParsePath(name); err == nil {
				if paths == nil { // most requests name nothing
					paths = map[Path]bool{}
				}
				paths[selectionKey(p)] = true
			}
			if len(paths) > maxSelected {
				return nil, false, ErrValue.WithMessage("attributes and excludedAttributes name at most " + strconv.Itoa(maxSelected) + " attributes.")
			}
		}
	}
	return paths, named, nil
}

// selectionKey is a path as selections compare it: a type's own attributes have
// no URN.
func selectionKey(p Path) Path {
	p = Path{URN: nameKey(p.URN), Attr: nameKey(p.Attr), Sub: nameKey(p.Sub)}
	if p.URN == nameKey(UserURN) || p.URN == nameKey(GroupURN) {
		p.URN = ""
	}
	return p
}

// All reports whether everything of a resource is wanted.
func (s Selection) All() bool { return !s.restricted && len(s.except) == 0 }

// Wants reports whether anything of p will be answered. What it does not want
// need not be read: a group's members, above all.
func (s Selection) Wants(p Path) bool {
	p = selectionKey(p)
	if p.URN == "" && (p.Attr == "id" || p.Attr == "schemas") {
		return true
	}
	for q := p; ; q = parent(q) {
		if s.except[q] {
			return false
		}
		if q == parent(q) {
			break
		}
	}
	return !s.restricted || s.names(p)
}

// names reports whether p, something above it or something below it is selected.
func (s Selection) names(p Path) bool {
	if s.only[p] || s.only[Path{URN: p.URN, Attr: p.Attr}] || p.URN != "" && s.only[Path{URN: p.URN}] {
		return true
	}
	for q := range s.only {
		if q.URN == p.URN && (p.Attr == "" || q.Attr == p.Attr && p.Sub == "") {
			return true
		}
	}
	return false
}

// parent is what p is a part of; of what is part of nothing, p.
func parent(p Path) Path {
	if p.Sub != "" {
		return Path{URN: p.URN, Attr: p.Attr}
	}
	if p.URN != "" {
		return Path{URN: p.URN}
	}
	return p
}

// Project is what s wants of an answer: its id and schemas always, and of the
// others those that are selected. answer is left alone; what is wanted whole is
// shared with it.
func (t *Type) Project(answer map[string]any, s Selection) map[string]any {
	if s.All() {
		return answer
	}
	out := make(map[string]any, len(answer))
	for key, value := range answer {
		within, isObject := value.(map[string]any)
		if !isURN(key) || !isObject {
			if value = s.part(Path{Attr: key}, value); value != nil {
				out[key] = value
			}
			continue
		}
		if within = s.extension(key, within); len(within) > 0 {
			out[key] = within
		}
	}
	return out
}

// extension is what is wanted of an extension's attributes.
func (s Selection) extension(urn string, within map[string]any) map[string]any {
	if !s.Wants(Path{URN: urn}) {
		return nil
	}
	out := make(map[string]any, len(within))
	for key, value := range within {
		if value = s.part(Path{URN: urn, Attr: key}, value); value != nil {
			out[key] = value
		}
	}
	return out
}

// part is what is wanted of an attribute: all of it, some of its
// sub-attributes, or nil.
func (s Selection) part(p Path, value any) any {
	if !s.Wants(p) {
		return nil
	}
	if !s.reaches(selectionKey(p)) {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		return s.subAttributes(p, v)
	case []any:
		list := make([]any, 0, len(v))
		for _, element := range v {
			object, ok := element.(map[string]any)
			if !ok {
				list = append(list, element)
			} else if some := s.subAttributes(p, object); some != nil {
				list = append(list, some)
			}
		}
		return list
	}
	return value
}

// reaches reports whether the selection tells p's sub-attributes apart.
func (s Selection) reaches(p Path) bool {
	for q := range s.except {
		if q.Sub != "" && q.URN == p.URN && q.Attr == p.Attr {
			return true
		}
	}
	return s.restricted && !s.only[p] && (p.URN == "" || !s.only[Path{URN: p.URN}])
}

func (s Selection) subAttributes(p Path, object map[string]any) any {
	out := make(map[string]any, len(object))
	for key, value := range object {
		if s.Wants(Path{URN: p.URN, Attr: p.Attr, Sub: key}) {
			out[key] = value
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
