package oauth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
)

// Pages of an application may read the answers of the token and userinfo
// endpoints if they are served from the origin of one of its registered
// redirect URIs. No cookie counts at these endpoints, so what CORS keeps out
// is other pages' noise, not an attack; it is kept out all the same.

// openToAll is for documents that are public.
func openToAll(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set("Access-Control-Allow-Origin", "*")
		return next(c)
	}
}

// crossOrigin lets registered origins read the answer.
func (h *Handler) crossOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h.allowOrigin(c)
		return next(c)
	}
}

// preflight answers a browser that asks before it sends (Fetch §3.3.5).
func (h *Handler) preflight(c echo.Context) error {
	if h.allowOrigin(c) {
		headers := c.Response().Header()
		headers.Set("Access-Control-Allow-Methods", "GET, POST")
		headers.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		headers.Set("Access-Control-Max-Age", "600")
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) allowOrigin(c echo.Context) bool {
	asked := c.Request().Header.Get("Origin")
	if asked == "" {
		return false
	}
	headers := c.Response().Header()
	headers.Add("Vary", "Origin")
	known, err := h.origins.knows(c.Request().Context(), h.DB, asked)
	if err != nil {
		h.log().WarnContext(c.Request().Context(), "origins could not be read", "error", err)
	}
	if !known {
		return false
	}
	headers.Set("Access-Control-Allow-Origin", asked)
	return true
}

// KnownOrigin reports whether an address is at the origin of a registered
// redirect URI: one of the deployment's applications.
func KnownOrigin(tx *db.Tx, address string) (bool, error) {
	known, err := originsOf(tx)
	return known[origin(address)], err
}

// originsOf are the origins of all registered redirect URIs.
func originsOf(tx *db.Tx) (map[string]bool, error) {
	rows, err := redirects.List(tx, db.Query{Where: []db.Cond{db.Eq("purpose", PurposeRedirect)}})
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, r := range rows {
		if o := origin(r.URI); o != "" {
			known[o] = true
		}
	}
	return known, nil
}
