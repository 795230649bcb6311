package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/problem"
)

// BodyLimit is how large a request's body may be, where a route does not say
// otherwise: 1 MB.
const BodyLimit = 1 << 20

// LimitBody refuses bodies of more than most bytes with 413: at once where
// the length is declared, else when a reader reaches the limit.
func LimitBody(most int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.ContentLength > most {
				c.Response().Header().Set("Connection", "close") // do not read the rest only to drop it
				return problem.ErrTooLarge
			}
			r.Body = http.MaxBytesReader(c.Response(), r.Body, most)
			return next(c)
		}
	}
}

// Body reads a body of at most BodyLimit bytes, or less where LimitBody said so.
func Body(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > BodyLimit {
		return nil, problem.ErrTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, BodyLimit+1))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over), len(body) > BodyLimit:
		return nil, problem.ErrTooLarge
	case err != nil:
		return nil, problem.ErrBadRequest.WithMessage("The body ended before its time.")
	}
	return body, nil
}

// JSON reads the body into target by Decode.
func JSON(r *http.Request, target any) error {
	body, err := Body(r)
	if err != nil {
		return err
	}
	return Decode(body, target)
}

// Decode reads a JSON body into target, which stays as it is when there is
// none: the SDKs send nothing or the literal null to endpoints without
// parameters. Members that nobody knows are ignored; a member of the wrong
// type is 422 with its name; a member that is there twice, nesting without
// end, and everything else that is no JSON is 400.
func Decode(body []byte, target any) error {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || string(body) == "null" {
		return nil
	}
	if !utf8.Valid(body) {
		return problem.ErrBadRequest.WithMessage("The body is not valid UTF-8.")
	}
	if holdsNUL(body) {
		return problem.ErrBadRequest.WithMessage("The body holds a NUL character, which no text may.")
	}
	if err := checkShape(body); err != nil {
		return err
	}
	err := json.Unmarshal(body, target)
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		return problem.ErrInvalid.WithDetails(problem.Detail{Code: "invalid_type", Field: mistyped.Field,
			Message: "That member has the wrong type."})
	}
	if p := problem.As(err); p != nil {
		return p
	}
	if err != nil {
		return errNoJSON
	}
	return nil
}

// holdsNUL reports whether JSON text holds \u0000 as an escape. PostgreSQL
// cannot store it, and what follows it is invisible to C.
func holdsNUL(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(text[i:], []byte(`\u0000`)) {
			return true
		}
		i++ // what is escaped does not begin an escape
	}
	return false
}
