package app

import (
	"log/slog"
	"time"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/netguard"
	"gatehouse/sso"
	"gatehouse/sso/oidc"
)

// newSSO signs people in by their organizations' identity providers. The
// organizations say where those are, so they are asked through the guard.
func newSSO(cfg *config.Config, d *db.DB, log *slog.Logger) *sso.Service {
	client := netguard.New(cfg.AllowPrivateTargets).Client(netguard.Options{})
	return &sso.Service{DB: d, HTTP: client, Party: &oidc.Party{HTTP: client, Now: func() time.Time { return d.Now() }}, Base: cfg.Origin(), Log: log}
}
