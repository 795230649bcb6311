package patch

import "gatehouse/scim/filter"

// Operation is one step of a PATCH.
type Operation struct {
	Op     string         // OpAdd, OpReplace or OpRemove: always in lower case
	Target *filter.Target // nil: none, and the keys of Value are paths
	Value  any            // nil: null, or none
}

// What an Operation does.
const (
	OpAdd     = "add"
	OpReplace = "replace"
	OpRemove  = "remove"
)
