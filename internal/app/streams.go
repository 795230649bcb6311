package app

import (
	"gatehouse/export/signal"
	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/netguard"
	"gatehouse/oauth"
)

// newStreams knows where the log can be sent, to receivers of Shared Signals
// too. People say where that is, so destinations are reached through the guard.
func newStreams(cfg *config.Config, d *db.DB, keys *oauth.Keys) *stream.Service {
	signals := signal.Kind(cfg.Origin(), keys.SignSecurityEvent)
	return &stream.Service{Kinds: sink.Kinds(), Others: []sink.Kind{signals}, Dial: sink.Dial{Guard: netguard.New(cfg.AllowPrivateTargets), Now: d.Now}}
}

// streams sends the log to its destinations.
func (a *App) streams() loop {
	keys := &oauth.Keys{DB: a.DB, Log: a.Log} // its own: a worker has no provider
	return loop{"log streams", (&stream.Engine{DB: a.DB, Service: newStreams(a.Config, a.DB, keys), Log: a.Log}).Run}
}
