package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// PortalLink lets its reader into an organization's self-serve portal.
type PortalLink struct {
	From         string // as people call who made it
	Organization string
	URL          string
	Expires      time.Time
}

// PortalLinkAsked tells whoever made a link that somebody found it over and
// needs another.
type PortalLinkAsked struct {
	Seen
	Organization string
	URL          string // where another is made
}

// Kind names the letter.
func (PortalLink) Kind() string { return "portal_link" }

// Kind names the letter.
func (PortalLinkAsked) Kind() string { return "portal_link_asked" }

func (l PortalLink) body(f Frame) body {
	args := f.args(i18n.Args{"from": l.From, "organization": l.Organization})
	b := body{
		subject: f.Lang.T("mail.portal_link.subject", args), heading: f.Lang.T("mail.portal_link.heading", args),
		text: f.Lang.Rich("mail.portal_link.text", args), button: link{f.Lang.T("mail.portal_link.button", args), l.URL},
		ignore: f.Lang.Rich("mail.portal_link.ignore", args),
		facts:  []fact{{f.Lang.T("mail.fact.from"), l.From}, {f.Lang.T("mail.fact.until"), f.Lang.Moment(l.Expires)}},
	}
	b.preheader = plain(b.text)
	return b
}

func (l PortalLinkAsked) body(f Frame) body {
	args := f.args(i18n.Args{"organization": l.Organization})
	b := f.notice(f.Lang.T("mail.portal_link_asked.heading", args), f.Lang.Rich("mail.portal_link_asked.text", args), l.Seen, "")
	b.button = link{f.Lang.T("mail.portal_link_asked.button", args), l.URL}
	b.ignore = f.Lang.Rich("mail.portal_link_asked.ignore", args)
	return b
}
