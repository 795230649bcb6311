package portal

import (
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/mail"
	webmail "gatehouse/web/mail"
)

// Service writes links and mails them.
type Service struct {
	Post *mail.Post
	Base string // the deployment's own address
}

// URL is where a link's token opens the portal.
func (s *Service) URL(token string) string { return s.Base + "/portal/open/" + token }

// Mail sends the link to the address that it is for.
func (s *Service) Mail(tx *db.OrgTx, l *Link, token, organization string) error {
	org := l.OrganizationID
	to := mail.To{Address: *l.MailedTo, Organization: &org, Lifetime: LinkLifetime}
	return s.Post.Send(tx.Tx, to, webmail.PortalLink{From: l.MadeBy, Organization: organization, URL: s.URL(token), Expires: l.ExpiresAt})
}

// TellMaker tells whoever made a link that somebody found it over and needs
// another.
func (s *Service) TellMaker(tx *db.OrgTx, l *Link, organization, address, locale string) error {
	who := tx.Actor()
	letter := webmail.PortalLinkAsked{Organization: organization, URL: s.Base + "/admin/organizations/" + string(l.OrganizationID),
		Seen: webmail.Seen{Device: browser.AgentName(who.UserAgent), IP: who.IP, At: tx.Now()}}
	return s.Post.Send(tx.Tx, mail.To{Address: address, Locale: locale}, letter)
}
