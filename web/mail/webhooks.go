package mail

import (
	"strconv"
	"time"

	"gatehouse/internal/i18n"
)

// Letters about webhook endpoints, to the people who run the deployment.
type (
	// WebhookFailing tells that an endpoint does not take its events, which wait.
	WebhookFailing struct{ WebhookLetter }
	// WebhookDisabled tells that nothing is sent to it any more.
	WebhookDisabled struct{ WebhookLetter }
)

// WebhookLetter is what both say.
type WebhookLetter struct {
	Address, Organization string // the endpoint's host; whose events it hears
	Since                 time.Time
	Waiting               int64
	URL                   string // the endpoint's page
}

func (WebhookFailing) Kind() string  { return "webhook_failing" }
func (WebhookDisabled) Kind() string { return "webhook_disabled" }

func (l WebhookLetter) on(f Frame, heading, text string) body {
	args := f.args(i18n.Args{"address": l.Address, "organization": l.Organization})
	said := f.Lang.Rich(text, args)
	return body{
		subject: f.Lang.T(heading, args), heading: f.Lang.T(heading, args), text: said, preheader: plain(said), button: link{f.Lang.T("mail.webhook.button"), l.URL},
		facts: []fact{
			{f.Lang.T("mail.fact.failing"), f.Lang.Moment(l.Since)},
			{f.Lang.T("mail.fact.waiting"), strconv.FormatInt(l.Waiting, 10)},
		},
		ignore: f.Lang.Rich("mail.domain.why", f.args(i18n.Args{"organization": l.Organization})),
	}
}

func (l WebhookFailing) body(f Frame) body {
	return l.on(f, "mail.webhook_failing.heading", "mail.webhook_failing.text")
}

func (l WebhookDisabled) body(f Frame) body {
	return l.on(f, "mail.webhook_disabled.heading", "mail.webhook_disabled.text")
}
