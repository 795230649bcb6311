package schema

import "strings"

// Resource is a user or group as it is stored and answered: attributes in their
// canonical spelling, extensions under their URN, values as they came (numbers
// as json.Number). It holds nothing that is read-only or secret: no id, meta,
// groups, password, and no members.
type Resource map[string]any

// Path names an attribute: [URN:]Attr[.Sub] (RFC 7644 §3.10). Names compare
// without regard to case.
type Path struct {
	URN  string // of the schema, as it was written; empty: the resource's own
	Attr string // empty: the extension as a whole
	Sub  string
}

// String is the path as filters and PATCH write it.
func (p Path) String() string {
	var parts []string
	if p.URN != "" {
		parts = append(parts, p.URN)
	}
	name := p.Attr
	if p.Sub != "" {
		name += "." + p.Sub
	}
	if name != "" {
		parts = append(parts, name)
	}
	return strings.Join(parts, ":")
}
