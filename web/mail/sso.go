package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// SSORequiredFrom tells a member that from a date only single sign-on leads
// into the organization.
type SSORequiredFrom struct {
	Organization string
	From         time.Time
	Email        string // whom it is for
}

// Kind names the letter.
func (SSORequiredFrom) Kind() string { return "sso_required_from" }

func (l SSORequiredFrom) body(f Frame) body {
	args := f.args(i18n.Args{"organization": l.Organization, "day": f.Lang.Day(l.From.UTC())})
	b := body{
		subject: f.Lang.T("mail.sso_required_from.subject", args), heading: f.Lang.T("mail.sso_required_from.heading", args),
		text: f.Lang.Rich("mail.sso_required_from.text", args), ignore: f.Lang.Rich("mail.sso_required_from.ignore", args),
		facts: []fact{{f.Lang.T("mail.fact.for"), l.Email}, {f.Lang.T("mail.sso_required_from.fact"), f.Lang.Moment(l.From)}},
	}
	b.preheader = plain(b.text)
	return b
}
