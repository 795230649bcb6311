package saml

import (
	"encoding/xml"
	"regexp"
)

// name gives an element and its attributes their namespaces and holds them to
// the rules of Namespaces in XML, and to some of ours.
func (r *reader) name(n *node, attrs []xml.Attr) error {
	for _, a := range attrs {
		switch {
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			n.declared = append(n.declared, binding{uri: a.Value})
		case a.Name.Space == "xmlns":
			n.declared = append(n.declared, binding{prefix: a.Name.Local, uri: a.Value})
		case !plainName(a.Name):
			return malformed("an attribute has a name with several colons")
		default:
			n.attrs = append(n.attrs, attr{prefix: a.Name.Space, local: a.Name.Local, value: a.Value})
		}
	}
	if err := r.declare(n); err != nil {
		return err
	}
	space, ok := n.namespace(n.prefix)
	if !ok {
		return malformed("an element's prefix is not declared")
	}
	n.space = space
	r.spelled += len(space)
	for i := range n.attrs {
		if a := &n.attrs[i]; a.prefix != "" {
			if a.space, ok = n.namespace(a.prefix); !ok {
				return malformed("an attribute's prefix is not declared")
			}
			r.spelled += len(a.space)
		}
	}
	if r.spelled > maxSpelled*r.limits.bytes {
		return tooLarge("its namespaces are too long")
	}
	return r.identify(n)
}

// declare checks namespace declarations. A prefix means one thing from where
// it is declared down: honest documents say so, and what does not is refused.
func (r *reader) declare(n *node) error {
	for i, b := range n.declared {
		for _, other := range n.declared[:i] {
			if other.prefix == b.prefix {
				return malformed("a namespace is declared twice")
			}
		}
		switch {
		case b.prefix == "xmlns" || b.prefix == "xml" && b.uri != xmlNS || b.prefix != "xml" && (b.uri == xmlNS || b.uri == xmlnsNS):
			return malformed("a reserved namespace is declared")
		case b.prefix != "" && b.uri == "":
			return malformed("a prefix is declared as nothing")
		case b.prefix != "" && r.redeclares(n.parent, b):
			return malformed("a prefix is declared again as something else")
		case len(b.prefix) > 0 && !ncName.MatchString(b.prefix):
			return malformed("a prefix is not a name")
		}
	}
	if r.bound += len(n.declared); r.bound > maxBindings {
		return tooLarge("too many namespaces are declared")
	}
	return nil
}

// redeclares looks inside of this document alone: what was decrypted was
// written by itself.
func (r *reader) redeclares(above *node, b binding) bool {
	for ; above != nil && above != r.context; above = above.parent {
		for _, other := range above.declared {
			if other.prefix == b.prefix && other.uri != b.uri {
				return true
			}
		}
	}
	return false
}

// ncName is what an id or prefix may look like: an NCName of plain letters.
var ncName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,255}$`)

// identify refuses attributes that could be taken for one another and ids that
// occur twice: a signature's reference must mean one element.
func (r *reader) identify(n *node) error {
	identified := false
	for i, a := range n.attrs {
		for _, other := range n.attrs[:i] {
			if other.local == a.local {
				return malformed("an element has two attributes " + a.local)
			}
		}
		if !isID(a) {
			continue
		}
		if identified {
			return malformed("an element has two ids")
		}
		identified = true
		if !ncName.MatchString(a.value) {
			return malformed("an id is not a name")
		}
		if r.ids[a.value] {
			return malformed("an id occurs twice")
		}
		r.ids[a.value] = true
	}
	return nil
}

// isID knows the attributes that some reader takes for an id.
func isID(a attr) bool {
	switch a.local {
	case "ID", "Id", "id":
		return a.space == "" || a.space == xmlNS
	}
	return false
}
