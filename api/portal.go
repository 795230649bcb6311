package api

import (
	"net/http"
	"slices"
	"strconv"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/mailbox"
	"gatehouse/oauth"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/users"
)

type portalLinkBody struct {
	Organization    string        `json:"organization" api:"required"`
	Intent          string        `json:"intent"`
	ReturnURL       string        `json:"return_url"`
	SuccessURL      string        `json:"success_url"`
	IntentOptions   portalOptions `json:"intent_options"`
	AdminEmails     []string      `json:"admin_emails"`
	ITContactEmails []string      `json:"it_contact_emails"`
}

type portalOptions struct {
	SSO portalSSOOptions `json:"sso"`
}

type portalSSOOptions struct {
	BookmarkSlug string `json:"bookmark_slug"`
	ProviderType string `json:"provider_type"`
}

// maxAdminEmails bounds to how many people one call mails.
const maxAdminEmails = 20

func (h *Handler) portalRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/portal/generate_link", Tag: "Admin portal",
			Summary: "Make a link that opens an organization's self-serve portal once, within five minutes, for a visit of eight hours. intent limits it to one section. Each of admin_emails is mailed a link of their own.",
			Body:    portalLinkBody{}, Status: 201, Answer: wire.PortalLink{}, Foreign: absentBody(`{"organization":"{organization}"}`), run: generatePortalLink},
	}
}

func generatePortalLink(c *call) error {
	var in portalLinkBody
	if err := c.decode(&in); err != nil {
		return err
	}
	org, err := required[id.Organization]("organization", in.Organization)
	if err != nil {
		return err
	}
	n, err := in.link()
	if err != nil {
		return err
	}
	emails, err := in.emails()
	if err != nil {
		return err
	}
	if err := c.mayMailLinks(org, emails); err != nil {
		return err
	}
	return c.change(func(tx reach) (a answer, err error) {
		o, err := tx.organization(org)
		if err != nil {
			return a, err
		}
		n.MadeBy = c.h.Name
		if _, own := tx.own(); own {
			n.MadeBy = o.Name
			if err := ownAddresses(tx.Tx, n); err != nil {
				return a, err
			}
		}
		err = tx.enter(org, func(own *db.OrgTx) error {
			token, _, err := portal.Generate(own, n)
			if err != nil {
				return err
			}
			a = made(wire.PortalLink{Link: c.h.Portal.URL(token)})
			return c.h.mailLinks(own, n, emails, o.Name)
		})
		return a, err
	})
}

// link is what the body asks for, without who asks.
func (in portalLinkBody) link() (n portal.NewLink, err error) {
	if n.Scopes, err = portal.ScopesOf(in.Intent); err != nil {
		return n, invalid("intent", portal.ErrInvalidIntent.Message)
	}
	for _, u := range []struct {
		member, text string
		into         *string
	}{{"return_url", in.ReturnURL, &n.ReturnURL}, {"success_url", in.SuccessURL, &n.SuccessURL}} {
		if u.text == "" {
			continue
		}
		if *u.into, err = portal.ParseReturnURL(u.text); err != nil {
			return n, invalid(u.member, u.member+": "+portal.ErrInvalidURL.Message)
		}
	}
	if kind := in.IntentOptions.SSO.ProviderType; kind != "" {
		if _, known := sso.ParseType(kind); !known {
			return n, invalid("provider_type", "intent_options.sso.provider_type is a connection type, such as OktaSAML or GenericOIDC.")
		}
		n.ProviderType = kind
	}
	return n, nil
}

// emails are the addresses to mail to, each once.
func (in portalLinkBody) emails() ([]string, error) {
	var list []string
	seen := map[string]bool{}
	for _, typed := range slices.Concat(in.AdminEmails, in.ITContactEmails) {
		email, err := users.ParseEmail(typed)
		if err != nil {
			return nil, invalid("admin_emails", "admin_emails are email addresses.")
		}
		if !seen[email.Key] {
			seen[email.Key], list = true, append(list, email.Shown)
		}
	}
	if len(list) > maxAdminEmails {
		return nil, invalid("admin_emails", "admin_emails are at most "+strconv.Itoa(maxAdminEmails)+" addresses.")
	}
	return list, nil
}

// mayMailLinks counts mails about to be caused, before the transaction that
// causes them, and where the key sees the organization at all.
func (c *call) mayMailLinks(org id.Organization, emails []string) error {
	if len(emails) == 0 {
		return nil
	}
	err := c.reading(func(tx reach) error { _, err := tx.organization(org); return err })
	for _, email := range emails {
		if err != nil {
			break
		}
		err = c.h.Mailbox.MaySend(c.ctx(), "portal link "+mailbox.Kind(org), email, "") // each organization has its own day
	}
	return err
}

// mailLinks mails a link of its own to each address: a link opens once.
func (h *Handler) mailLinks(tx *db.OrgTx, n portal.NewLink, emails []string, organization string) error {
	for _, email := range emails {
		n.MailedTo = email
		token, l, err := portal.Generate(tx, n)
		if err != nil {
			return err
		}
		if err := h.Portal.Mail(tx, l, token, organization); err != nil {
			return err
		}
	}
	return nil
}

// ownAddresses holds an organization's key to the addresses of the
// deployment's applications: with it a customer makes links that carry the
// deployment's name.
func ownAddresses(tx *db.Tx, n portal.NewLink) error {
	for member, address := range map[string]string{"return_url": n.ReturnURL, "success_url": n.SuccessURL} {
		if address == "" {
			continue
		}
		if known, err := oauth.KnownOrigin(tx, address); err != nil {
			return err
		} else if !known {
			return invalid(member, member+" is at the address of one of the deployment's applications.")
		}
	}
	return nil
}
