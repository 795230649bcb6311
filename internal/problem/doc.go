// Package problem holds the errors that a person or a caller may see.
//
// A domain package declares each of its errors once, with a kind, a stable
// code and a sentence:
//
//	var ErrDomainTaken = problem.New(problem.Conflict, "domain_taken", "That domain is verified by another organization.")
//
// and returns it; callers compare with errors.Is. Handlers return errors and
// never write them: the encoders here (wire.go, oauth.go) turn an error into
// the shape that the caller of that route group speaks, and this package has
// the only table from kind to HTTP status. Whatever is not a problem is
// internal: it is logged with the request's id and shown as "Something went
// wrong".
package problem
