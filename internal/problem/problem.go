package problem

import (
	"errors"
	"net/http"
	"time"
)

// Kind is what went wrong, in the terms that decide an HTTP status.
type Kind int

// The kinds. Internal is what every error is that is not a problem.
const (
	Internal       Kind = iota
	BadRequest          // 400: understood, and refused
	Invalid             // 422: malformed members or parameters
	Unauthorized        // 401: no or bad credentials
	Forbidden           // 403: credentials without the right
	NotFound            // 404: absent, or another organization's
	Gone                // 410
	Conflict            // 409: collides with what is there
	TooLarge            // 413
	Unsupported         // 415
	TooMany             // 429, with RetryAfter
	Unavailable         // 503, with RetryAfter
	NotAllowed          // 405
	Stale               // 412: it has changed since (RFC 9110 §13.1.1)
	NotImplemented      // 501
)

var statuses = map[Kind]int{
	Internal: http.StatusInternalServerError, BadRequest: http.StatusBadRequest, Invalid: http.StatusUnprocessableEntity,
	Unauthorized: http.StatusUnauthorized, Forbidden: http.StatusForbidden, NotFound: http.StatusNotFound, Gone: http.StatusGone,
	Conflict: http.StatusConflict, TooLarge: http.StatusRequestEntityTooLarge, Unsupported: http.StatusUnsupportedMediaType,
	TooMany: http.StatusTooManyRequests, Unavailable: http.StatusServiceUnavailable, NotAllowed: http.StatusMethodNotAllowed,
	Stale: http.StatusPreconditionFailed, NotImplemented: http.StatusNotImplemented,
}

// Status is the HTTP status of a kind.
func (k Kind) Status() int { return statuses[k] }

// Error is a problem: something that the caller may be told.
type Error struct {
	Kind       Kind
	Code       string         // stable, snake_case; programs compare it
	Message    string         // one sentence in English that says what to do
	Details    []Detail       // one for each bad member, for validation errors
	Fields     map[string]any // further members of the body (pending_authentication_token …)
	OAuth      bool           // shape C of the wire: {"error", "error_description"}
	RetryAfter time.Duration  // with TooMany and Unavailable
	origin     *Error         // what New made, so that errors.Is holds for copies
}

// Detail is one member that is wrong.
type Detail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
}

// New declares a problem. Call it once for each, in a package variable.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// NewOAuth declares a problem of the token endpoints (RFC 6749 §5.2).
func NewOAuth(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, OAuth: true}
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Status is the HTTP status that answers e.
func (e *Error) Status() int { return e.Kind.Status() }

// Is reports whether e is target or a copy of it made by the With… methods.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && e.root() == t.root()
}

func (e *Error) root() *Error {
	if e.origin != nil {
		return e.origin
	}
	return e
}

func (e *Error) copy() *Error {
	c := *e
	c.origin = e.root()
	return &c
}

// WithMessage is a copy of e with a more exact sentence.
func (e *Error) WithMessage(message string) *Error {
	c := e.copy()
	c.Message = message
	return c
}

// WithDetails is a copy of e that names the bad members.
func (e *Error) WithDetails(details ...Detail) *Error {
	c := e.copy()
	c.Details = details
	return c
}

// WithFields is a copy of e with further members in its body.
func (e *Error) WithFields(fields map[string]any) *Error {
	c := e.copy()
	c.Fields = fields
	return c
}

// WithRetryAfter is a copy of e that says when to come back.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	c := e.copy()
	c.RetryAfter = d
	return c
}

// As is the problem inside err, or nil where err is internal.
func As(err error) *Error {
	var p *Error
	if errors.As(err, &p) {
		return p
	}
	return nil
}
