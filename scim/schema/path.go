package schema

import "strings"

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

// maxPath bounds a path, in bytes.
const maxPath = 1024

// ParsePath reads the path of an attribute.
//
// Where a URN ends and the attribute begins is not to be seen from the path
// alone: schemas that we know are tried first; of others, a URN ends behind its
// last colon, unless the last but one part is a version, as in
// urn:example:2.0:User, which names a schema as a whole.
func ParsePath(s string) (Path, error) {
	if len(s) > maxPath {
		return Path{}, ErrPath.WithMessage("A path has at most 1024 bytes.")
	}
	var p Path
	name := s
	if isURN(s) {
		p.URN, name = splitURN(s)
		if s[len(s)-1] == ':' || !urnOK(p.URN) {
			return Path{}, badPath(s)
		}
		if name == "" {
			return p, nil
		}
	}
	var sub bool
	p.Attr, p.Sub, sub = strings.Cut(name, ".")
	if !isName(p.Attr) || sub && !isName(p.Sub) {
		return Path{}, badPath(s)
	}
	return p, nil
}

func badPath(s string) error {
	return ErrPath.WithMessage("The path " + Quote(s) + " cannot be read. A path is the name of an attribute, such as emails or name.givenName.")
}

// isURN reports whether s is a URN, or a path that begins with one (RFC 8141 §2).
func isURN(s string) bool { return len(s) > 4 && sameName(s[:4], "urn:") }

func splitURN(s string) (urn, name string) {
	for _, known := range []string{EnterpriseURN, UserURN, GroupURN} {
		if len(s) < len(known) || !sameName(s[:len(known)], known) {
			continue
		}
		if len(s) == len(known) {
			return s, ""
		}
		if s[len(known)] == ':' {
			return s[:len(known)], s[len(known)+1:]
		}
	}
	last := strings.LastIndexByte(s, ':')
	before := strings.LastIndexByte(s[:last], ':')
	if before < len("urn:") || isVersion(s[before+1:last]) {
		return s, ""
	}
	return s[:last], s[last+1:]
}

// isVersion reports whether a part of a URN is one, such as 2.0.
func isVersion(s string) bool {
	digits := strings.Trim(s, "0123456789") // what is left between them
	return s != "" && s[0] >= '0' && s[0] <= '9' && (digits == "" || digits == ".")
}

// urnOK holds a URN to the characters that RFC 8141 knows, less brackets,
// quotes and spaces, which would end it in a filter.
func urnOK(s string) bool {
	if strings.HasSuffix(s, ":") || strings.Contains(s, "::") || strings.Count(s, ":") < 2 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isNameChar(c) && !strings.ContainsRune(":.+@%/~!,;=*", rune(c)) {
			return false
		}
	}
	return true
}

// isName reports whether s is the name of an attribute (RFC 7643 §2.1), or $ref.
// Entra's custom attributes may begin with a digit or an underscore.
func isName(s string) bool {
	s = strings.TrimPrefix(s, "$")
	if s == "" {
		return false
	}
	for i := range len(s) {
		if !isNameChar(s[i]) {
			return false
		}
	}
	return true
}

func isNameChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '$'
}
