package directory

import "strings"

// operations are what requests ask for, as pages call it.
var operations = map[string]string{
	"user.created": "Add person", "user.updated": "Change person", "user.deactivated": "Deactivate person", "user.reactivated": "Reactivate person",
	"user.deleted": "Delete person", "user.read": "Read person", "user.looked_up": "Look person up", "users.listed": "List people", "users.searched": "Search people",
	"group.created": "Add group", "group.updated": "Change group", "group.renamed": "Rename group", "group.deleted": "Delete group", "group.read": "Read group",
	"group.looked_up": "Look group up", "groups.listed": "List groups", "groups.searched": "Search groups",
	"group.members_added": "Add to group", "group.members_removed": "Remove from group", "group.members_replaced": "Set a group's people", "group.members_changed": "Change a group's people",
	"bulk.operations": "Several at once", "bulk.operation": "One of several", "discovery.read": "Ask what is supported", "unknown": "Unknown address",
}

// OperationName is what a request asked for, as pages call it; what there are
// no words for is shown as it is called.
func OperationName(operation string) string {
	if words, ok := operations[operation]; ok {
		return words
	}
	words := strings.NewReplacer(".", " ", "_", " ").Replace(operation)
	if words == "" {
		return "Request"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
