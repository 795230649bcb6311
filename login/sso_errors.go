package login

import (
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/problem"
	"gatehouse/sso"
	"gatehouse/web/hosted"
)

// refuseSSO hands a refusal to its page, with the reference under which the
// organization's admins find it. What is no problem is the server's fault.
func (h *Handler) refuseSSO(c echo.Context, a *Attempt, name, reference string, err error) error {
	p := problem.As(err)
	if p == nil {
		return err
	}
	if a != nil {
		c.Set(attemptKey, a)
	}
	if name != "" {
		c.Set(providerKey, name)
	}
	c.Set(ssoKey, reference)
	return p
}

// ssoKey is where a refused sign-in by a connection keeps its reference for
// the error page; the log has it already.
const ssoKey = "login.sso"

// ssoErrors are the pages of what goes wrong at a connection; every other
// refusal of an answer is ErrorSSOFailed.
var ssoErrors = map[string]hosted.ErrorKind{
	"connection_inactive": hosted.ErrorSSOOff, "connection_incomplete": hosted.ErrorSSOOff, "saml_settings_incomplete": hosted.ErrorSSOOff,
	"sso_state_invalid": hosted.ErrorExpired, "saml_replay": hosted.ErrorExpired, "sign_in_expired": hosted.ErrorExpired,
	"saml_unsolicited": hosted.ErrorSSOUnsolicited, "sso_loop": hosted.ErrorSSOLoop,
	"saml_status": hosted.ErrorSSORefused, "oidc_access_denied": hosted.ErrorSSORefused, "oidc_provider_refused": hosted.ErrorSSORefused,
	"oidc_provider_unavailable": hosted.ErrorSSODown, "oidc_timeout": hosted.ErrorSSODown, "oidc_discovery_failed": hosted.ErrorSSODown,
	"email_domain_not_owned": hosted.ErrorSSODomain, "email_missing": hosted.ErrorSSONoEmail,
	"membership_required": hosted.ErrorSSONotMember, "membership_inactive": hosted.ErrorSSODeactivated, "user_banned": hosted.ErrorBlocked,
	"membership_ended_by_directory": hosted.ErrorSSODirectory, "membership_by_directory": hosted.ErrorSSOUnassigned,
	"account_is_operator": hosted.ErrorSSOConflict, "identity_conflict": hosted.ErrorSSOConflict, "identity_move_not_approved": hosted.ErrorSSOConflict,
	"organization_invalid": hosted.ErrorSSOConflict,
}

// ssoError is the page of a problem of a sign-in by a connection.
func ssoError(c echo.Context, p *problem.Error) (hosted.ErrorKind, bool) {
	if _, refused := c.Get(ssoKey).(string); !refused {
		return "", false
	}
	if kind, ok := ssoErrors[p.Code]; ok {
		return kind, true
	}
	for _, theirs := range []string{"saml_", "oidc_", "subject_"} {
		if strings.HasPrefix(p.Code, theirs) {
			return hosted.ErrorSSOFailed, true
		}
	}
	return "", false
}

// ssoWay is where the page of a refusal leads: to another try, and to the way
// round.
func (h *Handler) ssoWay(c echo.Context, page *hosted.ErrorPage, a *Attempt) {
	if a != nil && a.CompletedAt == nil {
		page.Primary.URL = a.path(pathIdentifier)
		if a.Email != nil {
			page.Secondary = hosted.Link{Label: page.Lang.T("login.redirect.other"), URL: a.path(pathPassword)}
		}
	}
	if page.Kind == hosted.ErrorSSOUnsolicited {
		if key, err := sso.ParseParam(c.Param("connection")); err == nil {
			page.Primary = hosted.Link{Label: page.Lang.T("error.sso_start"), URL: sso.StartURL("", key)}
		}
	}
}
