package app

import (
	"log/slog"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/mail"
	"gatehouse/scim"
	"gatehouse/scim/provision"
)

func newProvision(cfg *config.Config, d *db.DB, post *mail.Post, log *slog.Logger) *provision.Service {
	return &provision.Service{DB: d, Post: post, Base: cfg.Origin(), Log: log}
}

// limitBody bounds every body but those of SCIM: there the token comes before
// everything else, the size of what a stranger sends too, and a Bulk is larger.
func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	bounded := browser.LimitBody(browser.BodyLimit)(next)
	return func(c echo.Context) error {
		if scim.Serves(c.Request().URL.Path) {
			return next(c)
		}
		return bounded(c)
	}
}
