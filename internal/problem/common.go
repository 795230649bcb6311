package problem

// Problems that belong to no domain: the transport's own.
var (
	ErrNotFound      = New(NotFound, "entity_not_found", "There is nothing here by that id.")
	ErrUnauthorized  = New(Unauthorized, "unauthorized", "Unauthorized")
	ErrForbidden     = New(Forbidden, "forbidden", "That key or person may not do this.")
	ErrInvalid       = New(Invalid, "invalid_request_parameters", "Some parameters are not valid.")
	ErrBadRequest    = New(BadRequest, "bad_request", "The request could not be read.")
	ErrTooLarge      = New(TooLarge, "request_too_large", "The request is larger than this endpoint takes.")
	ErrTooMany       = New(TooMany, "too_many_requests", "Too many requests. Wait a moment and try again.")
	ErrUnavailable   = New(Unavailable, "temporarily_unavailable", "The server is busy. Try again in a moment.")
	ErrNotAllowed    = New(NotAllowed, "method_not_allowed", "That method is not allowed here.")
	ErrCrossSite     = New(Forbidden, "cross_site_request", "This form was sent from another site.")
	ErrUnsupported   = New(Unsupported, "unsupported_media_type", "Send JSON, or a form where the endpoint takes one.")
	ErrInvalidCursor = New(Invalid, "invalid_cursor", "That cursor is not one that this list gave out.")
)
