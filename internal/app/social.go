package app

import (
	"time"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/netguard"
	"gatehouse/social"
	"gatehouse/sso/oidc"
)

// newSocial signs people in by their accounts elsewhere. Operators say where
// providers are, so they are asked through the guard.
func newSocial(cfg *config.Config, d *db.DB) *social.Service {
	client := netguard.New(cfg.AllowPrivateTargets).Client(netguard.Options{})
	return &social.Service{DB: d, Party: &oidc.Party{HTTP: client, Now: func() time.Time { return d.Now() }}, Environment: social.EnvironmentOf(cfg.Social), Base: cfg.Origin()}
}
