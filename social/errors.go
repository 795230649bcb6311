package social

import "gatehouse/internal/problem"

// What somebody who sets a provider up is told.
var (
	ErrInvalid   = problem.New(problem.Invalid, "social_provider_invalid", "That provider cannot be set up like this.")
	ErrSlugTaken = problem.New(problem.Conflict, "social_provider_taken", "There is a provider of that name already.")
	// ErrSecretAgain keeps a stored secret from being sent to an address that
	// somebody typed later (SECURITY.md X5).
	ErrSecretAgain = problem.New(problem.Invalid, "social_secret_needed", "Enter the client secret again: it was given for another address.")
)

// What somebody who comes back from a provider is told.
var (
	ErrUnknown  = problem.New(problem.NotFound, "social_provider_unknown", "That way to sign in is not set up here.")
	ErrState    = problem.New(problem.BadRequest, "social_state_invalid", "This sign-in has run out, was finished before, or was started in another browser. Start again.")
	ErrNoEmail  = problem.New(problem.Forbidden, "social_email_missing", "Your account there shares no email address with us.")
	ErrOperator = problem.New(problem.Forbidden, "social_operator_account", "An operator's account is not linked by its address. Sign in as you usually do, and add the provider on your account page.")
	ErrSignUp   = problem.New(problem.Forbidden, "sign_up_not_allowed", "People do not make their own accounts here.")
)
