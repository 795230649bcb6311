package patch

import "gatehouse/scim/filter"

// Operation is one step of a PATCH.
type Operation struct {
	Op     string         // Add, Replace or Remove: always in lower case
	Target *filter.Target // nil: none, and the keys of Value are paths
	Value  any            // nil: null, or none
}

// What an Operation does.
const (
	OpAdd     = "add"
	OpReplace = "replace"
	OpRemove  = "remove"
)

// Change is what becomes of a group's members.
type Change string

// The changes.
const (
	Add     Change = "add"
	Remove  Change = "remove"
	Replace Change = "replace"
)

// Members is one change of a group's members. They are applied in their order,
// where the members are: a group of fifty thousand is never loaded for it.
type Members struct {
	Do    Change
	IDs   []string    // as they were sent, each once; Replace with none empties the group
	Where filter.Node // with Remove: those that fit, in place of IDs. Its paths are of a member
}
