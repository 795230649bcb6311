package login

import (
	"log/slog"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// Handler serves the hosted login, sign-out and a person's own page.
type Handler struct {
	DB        *db.DB
	Passwords *users.Passwords
	Jar       browser.Jar
	Lifetimes sessions.Lifetimes // of browser sessions
	Name      string             // the deployment's, where no application says its own
	Log       *slog.Logger

	shown errorBudget
}

// Mount adds the routes.
func (h *Handler) Mount(e *echo.Echo) {
	e.GET(pathIdentifier, h.identifier)
	e.POST(pathIdentifier, h.at(stepIdentifier, h.identify))
	e.GET(pathPassword, h.at(stepPassword, h.password))
	e.POST(pathPassword, h.at(stepPassword, h.checkPassword))
	e.GET(pathSignUp, h.at(stepSignUp, h.signUp))
	e.POST(pathSignUp, h.at(stepSignUp, h.beginSignUp))
	e.GET(pathSignUpDetails, h.at(stepSignUpDetails, h.signUpDetails))
	e.POST(pathSignUpDetails, h.at(stepSignUpDetails, h.finishSignUp))
	e.GET(pathOrganizations, h.at(stepOrganization, h.organizations))
	e.POST(pathOrganizations, h.at(stepOrganization, h.chooseOrganization))
	e.GET(pathSignedOut, h.signedOut)
	e.GET(pathError, h.externalError)
	e.GET(pathLogout, h.confirmSignOut)
	e.POST(pathLogout, h.signOut)
	e.GET(pathAccount, h.account)
	e.GET(pathAccount+"/session", h.session)
	e.GET("/assets/brand/:file", h.brandFile)
}

// Frame is what stands around a page of another package.
func (h *Handler) Frame(c echo.Context) hosted.Frame { return h.frame(c, nil, "") }

// Show renders a page of another package; more changes its headers.
func (h *Handler) Show(c echo.Context, status int, page templ.Component, more ...func(http.Header)) error {
	browser.PageHeaders(c.Response().Header())
	for _, change := range more {
		change(c.Response().Header())
	}
	return render(c, status, page)
}

// show renders a page. form-action must admit where the form's redirects end.
func (h *Handler) show(c echo.Context, status int, landsAt *string, page templ.Component) error {
	headers := c.Response().Header()
	browser.PageHeaders(headers)
	if landsAt != nil {
		browser.AllowFormTo(headers, *landsAt)
	}
	return render(c, status, page)
}

func render(c echo.Context, status int, page templ.Component) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return page.Render(c.Request().Context(), c.Response())
}
