package patch

import "gatehouse/scim/filter"

// Change is what becomes of a group's members.
type Change string

// The changes. Replace makes the members those named, so that with none it empties
// the group; nothing else does. Remove has IDs or Where.
const (
	Add     Change = "add"
	Remove  Change = "remove"
	Replace Change = "replace"
)

// Members is a change of a group's members, to be applied in its turn to the table
// of members: a group of fifty thousand is never loaded for it.
type Members struct {
	Do    Change
	IDs   []string    // as they were sent, each once
	Where filter.Node // of members[…], with Remove; its paths are of a member
}
