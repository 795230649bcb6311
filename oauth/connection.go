package oauth

import (
	"errors"
	"slices"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/login"
	"gatehouse/sessions"
	"gatehouse/sso"
)

// way is how a request chooses a connection; at most one member is set.
type way struct {
	connection   string // its id
	organization bool   // that organization's
	domain       string // those of the organization that has verified it
	wish         string // likewise, if there is one
}

// The refusals of a choice (reference/wire-api.md 4.2).
var (
	refuseConnection   = refuse("connection_invalid", "There is no connection with that id.")
	refuseUnlinked     = refuse("connection_unlinked", "That connection is turned off, or is not set up yet.")
	refuseOrganization = refuse("organization_invalid", "That organization has no active connection. Add provider=authkit to sign in to it with the hosted page.")
	refuseDomain       = refuse("connection_domain_invalid", "No organization with an active connection has verified that domain.")
	refuseAmbiguous    = refuse("ambiguous_connection_selector", "Several connections are for that domain. Name the connection, or the organization.")
)

// lead finds the connection that the request chooses. The sign-in is for that
// one's organization.
func (a *asked) lead(tx *db.Tx) error {
	if a.way == (way{}) {
		return nil
	}
	return tx.Locate(func(tx *db.AllTx) error {
		switch w := a.way; {
		case w.connection != "":
			return a.leadToConnection(tx, w.connection)
		case w.organization && a.organization != nil:
			return a.leadToOrganization(tx)
		case w.domain != "":
			return a.leadByDomain(tx, w.domain)
		}
		return a.leadByWish(tx, a.way.wish)
	})
}

func (a *asked) leadToConnection(tx *db.AllTx, text string) error {
	key, err := id.Parse[id.Connection](text)
	if err != nil {
		return refuseConnection
	}
	c, err := sso.Get(tx, key)
	if errors.Is(err, db.ErrNotFound) || err == nil && a.organization != nil && *a.organization != c.OrganizationID {
		return refuseConnection
	}
	if err != nil {
		return err
	}
	if c.State != sso.Active {
		return refuseUnlinked
	}
	a.take(c)
	return nil
}

func (a *asked) leadToOrganization(tx *db.AllTx) error {
	all, err := sso.LocateActive(tx, *a.organization)
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return refuseOrganization
	case len(all) == 1:
		a.take(&all[0])
		return nil
	}
	if hint := a.hints.DomainHint; hint != "" {
		if err := a.leadByWish(tx, hint); err != nil {
			return err
		}
	}
	a.asks = a.connection == nil
	return nil
}

func (a *asked) leadByDomain(tx *db.AllTx, domain string) error {
	all, err := sso.LocateForDomain(tx, domain)
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return refuseDomain
	case len(all) > 1:
		return refuseAmbiguous
	}
	a.take(&all[0])
	return nil
}

// leadByWish takes the one connection that a domain leads to, if there is one,
// and if it is the organization's that the sign-in is for.
func (a *asked) leadByWish(tx *db.AllTx, domain string) error {
	if domain == "" || a.screen == login.ScreenSignUp {
		return nil
	}
	all, err := sso.LocateForDomain(tx, domain)
	if a.organization != nil {
		all = slices.DeleteFunc(all, func(c sso.Connection) bool { return c.OrganizationID != *a.organization })
	}
	if err == nil && len(all) == 1 {
		a.take(&all[0])
	}
	return err
}

func (a *asked) take(c *sso.Connection) { a.connection, a.organization = &c.ID, &c.OrganizationID }

// fits reports whether a live session may answer: where a connection was
// chosen, one that began by it.
func (a *asked) fits(b *sessions.Browser) bool {
	switch {
	case a.connection != nil:
		return b.AuthMethod == sessions.SSO && b.ConnectionID != nil && *b.ConnectionID == *a.connection
	case a.asks:
		return b.AuthMethod == sessions.SSO && b.For(*a.organization)
	}
	return true
}

// ssoSelector checks the way in of /sso/authorize, whose parameters are called
// otherwise than the wire's.
func ssoSelector(p browser.Params, a *asked) error {
	chosen := 0
	for _, name := range []string{"connection", "organization", "provider", "domain"} {
		if p.Has(name) {
			chosen++
		}
	}
	switch {
	case chosen == 0:
		return refuse("invalid_connection_selector", "Say by which connection: connection, organization or domain.")
	case chosen > 1:
		return refuse("ambiguous_connection_selector", "Give one of connection, organization, provider and domain.")
	case p.Has("provider"):
		return refuse("connection_strategy_invalid", "Accounts at such providers have no connection, and so no profile. Use /user_management/authorize with provider.")
	case p.Has("organization"):
		a.way = way{organization: true}
		if err := a.readOrganization(p.Get("organization")); err != nil {
			return err
		}
		if a.organization == nil {
			return refuseOrganization
		}
	case p.Has("domain"):
		a.way = way{domain: p.Get("domain")}
		if a.way.domain == "" {
			return refuseDomain
		}
	default:
		a.way = way{connection: p.Get("connection")}
		if a.way.connection == "" {
			return refuseConnection
		}
	}
	return a.readHints(p)
}
