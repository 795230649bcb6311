package app

import (
	"log/slog"
	"net/http"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/internal/puzzle"
	"gatehouse/mfa"
)

// challenge is somebody else's, where the environment names one.
func (a *App) challenge() *puzzle.Service {
	c := a.Config.Challenge
	if !c.Set() {
		return nil
	}
	return &puzzle.Service{Script: c.Script, Class: c.Class, SiteKey: c.SiteKey, Field: c.Field, VerifyURL: c.VerifyURL,
		Secret: c.Secret.Reveal(), HTTP: &http.Client{CheckRedirect: refuseRedirect}, Log: a.Log}
}

// newMFA enrols and checks second steps; a worker, which only sends text
// messages, needs no limits.
func newMFA(cfg *config.Config, d *db.DB, limits *limit.Limiter, log *slog.Logger) *mfa.Service {
	s := &mfa.Service{DB: d, Limits: limits, Name: cfg.Name, Base: cfg.Origin(), Log: log}
	if !cfg.SMS.Empty() {
		s.SMS = &mfa.SMSSender{URL: cfg.SMS.Reveal(), HTTP: &http.Client{CheckRedirect: refuseRedirect}}
	}
	return s
}
