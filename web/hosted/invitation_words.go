package hosted

import (
	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

func (p InvitationPage) args() i18n.Args {
	return i18n.Args{"by": p.by(), "inviter": p.Inviter, "to": p.to(), "organization": p.Organization, "application": p.application()}
}

func (p InvitationPage) title() string { return p.Lang.T("invite.title", p.args()) }
func (p InvitationPage) lede() string  { return p.Lang.T("invite.lede", p.args()) }

// facts are who invites, to what, as what, whom and until when.
func (p InvitationPage) facts() []ui.Def {
	var facts []ui.Def
	add := func(term, value string) {
		if value != "" {
			facts = append(facts, ui.Def{Term: p.Lang.T(term), Text: value})
		}
	}
	add("invite.from", p.InviterEmail)
	add("invite.organization", p.Organization)
	add("invite.role", p.Role)
	add("invite.for", p.Email)
	return append(facts, ui.Def{Term: p.Lang.T("invite.until"), Body: ui.Time(ui.TimeProps{At: p.Expires, Text: p.Lang.Moment(p.Expires)})})
}
