package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// Letters about an organization's domains, to the people who manage it.
type (
	// DomainVerified tells that a domain's DNS record was found.
	DomainVerified struct{ DomainLetter }
	// DomainMissing tells that a verified domain's record is gone.
	DomainMissing struct {
		DomainLetter
		Since time.Time
	}
	// DomainLeaves tells that another organization has proven the domain, and
	// by which record this one keeps it.
	DomainLeaves struct {
		DomainLetter
		MovesAt     time.Time
		Name, Value string
	}
	// DomainLeft tells that it has moved.
	DomainLeft struct{ DomainLetter }
	// DomainKept tells a claimant that the holder keeps the domain.
	DomainKept struct{ DomainLetter }
)

// DomainLetter is what all of them say.
type DomainLetter struct {
	Domain, Organization string
	URL                  string // the page of its domains
}

func (DomainVerified) Kind() string { return "domain_verified" }
func (DomainMissing) Kind() string  { return "domain_missing" }
func (DomainLeaves) Kind() string   { return "domain_leaves" }
func (DomainLeft) Kind() string     { return "domain_left" }
func (DomainKept) Kind() string     { return "domain_kept" }

func (l DomainLetter) on(f Frame, heading string, text []i18n.Part) body {
	return body{
		subject: heading, heading: heading, text: text, preheader: plain(text),
		button: link{f.Lang.T("mail.domain.button"), l.URL}, ignore: f.Lang.Rich("mail.domain.why", l.args(f)),
	}
}

func (l DomainLetter) args(f Frame) i18n.Args {
	return f.args(i18n.Args{"domain": l.Domain, "organization": l.Organization})
}

func (l DomainVerified) body(f Frame) body {
	return l.on(f, f.Lang.T("mail.domain_verified.heading", l.args(f)), f.Lang.Rich("mail.domain_verified.text", l.args(f)))
}

func (l DomainMissing) body(f Frame) body {
	b := l.on(f, f.Lang.T("mail.domain_missing.heading", l.args(f)), f.Lang.Rich("mail.domain_missing.text", l.args(f)))
	b.facts = []fact{{f.Lang.T("mail.fact.since"), f.Lang.Moment(l.Since)}}
	return b
}

func (l DomainLeaves) body(f Frame) body {
	b := l.on(f, f.Lang.T("mail.domain_leaves.heading", l.args(f)), f.Lang.Rich("mail.domain_leaves.text", l.args(f)))
	b.facts = []fact{{f.Lang.T("mail.fact.moves"), f.Lang.Moment(l.MovesAt)}, {f.Lang.T("mail.fact.record_name"), l.Name}, {f.Lang.T("mail.fact.record_value"), l.Value}}
	return b
}

func (l DomainLeft) body(f Frame) body {
	return l.on(f, f.Lang.T("mail.domain_left.heading", l.args(f)), f.Lang.Rich("mail.domain_left.text", l.args(f)))
}

func (l DomainKept) body(f Frame) body {
	return l.on(f, f.Lang.T("mail.domain_kept.heading", l.args(f)), f.Lang.Rich("mail.domain_kept.text", l.args(f)))
}
