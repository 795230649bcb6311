package filter

import "gatehouse/scim/schema"

// Node is a filter as it was read: And, Or, Not, Compare, Present or Some; of a
// bound one (Bind) Test stands for Compare and Present.
type Node interface{ node() }

type (
	// And and Or join two filters.
	And struct{ Left, Right Node }
	Or  struct{ Left, Right Node }
	// Not turns one round.
	Not struct{ Of Node }
	// Compare holds an attribute against a value.
	Compare struct {
		Path  schema.Path
		Op    Op
		Value any // string, json.Number, bool, or nil for null
	}
	// Present is attr pr.
	Present struct{ Path schema.Path }
	// Some is attr[…]: one element of a multi-valued attribute fits the whole
	// of Of, whose paths are the element's sub-attributes. Entra's
	// attr[…].sub op value is read into it as well.
	Some struct {
		Path schema.Path
		Of   Node
	}
)

// Op is how Compare compares; always in lower case.
type Op string

// The operators.
const (
	Eq Op = "eq"
	Ne Op = "ne"
	Co Op = "co"
	Sw Op = "sw"
	Ew Op = "ew"
	Gt Op = "gt"
	Ge Op = "ge"
	Lt Op = "lt"
	Le Op = "le"
)

func (And) node()     {}
func (Or) node()      {}
func (Not) node()     {}
func (Compare) node() {}
func (Present) node() {}
func (Some) node()    {}

// Target is the path of a PATCH operation: attr, attr.sub, attr[…] or attr[…].sub.
type Target struct {
	Path  schema.Path // with Sub where no filter stands between
	Where Node        // the filter in brackets, or nil
	Sub   string      // behind the brackets
}
