package login

import (
	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/login/gates"
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

// instead are the ways in besides the password, for somebody who gave their
// address.
func (h *Handler) instead(c echo.Context, a *Attempt) []hosted.Method {
	if !h.settings(c).MagicAuth {
		return nil
	}
	return []hosted.Method{{Kind: hosted.MethodCode, URL: a.path(pathCode)}}
}

// withoutAddress are the ways in that know by themselves who is there.
func (h *Handler) withoutAddress(s tenants.Settings, a *Attempt) []hosted.Method {
	if !s.Passkey {
		return nil
	}
	to := pathPasskey
	if a != nil {
		to = a.path(pathPasskey)
	}
	return []hosted.Method{{Kind: hosted.MethodPasskey, URL: to}}
}

// gateProblems are the pages of gates that a sign-in, as it was begun, cannot
// pass.
var gateProblems = map[gates.Gate]*problem.Error{
	gates.NotMember:      errNotMember,
	gates.AddressRefused: problem.New(problem.Forbidden, "ip_not_allowed", "This organization can be entered from its own networks only."),
	gates.SSORequired:    problem.New(problem.Forbidden, "sso_required", "This organization asks its people to sign in with SSO."),
	gates.MethodRefused:  problem.New(problem.Forbidden, "authentication_method_refused", "This organization does not take this way to sign in."),
}
