package dashboard

import (
	"log/slog"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"gatehouse/audit/archive"
	"gatehouse/export/stream"
	"gatehouse/export/webhook"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/invitations"
	"gatehouse/mailbox"
	"gatehouse/scim/provision"
	"gatehouse/social"
	"gatehouse/sso"
	"gatehouse/tenants"
)

// Handler serves /admin.
type Handler struct {
	DB          *db.DB
	Jar         browser.Jar
	Name        string         // the deployment's
	Environment string         // anything but "production" carries a badge
	Origin      string         // the deployment's own address, for the quickstart
	Limits      *limit.Limiter // of sign-ins begun
	Mailbox     *mailbox.Mailbox
	Social      *social.Service
	Domains     *tenants.DomainChecks
	Upkeep      *sso.Upkeep
	Invitations *invitations.Service
	Webhooks    *webhook.Service
	Streams     *stream.Service
	Directories *provision.Service // lets go of people, and tells who has to know
	Archive     *archive.Service   // of exports of the log
	Log         *slog.Logger
}

// Mount adds the routes.
func (h *Handler) Mount(e *echo.Echo) {
	for _, r := range routes {
		e.Add(r.method, r.path, h.inDevelopment(r, h.guard(r)))
	}
}

// show renders a page.
func (v *visit) show(status int, page templ.Component) error {
	browser.PageHeaders(v.Response().Header())
	return v.render(status, page)
}

// render is show with the headers that are set already.
func (v *visit) render(status int, page templ.Component) error {
	v.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	v.Response().WriteHeader(status)
	return page.Render(v.Request().Context(), v.Response())
}
