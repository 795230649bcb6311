package login

import (
	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/login/gates"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// realm is the company's sign-in that an address, or an organization, leads to.
type realm struct {
	connections []sso.Connection
	required    bool // its people take no other way
}

// realm is home-realm discovery. The organization that the sign-in is for
// comes first where it asks for its own connection; then the one that has
// verified the address's domain. Nobody looks whether the address has an
// account.
func (h *Handler) realm(c echo.Context, a *Attempt, email string) (r realm, err error) {
	if h.SSO == nil {
		return r, nil
	}
	err = h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		if a != nil && a.OrganizationID != nil {
			if o, err := tenants.Get(tx, *a.OrganizationID); err != nil || o.System { // no connection opens the dashboard
				return err
			}
			if r, err = locateOrganizationRealm(tx, *a.OrganizationID); err != nil || r.required || a.gate() == gates.SSORequired {
				return err
			}
		}
		address, failed := users.ParseEmail(email)
		if failed != nil {
			return nil
		}
		theirs, err := sso.LocateForDomain(tx, address.Domain())
		if err != nil || len(theirs) == 0 {
			return err
		}
		policy, err := tenants.GetPolicy(tx, theirs[0].OrganizationID)
		r = realm{theirs, policy.SSORequired}
		return err
	})
	return r, err
}

func locateOrganizationRealm(tx *db.AllTx, org id.Organization) (realm, error) {
	all, err := sso.LocateActive(tx, org)
	if err != nil || len(all) == 0 {
		return realm{}, err
	}
	policy, err := tenants.GetPolicy(tx, org)
	return realm{all, policy.SSORequired}, err
}

// leads reports whether everybody with such an address goes to the provider at
// once. A policy that asks for single sign-on where there is no connection
// left is nothing that a page could follow.
func (r realm) leads() bool { return r.required && len(r.connections) > 0 }

// ssoMethod is the button that leads to the company's sign-in of an address,
// beside the password; none where there is no such sign-in.
func (h *Handler) ssoMethod(c echo.Context, a *Attempt) []hosted.Method {
	r, err := h.realm(c, a, a.email())
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "the connections cannot be read", "error", err)
	}
	if len(r.connections) == 0 {
		return nil
	}
	return []hosted.Method{{Kind: hosted.MethodSSO, URL: a.path(pathSSO), LastUsed: h.lastUsed(c) == methodSSO}}
}

// ssoButton leads to the page that asks for the address, where anybody here
// has a company's sign-in at all.
func (h *Handler) ssoButton(c echo.Context, a *Attempt) []hosted.Method {
	if h.SSO == nil {
		return nil
	}
	any := false
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) (err error) {
		any, err = sso.LocateAny(tx)
		return err
	})
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "the connections cannot be read", "error", err)
	}
	if !any {
		return nil
	}
	to := pathSSO
	if a != nil {
		to = a.path(pathSSO)
	}
	return []hosted.Method{{Kind: hosted.MethodSSO, URL: to, LastUsed: h.lastUsed(c) == methodSSO}}
}
