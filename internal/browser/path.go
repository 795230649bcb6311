package browser

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/problem"
)

// CanonicalPath refuses paths that two readers could read differently: what
// a guard takes for /x//admin and the router for /admin must be neither. Use
// it with echo.Pre, before the router reads the path.
func CanonicalPath(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := checkPath(c.Request().URL); err != nil {
			return err
		}
		return next(c)
	}
}

// checkPath answers 404, because nothing is at such an address, and 400 for
// bytes that are no text. %2F stays: it is legal inside an external id.
func checkPath(u *url.URL) error {
	raw := u.EscapedPath()
	if !strings.HasPrefix(raw, "/") || !utf8.ValidString(u.Path) || strings.ContainsFunc(u.Path, unicode.IsControl) {
		return problem.ErrBadRequest.WithMessage("The path is not a valid one.")
	}
	if strings.ContainsAny(raw, `;\`) || strings.Contains(raw, "//") {
		return problem.ErrNotFound.WithMessage("There is nothing at that address.")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." || strings.Contains(segment, `\`) {
			return problem.ErrNotFound.WithMessage("There is nothing at that address.")
		}
	}
	// An encoded letter in the first segment only serves to dodge a check of it.
	first, _, _ := strings.Cut(raw[1:], "/")
	if strings.Contains(first, "%") {
		return problem.ErrNotFound.WithMessage("There is nothing at that address.")
	}
	return nil
}
