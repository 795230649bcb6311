package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// Invitation asks its reader into an organization, or, without one, to the
// application as such.
type Invitation struct {
	Inviter      string // empty: nobody in particular
	InviterEmail string
	Organization string // empty: none
	Role         string
	Email        string // whom it is for
	URL          string
	Expires      time.Time
}

// Kind names the letter.
func (Invitation) Kind() string { return "invitation" }

func (l Invitation) body(f Frame) body {
	args := f.args(i18n.Args{
		"by": known(l.Inviter), "inviter": l.Inviter, "to": known(l.Organization), "organization": l.Organization, "role": l.Role, "as": known(l.Role)})
	b := body{
		subject: f.Lang.T("mail.invitation.subject", args), heading: f.Lang.T("mail.invitation.heading", args),
		text: f.Lang.Rich("mail.invitation.text", args), button: link{f.Lang.T("mail.invitation.button", args), l.URL},
		ignore: f.Lang.Rich("mail.invitation.ignore", args),
	}
	b.preheader = plain(b.text)
	for _, x := range []fact{{f.Lang.T("mail.fact.for"), l.Email}, {f.Lang.T("mail.fact.from"), l.InviterEmail}, {f.Lang.T("mail.fact.until"), f.Lang.Moment(l.Expires)}} {
		if x.value != "" {
			b.facts = append(b.facts, x)
		}
	}
	return b
}

// known is whether there is a name, as the choice of a message.
func known(name string) string {
	if name == "" {
		return "no"
	}
	return "yes"
}
