package sso

import "gatehouse/internal/problem"

// What somebody is told who comes to a connection, or back from its provider.
var (
	ErrUnknown  = problem.New(problem.NotFound, "connection_unknown", "There is no such connection.")
	ErrInactive = problem.New(problem.Forbidden, "connection_inactive", "Single sign-on by this connection is turned off.")
	// ErrRequest says that an answer belongs to no request of this browser and
	// connection that is still open.
	ErrRequest = problem.New(problem.BadRequest, "sso_state_invalid", "This sign-in has run out, was finished before, or was started in another browser. Start again.")
	ErrLoop    = problem.New(problem.BadRequest, "sso_loop", "The provider sends you back again and again.")
)
