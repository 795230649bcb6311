package sso

import "gatehouse/internal/problem"

// What somebody is told who comes to a connection, or back from its provider.
var (
	ErrUnknown  = problem.New(problem.NotFound, "connection_unknown", "There is no such connection.")
	ErrInactive = problem.New(problem.Forbidden, "connection_inactive", "Single sign-on by this connection is turned off.")
	// ErrRequest says that an answer belongs to no request of this browser and
	// connection that is still open.
	ErrRequest  = problem.New(problem.BadRequest, "sso_state_invalid", "This sign-in has run out, was finished before, or was started in another browser. Start again.")
	ErrTimedOut = problem.New(problem.BadRequest, "sso_timed_out", "The provider's answer never came.")
	ErrLoop     = problem.New(problem.BadRequest, "sso_loop", "The provider sends you back again and again.")

	ErrNoSubject = problem.New(problem.BadRequest, "subject_attribute_missing", "The provider's answer does not have, or has more than once, what tells people apart.")
	ErrTransient = problem.New(problem.BadRequest, "saml_name_id_transient", "The provider names people anew at each sign-in, and says nothing else that tells them apart.")
)
