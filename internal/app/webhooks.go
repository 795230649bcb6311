package app

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"gatehouse/export/webhook"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail"
	"gatehouse/internal/netguard"
	"gatehouse/tenants"
	webmail "gatehouse/web/mail"
)

// newWebhooks tells endpoints of events. Whoever made one says where it is, so
// it is sent to through the guard.
func newWebhooks(cfg *config.Config, d *db.DB, post *mail.Post, log *slog.Logger) *webhook.Service {
	guard := netguard.New(cfg.AllowPrivateTargets)
	t := teller{post: post, base: cfg.Origin()}
	return &webhook.Service{DB: d, Guard: guard, HTTP: guard.Client(webhook.ClientOptions), Tell: t.webhook, Log: log}
}

// webhook tells the operators of an endpoint that fails: its page is theirs.
func (t teller) webhook(tx db.OwnedScope, n webhook.Notice) error {
	about := webmail.WebhookLetter{Address: n.Endpoint.URL, Organization: t.post.Name, Waiting: n.Waiting, URL: t.base + "/admin/webhooks/" + string(n.Endpoint.ID)}
	if u, err := url.Parse(n.Endpoint.URL); err == nil {
		about.Address = u.Host // the rest is often a key
	}
	if n.Endpoint.FailingSince != nil {
		about.Since = *n.Endpoint.FailingSince
	}
	if org := n.Endpoint.OrganizationID; org != nil {
		o, err := tenants.Get(tx, *org)
		if err != nil {
			return err
		}
		about.Organization = o.Name
	}
	system, made, err := tenants.SystemOrganization(tx)
	if err != nil || !made {
		return err
	}
	tell := func(tx *db.OrgTx) error { return t.administrators(tx, nil, webhookLetter(n, about)) }
	switch tx := tx.(type) {
	case *db.OrgTx:
		return tx.In(system, tell)
	case *db.AllTx:
		return tx.In(system, tell)
	}
	return nil
}

func webhookLetter(n webhook.Notice, about webmail.WebhookLetter) webmail.Letter {
	if n.Disabled {
		return webmail.WebhookDisabled{WebhookLetter: about}
	}
	return webmail.WebhookFailing{WebhookLetter: about}
}

// webhookLoops follow the log and send what is due.
func (a *App) webhookLoops() []loop {
	return []loop{{"webhooks", a.webhooks.FanOut}, {"webhook deliveries", a.webhooks.Send}}
}

const webhookSweep = time.Hour

// webhookSweepArgs asks for old deliveries to be removed. It may run twice:
// what is gone is gone.
type webhookSweepArgs struct{}

// Kind names the job.
func (webhookSweepArgs) Kind() string { return "webhook_deliveries_sweep" }

func registerWebhooks(r *jobs.Registry, s *webhook.Service) {
	jobs.Handle(r, func(ctx context.Context, _ webhookSweepArgs) error { return s.Sweep(ctx) })
	r.Every(webhookSweep, webhookSweepArgs{})
}
