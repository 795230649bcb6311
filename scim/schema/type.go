package schema

// Kind is what type an attribute's values have (RFC 7643 §2.3).
type Kind string

// The kinds, as documents name them.
const (
	String    Kind = "string"
	Boolean   Kind = "boolean"
	DateTime  Kind = "dateTime"
	Reference Kind = "reference"
	Binary    Kind = "binary"
	Complex   Kind = "complex"
)

// Mutability is who may write an attribute (RFC 7643 §7).
type Mutability string

// The mutabilities. The zero value is ReadWrite.
const (
	ReadWrite Mutability = ""
	ReadOnly  Mutability = "readOnly"
	Immutable Mutability = "immutable"
	WriteOnly Mutability = "writeOnly"
)

// Attribute is what is known of an attribute, or of a sub-attribute of one.
type Attribute struct {
	Name        string
	Kind        Kind
	Multi       bool // a list of values
	Required    bool
	CaseExact   bool
	Unique      bool // within the directory
	Mutability  Mutability
	Description string
	Canonical   []string // values that are usual; others are taken too
	References  []string // what a Reference may refer to
	Sub         []Attribute

	index map[string]*Attribute
}

// Type is a kind of resource: User or Group.
type Type struct {
	Name        string
	Plural      string // its endpoint's path
	URN         string // of its own schema
	Description string
	Attributes  []Attribute
	Extensions  []Extension

	index map[string]*Attribute
}

// Extension is a further schema whose attributes stand under its URN.
type Extension struct {
	Name        string
	URN         string
	Description string
	Attributes  []Attribute

	index map[string]*Attribute
}

// Names of schemas.
const (
	UserURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// Find is the attribute that p names, and its sub-attribute where p names one.
// attr is nil where the type knows no such attribute; sub is nil where p names
// none, or one that attr does not have.
func (t *Type) Find(p Path) (attr, sub *Attribute) {
	attr = lookUp(t.under(p.URN), p.Attr)
	if attr != nil && p.Sub != "" {
		sub = attr.SubAttribute(p.Sub)
	}
	return attr, sub
}

// SubAttribute is a's sub-attribute of that name, or nil.
func (a *Attribute) SubAttribute(name string) *Attribute { return lookUp(a.index, name) }

// Canonical is p as documents spell it: without the URN of the type's own
// schema, and with the names that are known in their own spelling.
func (t *Type) Canonical(p Path) Path {
	attr, sub := t.Find(p)
	if x := t.extension(p.URN); x != nil {
		p.URN = x.URN
	} else if t.isOwn(p.URN) {
		p.URN = ""
	}
	if attr != nil {
		p.Attr = attr.Name
	}
	if sub != nil {
		p.Sub = sub.Name
	}
	return p
}

func (t *Type) isOwn(urn string) bool { return urn == "" || sameName(urn, t.URN) }

// under are the attributes of the schema with that URN, or nil.
func (t *Type) under(urn string) map[string]*Attribute {
	if t.isOwn(urn) {
		return t.index
	}
	if x := t.extension(urn); x != nil {
		return x.index
	}
	return nil
}

func (t *Type) extension(urn string) *Extension {
	for i := range t.Extensions {
		if sameName(urn, t.Extensions[i].URN) {
			return &t.Extensions[i]
		}
	}
	return nil
}

// build fills the indexes, once.
func build(t Type) *Type {
	t.index = indexOf(t.Attributes)
	for name, a := range indexOf(common) {
		t.index[name] = a
	}
	for i := range t.Extensions {
		t.Extensions[i].index = indexOf(t.Extensions[i].Attributes)
	}
	return &t
}

func indexOf(list []Attribute) map[string]*Attribute {
	index := make(map[string]*Attribute, len(list))
	for i := range list {
		a := &list[i]
		a.index = indexOf(a.Sub)
		index[nameKey(a.Name)] = a
	}
	return index
}

// lookUp finds a name in whatever case, and takes no memory for it.
func lookUp(index map[string]*Attribute, name string) *Attribute {
	var key [64]byte
	if len(name) > len(key) {
		return nil // no attribute has such a name
	}
	for i := range len(name) {
		key[i] = lower(name[i])
	}
	return index[string(key[:len(name)])]
}
