package provision

import (
	"errors"
	"time"

	"gatehouse/internal/problem"
)

// retryHeld is when a provider whose people's leaving is held comes back.
const retryHeld = 10 * time.Minute

// ErrAgain says that somebody else made the account of the same address at this
// moment. Nothing was written: whoever runs it again finds that account.
var ErrAgain = errors.New("another request has just made the account of that address")

// What callers are told.
var (
	// ErrHeld says that more people would have left than the safeguard lets go.
	// Nothing was written: the provider comes back, and somebody is told (Service.Hold).
	ErrHeld = problem.New(problem.TooMany, "directory_held",
		"More people would leave the organization than its safeguard lets go at once. An admin has been asked; try again later.").WithRetryAfter(retryHeld)
	ErrNotHeld     = problem.New(problem.Conflict, "directory_not_held", "Nobody's leaving is held in this directory.")
	ErrOwnerRole   = problem.New(problem.Invalid, "role_not_mappable", "Owners are made by people, never by a directory.")
	ErrMapper      = problem.New(problem.Forbidden, "organization_owner_required", "A group is mapped to a role above members' by an owner of the organization, signed in by their own account, or by whoever runs this service.")
	ErrMappings    = problem.New(problem.Invalid, "too_many_role_mappings", "At most 1000 groups of a directory give roles.")
	ErrMappedTwice = problem.New(problem.Invalid, "group_mapped_twice", "Each group gives one role.")
	ErrSafeguard   = problem.New(problem.Invalid, "invalid_safeguard", "The safeguard cannot be kept as it is.")
	ErrNotStaged   = problem.New(problem.Conflict, "directory_not_staged", "What this directory says takes effect already.")
)

func badSafeguard(member, sentence string) error {
	return ErrSafeguard.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_" + member, Field: member, Message: sentence})
}
