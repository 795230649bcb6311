package people

import "gatehouse/internal/problem"

// Why somebody whom an identity provider vouches for is refused. Each code has
// its row in the diagnosis catalogue.
var (
	ErrSubject      = problem.New(problem.BadRequest, "subject_missing", "Your identity provider did not say who you are.")
	ErrNoEmail      = problem.New(problem.Forbidden, "email_missing", "Your identity provider did not tell your email address.")
	ErrDomain       = problem.New(problem.Forbidden, "email_domain_not_owned", "Your identity provider signed you in with an address of a domain that this organization has not verified.")
	ErrOperator     = problem.New(problem.Forbidden, "account_is_operator", "An operator's account is not linked by its address. Sign in as you usually do.")
	ErrOtherSubject = problem.New(problem.Forbidden, "identity_conflict", "Somebody else at your identity provider signs in to the account with your address.")
	ErrMove         = problem.New(problem.Forbidden, "identity_move_not_approved", "You sign in by another connection of this organization. An owner has to approve the move to this one.")
	ErrNotMember    = problem.New(problem.Forbidden, "membership_required", "You are not a member of this organization, and it takes in nobody at their first sign-in. Ask an admin to invite you.")
	ErrInactive     = problem.New(problem.Forbidden, "membership_inactive", "Your membership of this organization has been deactivated.")
	ErrDirectory    = problem.New(problem.Forbidden, "membership_ended_by_directory", "Your membership of this organization has been deactivated by your directory.")
	ErrUnassigned   = problem.New(problem.Forbidden, "membership_by_directory", "This organization's members come from its directory, which has not added you yet. Ask an admin to assign you to the application.")
	ErrSystem       = problem.New(problem.Forbidden, "organization_invalid", "The dashboard is not entered by single sign-on.")
)
