package schema

import "gatehouse/internal/problem"

// What is wrong with a request, in the words of RFC 7644 table 9. Say which
// attribute and what to do (WithMessage): the customer's administrator reads it.
var (
	ErrSyntax     = problem.New(problem.BadRequest, "invalidSyntax", "The body is not a JSON object of the kind that this address takes.")
	ErrValue      = problem.New(problem.BadRequest, "invalidValue", "A value is missing or of the wrong type.")
	ErrFilter     = problem.New(problem.BadRequest, "invalidFilter", "The filter cannot be read.")
	ErrPath       = problem.New(problem.BadRequest, "invalidPath", "The path cannot be read.")
	ErrNoTarget   = problem.New(problem.BadRequest, "noTarget", "There is nothing at that path to act on.")
	ErrMutability = problem.New(problem.BadRequest, "mutability", "That attribute is read-only.")
	ErrTooMany    = problem.New(problem.BadRequest, "tooMany", "The result is larger than this server answers; use a narrower filter.")
	ErrUniqueness = problem.New(problem.Conflict, "uniqueness", "Another resource of this directory has that name.")
	ErrVersion    = problem.New(problem.Stale, "precondition_failed", "The resource has changed since; read it again.")
	ErrTooLarge   = problem.New(problem.TooLarge, "request_too_large", "The request is larger than this server takes.")
)
