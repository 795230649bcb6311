package problem

import (
	"math"
	"net/http"
	"strconv"
)

// internalError is what a caller sees of an error that is not a problem.
var internalError = New(Internal, "server_error", "Something went wrong. Try again, and send us the request id if it goes on.")

// Of is the problem that answers err: itself, or the internal error.
func Of(err error) *Error {
	if p := As(err); p != nil {
		return p
	}
	return internalError
}

// WireBody is the body of the management API for e: shape A (message and
// code), B (with errors) or C (error and error_description), as the public
// SDKs tell them apart (reference/wire-api.md 1.3).
func (e *Error) WireBody() map[string]any {
	if e.OAuth {
		return e.OAuthBody()
	}
	body := map[string]any{"message": e.Message}
	if e.Kind != Unauthorized {
		body["code"] = e.Code
	}
	if len(e.Details) > 0 {
		body["errors"] = e.Details
	}
	for k, v := range e.Fields {
		body[k] = v
	}
	return body
}

// OAuthBody is the body of a token endpoint for e (RFC 6749 §5.2). "message"
// stands beside it because the Node SDK shows only that on a 429.
func (e *Error) OAuthBody() map[string]any {
	body := map[string]any{"error": e.oauthCode(), "error_description": e.Message}
	if e.Kind == TooMany || e.Kind == Unavailable {
		body["message"] = e.Message
	}
	for k, v := range e.Fields {
		body[k] = v
	}
	return body
}

func (e *Error) oauthCode() string {
	if e.OAuth {
		return e.Code
	}
	switch e.Kind {
	case Internal:
		return "server_error"
	case TooMany:
		return "too_many_requests"
	case Unavailable:
		return "temporarily_unavailable"
	case Unauthorized:
		return "invalid_client"
	}
	return "invalid_request"
}

// SetHeaders writes what belongs to e besides its body: Retry-After in whole
// seconds, at least one (RFC 9110 §10.2.3).
func (e *Error) SetHeaders(h http.Header) {
	if e.Kind != TooMany && e.Kind != Unavailable {
		return
	}
	seconds := int(math.Ceil(e.RetryAfter.Seconds()))
	h.Set("Retry-After", strconv.Itoa(max(1, seconds)))
}
