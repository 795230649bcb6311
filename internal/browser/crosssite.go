package browser

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/problem"
)

// pagePrefixes are where people post forms. Everything that others post to
// from elsewhere (ACS, callbacks, /oauth2, the management API) is outside
// and protects itself by its own state, signature or bearer.
// /logout is among them because its answer takes the session cookie away,
// which needs no cookie with the request.
var pagePrefixes = []string{"/login", "/logout", "/account", "/admin", "/portal", "/device", "/invite"}

// IsPage reports whether path belongs to pages for people.
func IsPage(path string) bool {
	if path == "/portal/generate_link" { // an endpoint of the management API
		return false
	}
	for _, p := range pagePrefixes {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

// CrossSite refuses posts to pages that another site made the browser send,
// by Sec-Fetch-Site and Origin; no token field is needed.
func CrossSite() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if !IsPage(r.URL.Path) {
				return next(c)
			}
			if err := protection.Check(r); err != nil {
				return problem.ErrCrossSite
			}
			return next(c)
		}
	}
}
