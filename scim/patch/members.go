package patch

import "gatehouse/scim/filter"

// Change is what becomes of a group's members.
type Change string

// The changes. Replace makes the members those named; Remove without IDs and
// without Where removes all.
const (
	Add     Change = "add"
	Remove  Change = "remove"
	Replace Change = "replace"
)

// Members is a change of a group's members: it is applied to the table of
// members, which is never loaded as a list.
type Members struct {
	Do    Change
	IDs   []string
	Where filter.Node // members[…], with Remove
}
