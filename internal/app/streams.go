package app

import (
	"gatehouse/export/signal"
	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/netguard"
	"gatehouse/oauth"
	"gatehouse/tenants"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
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
	t := teller{post: a.post, base: a.Config.Origin()}
	return loop{"log streams", (&stream.Engine{DB: a.DB, Service: newStreams(a.Config, a.DB, keys), Tell: t.stream, Log: a.Log}).Run}
}

// stream tells of a stream that fails, or works again: an organization's owners
// and admins of its own, the operators of the deployment's, and of one whose
// organization has nobody.
func (t teller) stream(tx db.OwnedScope, n stream.Notice) error {
	about := webmail.StreamLetter{Stream: n.Stream.Name, Destination: titleOf(n.Stream.Type), Organization: t.post.Name, Since: n.Since,
		URL: t.base + "/admin/log-streams/" + string(n.Stream.ID)}
	own, in := tx.(*db.OrgTx)
	if !in {
		return t.operatorsOf(tx.(*db.AllTx).Tx, streamLetter(n, about)) // there is no third one
	}
	org := own.Organization()
	o, err := tenants.Get(own, org)
	if err != nil {
		return err
	}
	about.Organization = o.Name
	people, err := users.Administrators(own)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		return t.operatorsOf(own.Tx, streamLetter(n, about))
	}
	about.URL = t.base + "/portal/log-stream/" + string(n.Stream.ID)
	return t.administrators(own, &org, streamLetter(n, about))
}

// operatorsOf mails those who run the deployment, where there is anybody yet.
func (t teller) operatorsOf(tx *db.Tx, letter webmail.Letter) error {
	system, made, err := tenants.SystemOrganization(tx)
	if err != nil || !made {
		return err
	}
	return tx.In(system, func(tx *db.OrgTx) error { return t.administrators(tx, nil, letter) })
}

func titleOf(kind string) string {
	if k, known := sink.Find(append(sink.Kinds(), signal.Kind("", nil)), kind); known {
		return k.Title
	}
	return kind
}

func streamLetter(n stream.Notice, about webmail.StreamLetter) webmail.Letter {
	if n.Works {
		return webmail.StreamRecovered{StreamLetter: about}
	}
	l := webmail.StreamFailing{StreamLetter: about}
	if n.Stream.LastError != nil {
		l.Error = *n.Stream.LastError
	}
	return l
}
