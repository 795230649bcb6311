package app

import (
	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/netguard"
)

// newStreams knows where the log can be sent. People say where that is, so
// destinations are reached through the guard.
func newStreams(cfg *config.Config, d *db.DB) *stream.Service {
	return &stream.Service{Kinds: sink.Kinds(), Dial: sink.Dial{Guard: netguard.New(cfg.AllowPrivateTargets), Now: d.Now}}
}

// streams sends the log to its destinations.
func (a *App) streams() loop {
	return loop{"log streams", (&stream.Engine{DB: a.DB, Service: newStreams(a.Config, a.DB), Log: a.Log}).Run}
}
