package login

import (
	"slices"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/web/hosted"
)

// settings are the deployment's. Where they cannot be read a page offers what
// a new deployment has; each step asks again before it acts.
func (h *Handler) settings(c echo.Context) tenants.Settings {
	s := tenants.DefaultSettings()
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		s, err = tenants.GetSettings(tx)
		return err
	})
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "the settings cannot be read", "error", err)
	}
	s.Passkey = s.Passkey && h.MFA.Passkeys()
	return s
}

// offered are the settings with the ways in that the attempt's organization
// does not take switched off: pages do not draw them. What is posted anyway
// meets the gates. Where the policy leaves nothing that a page here can draw,
// all are: for people who are to get in when single sign-on is broken.
func (h *Handler) offered(c echo.Context, a *Attempt) tenants.Settings {
	s := h.settings(c)
	if a == nil || a.OrganizationID == nil {
		return s
	}
	var policy tenants.Policy
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) (err error) {
		policy, err = tenants.GetPolicy(tx, *a.OrganizationID)
		return err
	})
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "an organization's policy cannot be read", "organization", *a.OrganizationID, "error", err)
		return s
	}
	taken := func(m sessions.Method) bool {
		return !policy.SSORequired && (len(policy.AllowedMethods) == 0 || slices.Contains(policy.AllowedMethods, string(m)))
	}
	by := s
	by.Password, by.MagicAuth, by.Passkey = s.Password && taken(sessions.Password), s.MagicAuth && taken(sessions.MagicAuth), s.Passkey && taken(sessions.Passkey)
	if !by.Password && !by.MagicAuth && !by.Passkey {
		return s
	}
	return by
}

// lastUsed is how somebody signed in from this browser last, or "".
func (h *Handler) lastUsed(c echo.Context) sessions.Method {
	return sessions.Method(h.Jar.Get(c.Request(), browser.Method))
}

// instead are the ways in besides the password, for somebody who gave their
// address.
func (h *Handler) instead(c echo.Context, a *Attempt) []hosted.Method {
	methods := h.ssoMethod(c, a)
	if !h.offered(c, a).MagicAuth {
		return methods
	}
	return append(methods, hosted.Method{Kind: hosted.MethodCode, URL: a.path(pathCode), LastUsed: h.lastUsed(c) == sessions.MagicAuth})
}

// otherWay is the page of whoever gave their address where passwords are not
// taken.
func (a *Attempt) otherWay(s tenants.Settings) string {
	if s.MagicAuth {
		return a.path(pathCode)
	}
	return a.path(pathPasskey)
}

// withoutAddress are the ways in that know by themselves who is there.
func (h *Handler) withoutAddress(c echo.Context, s tenants.Settings, a *Attempt) []hosted.Method {
	if !s.Passkey {
		return nil
	}
	to := pathPasskey
	if a != nil {
		to = a.path(pathPasskey)
	}
	return []hosted.Method{{Kind: hosted.MethodPasskey, URL: to, LastUsed: h.lastUsed(c) == sessions.Passkey}}
}

// gateProblems are the pages of gates that a sign-in, as it was begun, cannot
// pass.
var gateProblems = map[gates.Gate]*problem.Error{
	gates.NotMember:      errNotMember,
	gates.AddressRefused: problem.New(problem.Forbidden, "ip_not_allowed", "This organization can be entered from its own networks only."),
	gates.SSORequired:    problem.New(problem.Forbidden, "sso_required", "This organization asks its people to sign in with SSO."),
	gates.MethodRefused:  problem.New(problem.Forbidden, "authentication_method_refused", "This organization does not take this way to sign in."),
}
