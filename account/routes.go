package account

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// need is what a route asks of the browser's session.
type need int

const (
	look  need = iota // that somebody is signed in
	act               // and acts for themselves
	prove             // and has proven so in the last minutes
)

// route is one address. Where a form has no page of its own at its address,
// page is the one to go back to.
type route struct {
	method string
	path   string
	need   need
	page   string
	serve  func(*visit) error
}

// The pages.
const (
	pathProfile  = "/account"
	pathEmail    = "/account/email"
	pathConfirm  = "/account/email/confirm"
	pathSecurity = "/account/security"
	pathPassword = "/account/security/password"
	pathPasskey  = "/account/security/passkeys/new"
	pathApp      = "/account/security/authenticators/new"
	pathPhone    = "/account/security/phones/new"
	pathCodes    = "/account/security/recovery-codes"
	pathSaved    = "/account/security/recovery-codes/saved"
	pathSessions = "/account/sessions"
	pathOthers   = "/account/sessions/others"
	pathApps     = "/account/apps"
	pathLogout   = "/logout"
	pathLogin    = "/login"
)

func routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{get, pathProfile, look, "", showProfile},
		{post, pathProfile, act, "", saveProfile},
		{get, pathEmail, prove, "", askEmail},
		{post, pathEmail, prove, "", mailChange},
		{get, pathConfirm, prove, "", askCode},
		{post, pathConfirm, prove, "", confirmChange},
		{get, pathSecurity, look, "", showSecurity},
		{get, pathPassword, prove, "", askPassword},
		{post, pathPassword, prove, "", savePassword},
		{get, pathPasskey, prove, "", askPasskey},
		{post, pathPasskey, prove, "", savePasskey},
		{get, "/account/security/passkeys/:id/rename", prove, "", askName},
		{post, "/account/security/passkeys/:id/rename", prove, "", saveName},
		{get, pathApp, prove, "", askApp},
		{post, pathApp, prove, "", beginApp},
		{get, "/account/security/authenticators/:id", prove, "", showApp},
		{post, "/account/security/authenticators/:id", prove, "", confirmApp},
		{get, pathPhone, prove, "", askPhone},
		{post, pathPhone, prove, "", beginPhone},
		{get, "/account/security/phones/:id", prove, "", showPhone},
		{post, "/account/security/phones/:id", prove, "", confirmPhone},
		{get, pathCodes, prove, "", askCodes},
		{post, pathCodes, prove, "", makeCodes},
		{post, pathSaved, look, pathSecurity, savedCodes},
		{post, pathSaved + "/download", look, pathSecurity, downloadCodes},
		{get, "/account/security/factors/:id/remove", prove, "", askRemove},
		{post, "/account/security/factors/:id/remove", prove, "", remove},
		{get, "/account/security/identities/:id/remove", prove, "", askUnlink},
		{post, "/account/security/identities/:id/remove", prove, "", unlink},
		{get, pathProviders + ":provider", prove, "", askLink},
		{post, pathProviders + ":provider", prove, "", link},
		{get, pathSessions, look, "", showSessions},
		{post, "/account/sessions/:id/end", act, pathSessions, endSession},
		{get, pathOthers, look, "", askOthers},
		{post, pathOthers, act, "", endOthers},
		{get, pathApps, look, "", showApps},
		{get, "/account/apps/:id/disconnect", look, "", askDisconnect},
		{post, "/account/apps/:id/disconnect", act, "", disconnect},
	}
}

// Mount adds the routes.
func (h *Handler) Mount(e *echo.Echo) {
	for _, r := range routes() {
		e.Add(r.method, r.path, h.guard(r))
	}
}
