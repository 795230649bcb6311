package login

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/puzzle"
	"gatehouse/login/pace"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/sso"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// Handler serves the hosted login and sign-out.
type Handler struct {
	DB        *db.DB
	Passwords *users.Passwords
	Mailbox   *mailbox.Mailbox
	MFA       *mfa.Service
	Challenge *puzzle.Service // in place of our own puzzle; nil: that
	Social    *social.Service // nil: nobody signs in by a provider
	SSO       *sso.Service    // nil: no organization has a connection
	Jar       browser.Jar
	Lifetimes sessions.Lifetimes // of browser sessions
	Name      string             // the deployment's, where no application says its own
	Pace      *pace.Counter      // of how long answers took; nil: nobody counts
	Log       *slog.Logger

	// Home is where people go who came by an invitation: the first application
	// that says where to sign in to it. nil: their own page.
	Home func(context.Context) (string, error)

	// Registered reports whether an application has said that people may be
	// sent to that address. nil: none has.
	Registered func(ctx context.Context, uri string) (bool, error)

	shown errorBudget
}

// Mount adds the routes.
func (h *Handler) Mount(router *echo.Echo) {
	e := timed{router, h.Pace}
	e.GET(pathIdentifier, h.identifier)
	e.POST(pathIdentifier, h.at(stepIdentifier, h.identify))
	e.GET(pathPassword, h.at(stepPassword, h.password))
	e.POST(pathPassword, h.at(stepPassword, h.checkPassword))
	e.GET(pathForgot, h.forgot)
	e.POST(pathForgot, h.mailReset)
	mailed(e, pathReset+"/:token", h.reset)
	e.POST(pathReset+"/:token", h.finishReset)
	e.GET(pathCode, h.at(stepCode, h.code))
	e.POST(pathCode, h.at(stepCode, h.checkCode))
	e.POST(pathCode+"/send", h.at(stepCode, h.sendCode))
	mailed(e, pathLink+"/:token", h.link)
	e.POST(pathLink+"/:token", h.followLink)
	e.GET(pathPasskey, h.passkey)
	e.POST(pathPasskey, h.at(stepPasskey, h.checkPasskey))
	e.GET(pathSocial+"/:provider", h.startSocial)
	e.POST(pathSocial+"/:provider", h.startSocial)
	e.GET(pathCallback+"/:provider/callback", h.receive)
	e.POST(pathCallback+"/:provider/callback", h.receiveForm)
	e.GET(pathSSO, h.at(stepSSO, h.singleSignOn))
	e.POST(pathSSO, h.at(stepSSO, h.findSSO))
	e.GET(pathArrival, h.at(stepArrival, h.arrive))
	e.POST(pathArrival, h.at(stepArrival, h.arriveAnyway))
	e.POST(pathStay, h.at(stepArrival, h.stay))
	e.GET(pathSSO+"/:connection", h.at(stepSSO, h.goToConnection))
	e.GET(pathStart+"/:connection", h.startSSO)
	e.POST(pathStart+"/:connection", h.startSSO)
	e.GET(pathSAML+"/:connection/metadata", h.metadata)
	e.POST(pathSAML+"/:connection/acs", h.receiveSAML)
	e.GET(pathSAML+"/:connection/slo", h.singleLogout)
	e.POST(pathSAML+"/:connection/slo", h.singleLogout)
	e.GET(pathOIDC+"/:connection/logged-out", h.loggedOut)
	e.POST(pathOIDC+"/:connection/backchannel-logout", h.backchannelLogout)
	e.GET(pathOIDC+"/:connection/callback", h.receiveOIDC)
	e.POST(pathOIDC+"/:connection/callback", h.receiveOIDC)
	e.GET(pathOIDC+"/:connection/jwks", h.keySet)
	e.GET(pathVerifyEmail, h.at(stepVerifyEmail, h.verifyEmail))
	e.POST(pathVerifyEmail, h.at(stepVerifyEmail, h.checkVerification))
	e.POST(pathVerifyEmail+"/send", h.at(stepVerifyEmail, h.resendVerification))
	e.GET(pathSecond, h.at(stepSecond, h.second))
	e.GET(pathSecond+"/totp", h.at(stepSecond, h.secondApp))
	e.POST(pathSecond+"/totp", h.at(stepSecond, h.checkApp))
	e.GET(pathSecond+"/sms", h.at(stepSecond, h.secondSMS))
	e.POST(pathSecond+"/sms", h.at(stepSecond, h.checkSMS))
	e.POST(pathSecond+"/sms/send", h.at(stepSecond, h.sendSMS))
	e.GET(pathSecond+"/passkey", h.at(stepSecond, h.secondPasskey))
	e.POST(pathSecond+"/passkey", h.at(stepSecond, h.checkSecondPasskey))
	e.GET(pathSecond+"/recovery", h.at(stepSecond, h.secondRecovery))
	e.POST(pathSecond+"/recovery", h.at(stepSecond, h.checkRecovery))
	e.GET(pathEnroll, h.at(stepEnroll, h.enroll))
	e.GET(pathEnroll+"/totp", h.at(stepEnroll, h.enrollApp))
	e.POST(pathEnroll+"/totp", h.at(stepEnroll, h.confirmApp))
	e.GET(pathEnroll+"/passkey", h.at(stepEnroll, h.enrollPasskey))
	e.POST(pathEnroll+"/passkey", h.at(stepEnroll, h.confirmPasskey))
	e.GET(pathEnroll+"/sms", h.at(stepEnroll, h.enrollPhone))
	e.POST(pathEnroll+"/sms", h.at(stepEnroll, h.confirmPhone))
	e.GET(pathRecoveryCodes, h.at(stepRecoveryCodes, h.recoveryCodes))
	e.POST(pathRecoveryCodes, h.at(stepRecoveryCodes, h.savedRecoveryCodes))
	e.POST(pathRecoveryCodes+"/download", h.at(stepRecoveryCodes, h.downloadRecoveryCodes))
	e.GET(pathRefused, h.at(stepRefused, h.refusedPage))
	mailed(e, pathNotMe+"/:token", h.notMe)
	e.POST(pathNotMe+"/:token", h.disown)
	e.GET(pathSignUp, h.at(stepSignUp, h.signUp))
	e.POST(pathSignUp, h.at(stepSignUp, h.beginSignUp))
	e.GET(pathSignUpDetails, h.at(stepSignUpDetails, h.signUpDetails))
	e.POST(pathSignUpDetails, h.at(stepSignUpDetails, h.finishSignUp))
	e.GET(pathOrganizations, h.at(stepOrganization, h.organizations))
	e.POST(pathOrganizations, h.at(stepOrganization, h.chooseOrganization))
	e.GET(pathNewOrganization, h.at(stepOrganization, h.newOrganization))
	e.POST(pathNewOrganization, h.at(stepOrganization, h.createOrganization))
	mailed(e, pathInvite+"/:token", h.invitation)
	e.POST(pathInvite+"/:token", h.accept)
	e.GET(pathAccepted, h.accepted)
	e.GET(pathSignedOut, h.signedOut)
	e.GET(pathError, h.externalError)
	e.GET(pathLogout, h.confirmSignOut)
	e.POST(pathLogout, h.signOut)
	e.GET(pathAccount+"/session", h.session)
	e.GET("/assets/brand/:file", h.brandFile)
}

