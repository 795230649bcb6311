package portal

import (
	"log/slog"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"gatehouse/audit/archive"
	"gatehouse/export/stream"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/login"
	"gatehouse/portal"
	"gatehouse/scim/provision"
	"gatehouse/sso"
	"gatehouse/tenants"
)

// Handler serves /portal.
type Handler struct {
	DB          *db.DB
	Jar         browser.Jar
	Login       *login.Handler  // how organizations look
	Links       *portal.Service // mails them
	Domains     *tenants.DomainChecks
	SSO         *sso.Service       // of tests
	Directories *provision.Service // lets go of people
	Archive     *archive.Service   // of exports of the log
	Streams     *stream.Service    // of the log
	Name        string             // the deployment's
	Base        string             // the deployment's own address
	Limits      *limit.Limiter     // of sign-ins begun, and of mails
	Log         *slog.Logger
}

// Mount adds the routes.
func (h *Handler) Mount(e *echo.Echo) {
	for _, r := range routes() {
		e.Add(r.method, r.path, h.guard(r))
	}
	// Programs that look at mails ask for a link's head first (RFC 9110 §9.3.2).
	e.GET(pathOpen+"/:token", h.offer)
	e.HEAD(pathOpen+"/:token", h.offer)
	e.POST(pathOpen+"/:token", h.open)
	e.POST(pathOpen+"/:token/ask", h.askForAnother)
	e.GET(pathEnter, h.enter)
	e.POST(pathEnter, h.enter)
	e.GET(pathLeave, func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, pathHome) })
	e.POST(pathLeave, h.leave)
	e.POST(pathAsk, h.askAfterwards)
}

// show renders a page.
func show(c echo.Context, status int, page templ.Component) error {
	headers := c.Response().Header()
	tight := headers.Get("Referrer-Policy") == "no-referrer" // a page whose address holds a secret
	browser.PageHeaders(headers)
	if tight {
		browser.NoReferrer(headers)
	}
	headers.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	return page.Render(c.Request().Context(), c.Response())
}

func (v *visit) show(status int, page templ.Component) error { return show(v.Context, status, page) }
