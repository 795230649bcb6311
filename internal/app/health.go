package app

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// healthz says that the process lives; it asks nobody, so that a slow
// database does not get every server restarted.
func (a *App) healthz(c echo.Context) error {
	noStore(c)
	return c.String(http.StatusOK, "ok\n")
}

// readyz says whether to send requests here: not while draining, and not
// without the database.
func (a *App) readyz(c echo.Context) error {
	noStore(c)
	if a.draining.Load() {
		return c.String(http.StatusServiceUnavailable, "draining\n")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	if err := a.DB.Ping(ctx); err != nil {
		a.Log.WarnContext(ctx, "the database does not answer", "error", err)
		return c.String(http.StatusServiceUnavailable, "the database does not answer\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

func (a *App) version(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"name": "gatehouse", "version": version()})
}