// mailed adds a page that a mail leads to. Programs that look at mails ask for
// its head first, and would call a link broken that refuses (RFC 9110 §9.3.2).
func mailed(e timed, path string, page echo.HandlerFunc) {
	e.GET(path, page)
	e.HEAD(path, page)
}

// Frame is what stands around a page of another package.
func (h *Handler) Frame(c echo.Context) hosted.Frame { return h.frame(c, nil, "") }

// FrameFor is Frame in the person's language, unless they switched to another.
func (h *Handler) FrameFor(c echo.Context, u *users.User) hosted.Frame {
	return h.frame(c, nil, text(u.Locale))
}

// Speak makes pages in this browser speak the language from now on; an empty
// tag leaves it to the person's and the browser's own.
func (h *Handler) Speak(c echo.Context, tag string) {
	if tag == "" {
		h.Jar.Clear(c.Response(), browser.Locale)
		return
	}
	h.Jar.Set(c.Response(), browser.Locale, tag, localeLifetime)
}

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
	if c.Param("token") != "" { // the page's own address is a secret
		browser.NoReferrer(headers)
	}
	if landsAt != nil {
		browser.AllowFormTo(headers, *landsAt)
	}
	if script, ok := c.Get(widgetScript).(string); ok {
		browser.AllowWidget(headers, script)
	}
	return render(c, status, page)
}

func render(c echo.Context, status int, page templ.Component) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return page.Render(c.Request().Context(), c.Response())
}
