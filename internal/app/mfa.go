package app

import (
	"log/slog"
	"net/http"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/mfa"
)

// newMFA enrols and checks second steps; a worker, which only sends text
// messages, needs no limits.
func newMFA(cfg *config.Config, d *db.DB, limits *limit.Limiter, log *slog.Logger) *mfa.Service {
	s := &mfa.Service{DB: d, Limits: limits, Name: cfg.Name, Base: cfg.Origin(), Log: log}
	if !cfg.SMS.Empty() {
		s.SMS = &mfa.SMSSender{URL: cfg.SMS.Reveal(), HTTP: &http.Client{CheckRedirect: refuseRedirect}}
	}
	return s
}
