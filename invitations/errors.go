package invitations

import "gatehouse/internal/problem"

// What a sign-in is told, in the words of the token endpoint (wire-api.md 2.3).
var (
	ErrInvalid      = problem.NewOAuth(problem.BadRequest, "invitation_invalid", "The invitation works no longer. Ask for a new one.")
	ErrOtherAddress = problem.NewOAuth(problem.BadRequest, "invitation_cannot_be_used_for_email", "The invitation is for another email address.")
)

// errUnproven says that somebody was to be admitted whose mailbox nobody has
// proven. The gates ask for that first, so this is a caller's mistake, held here
// because it would give an organization away.
var errUnproven = problem.New(problem.Forbidden, "email_verification_required", "Prove your email address first.")

// What the management API says (wire-api.md 2.13).
var (
	ErrInvited          = problem.New(problem.BadRequest, "email_already_invited_to_organization", "That address has an open invitation to the organization. Resend or revoke that one.")
	ErrMember           = problem.New(problem.BadRequest, "user_already_organization_member", "The person with that address belongs to the organization already.")
	ErrInvitedAtAll     = problem.New(problem.BadRequest, "email_already_invited", "That address has an open invitation. Resend or revoke that one.")
	ErrUserExists       = problem.New(problem.BadRequest, "user_already_exists", "Somebody has an account with that address. Invite them to an organization, by organization_id.")
	ErrTooShort         = problem.New(problem.BadRequest, "expires_in_days_too_short", "expires_in_days is at least 1.")
	ErrTooLong          = problem.New(problem.BadRequest, "expires_in_days_too_long", "expires_in_days is at most 30.")
	ErrRole             = problem.New(problem.BadRequest, "invalid_role", "The organization has no role with that slug.")
	ErrRoleAlone        = problem.New(problem.BadRequest, "invalid_role", "role_slug needs organization_id.")
	ErrInviter          = problem.New(problem.Forbidden, "inviter_not_allowed", "The inviter does not belong to the organization, or has a lower role than the one they give.")
	ErrNotPending       = problem.New(problem.BadRequest, "invite_not_pending", "The invitation is not open any more.")
	ErrAcceptedBySome   = problem.New(problem.BadRequest, "invite_has_accepted_user_id", "The invitation was accepted.")
	ErrVoid             = problem.New(problem.BadRequest, "invalid_invite", "The invitation is void: its inviter or its role is gone. Revoke it and invite again.")
	ErrNobody           = problem.New(problem.BadRequest, "invalid_invite", "Nobody who has proven that address has an account yet. They accept by signing up.")
	ErrResendExpired    = problem.New(problem.BadRequest, "invite_expired", "The invitation has run out. Invite again.")
	ErrResendRevoked    = problem.New(problem.BadRequest, "invite_revoked", "The invitation was revoked. Invite again.")
	ErrResendAccepted   = problem.New(problem.BadRequest, "invite_accepted", "The invitation was accepted.")
	errInviterForbidden = ErrInviter.WithMessage("The inviter's account is suspended.")
)
