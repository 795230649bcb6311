package login

import (
	"errors"

	"gatehouse/internal/problem"
	"gatehouse/invitations"
)

// errInvitedOther says that the person who was proven is not the one whom the
// invitation is for. The sign-in goes no further: nothing of it is kept.
var errInvitedOther = problem.New(problem.Forbidden, "invitation_for_another_address", "This invitation is for another email address. Sign in with that one.")

// refusedInvitation is why nobody came in, as its page says it.
func refusedInvitation(err error) error {
	if errors.Is(err, invitations.ErrOtherAddress) {
		return errInvitedOther
	}
	return err
}
