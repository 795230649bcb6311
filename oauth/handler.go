package oauth

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/login"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/users"
)

// Handler serves both surfaces of the provider.
type Handler struct {
	DB        *db.DB
	Base      string // the public origin without a slash at its end: the issuer
	Keys      *Keys
	Passwords *users.Passwords
	Mailbox   *mailbox.Mailbox
	MFA       *mfa.Service
	Login     *login.Handler // whose frame stands around the pages of a device
	Jar       browser.Jar
	Social    social.Environment // what the environment says of providers
	Lifetimes sessions.Lifetimes // of applications' sessions; zero means the default
	Log       *slog.Logger

	// ErrorPage answers with a page for people. The authorize, resume and
	// logout addresses are opened by browsers, so their refusals are pages.
	ErrorPage func(c echo.Context, err error) error

	registry registry
	keyring  keyring
	origins  origins

	refreshKeyOnce sync.Mutex
	refreshKey     refreshKey
}

const (
	// maxBody is enough for every token request; a larger one is an attack.
	maxBody = 64 << 10

	requestLifetime = time.Hour // an attempt takes half of it at most
	codeLifetime    = 10 * time.Minute
	pendingLifetime = 10 * time.Minute

	resumePath = "/oauth2/authorize/resume/"
)

// Mount adds the routes.
func (h *Handler) Mount(e *echo.Echo) {
	small := browser.LimitBody(maxBody)
	e.GET("/user_management/authorize", h.page(h.authorizeWire))
	e.POST("/user_management/authenticate", h.authenticate, small)
	e.POST("/x/authkit/users/authenticate", h.authenticate, small) // some browser SDKs
	e.POST("/user_management/authorize/device", h.authorizeDeviceWire, small)
	e.GET("/sso/jwks/:client", h.wireKeys)
	e.GET("/sso/authorize", h.page(h.authorizeSSO))
	e.POST("/sso/token", h.profileToken, small)
	e.GET("/sso/profile", h.profile)
	e.GET("/sso/logout", h.page(h.logoutSSO))
	e.GET("/user_management/sessions/logout", h.logoutWire)

	e.GET("/oauth2/authorize", h.page(h.authorizeOAuth2))
	e.POST("/oauth2/authorize", h.page(h.authorizeOAuth2), small)
	e.GET(resumePath+":request", h.page(h.resume))
	e.POST("/oauth2/token", h.token, small, h.crossOrigin)
	e.POST("/oauth2/device_authorization", h.authorizeDeviceOAuth2, small)
	e.GET(devicePath, h.page(h.askUserCode))
	e.POST(devicePath, h.page(h.takeUserCode), small)
	e.GET(devicePath+"/:device", h.page(h.showDevice))
	e.POST(devicePath+"/:device", h.page(h.decideDevice), small)
	e.GET("/oauth2/userinfo", h.userinfo, h.crossOrigin)
	e.POST("/oauth2/userinfo", h.userinfo, small, h.crossOrigin)
	e.POST("/oauth2/introspect", h.introspect, small)
	e.GET("/oauth2/jwks", h.standardKeys, openToAll)
	e.GET("/oauth2/logout", h.page(h.logoutOAuth2))
	e.POST("/oauth2/logout", h.page(h.logoutOAuth2), small)
	e.GET("/.well-known/openid-configuration", h.discovery, openToAll)
	e.GET("/.well-known/oauth-authorization-server", h.discovery, openToAll)
	e.OPTIONS("/user_management/authenticate", h.preflight)
	for _, path := range []string{"/oauth2/token", "/oauth2/userinfo"} {
		e.OPTIONS(path, h.preflight)
	}
}

// page answers refusals as pages: a browser is at the other end.
func (h *Handler) page(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "no-store")
		c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds state and, at the end, the code
		err := next(c)
		if err != nil && h.ErrorPage != nil {
			return h.ErrorPage(c, err)
		}
		return err
	}
}

// tokenKey is the key that makes refresh tokens. It never changes: it is
// derived from the deployment's data key.
func (h *Handler) tokenKey(ctx context.Context) (refreshKey, error) {
	h.refreshKeyOnce.Lock()
	defer h.refreshKeyOnce.Unlock()
	if h.refreshKey == nil {
		key, err := h.DB.DeploymentKey(ctx)
		if err != nil {
			return nil, err
		}
		h.refreshKey = key.Derive("refresh")
	}
	return h.refreshKey, nil
}

func (h *Handler) log() *slog.Logger {
	if h.Log == nil {
		return slog.Default()
	}
	return h.Log
}

// noStore is for every answer that holds a token (RFC 6749 §5.1).
func noStore(c echo.Context) {
	headers := c.Response().Header()
	headers.Set("Cache-Control", "no-store")
	headers.Set("Pragma", "no-cache")
}

// found redirects. The address may hold a code, so nothing may keep it.
func found(c echo.Context, to string) error {
	noStore(c)
	return c.Redirect(http.StatusFound, to)
}
