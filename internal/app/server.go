package app

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"gatehouse/account"
	"gatehouse/api"
	"gatehouse/apikeys"
	"gatehouse/audit/archive"
	"gatehouse/audit/ingest"
	"gatehouse/audit/retention"
	"gatehouse/audit/sequence"
	"gatehouse/export/webhook"
	"gatehouse/internal/browser"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail"
	"gatehouse/invitations"
	"gatehouse/lifecycle"
	"gatehouse/login"
	"gatehouse/login/pace"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/oauth"
	"gatehouse/portal"
	"gatehouse/scim"
	"gatehouse/scim/provision"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
	"gatehouse/web/assets"
	"gatehouse/web/dashboard"
	webportal "gatehouse/web/portal"
)

// App is a server with every handler in its place.
type App struct {
	Config *config.Config
	DB     *db.DB
	Log    *slog.Logger
	Made   lifecycle.Made // what this start made and can tell once

	echo      *echo.Echo
	login     *login.Handler
	provider  *oauth.Handler
	passwords *users.Passwords
	limits    *limit.Limiter
	post      *mail.Post
	mfa       *mfa.Service
	social    *social.Service
	sso       *sso.Service
	domains   *tenants.DomainChecks
	fetch     *http.Client // asks addresses that organizations give
	provision *provision.Service
	webhooks  *webhook.Service
	recorder  *scim.Recorder
	signer    *sequence.Signer
	archive   *archive.Service
	metrics   *metrics      // nil where nobody can read them
	pace      *pace.Counter // nil where nobody signs in: in a worker
	uses      *apikeys.Uses // likewise
	draining  atomic.Bool
}

// New wires a server over an open database, and makes what a first start makes.
func New(ctx context.Context, cfg *config.Config, d *db.DB, log *slog.Logger) (*App, error) {
	a := &App{Config: cfg, DB: d, Log: log, limits: &limit.Limiter{DB: d}, fetch: newFetch(cfg), pace: &pace.Counter{DB: d}, uses: &apikeys.Uses{DB: d}}
	a.passwords = &users.Passwords{DB: d, Hasher: password.New(password.Options{}), Leaks: a.leaks(), Limits: a.limits, Log: log}
	if cfg.AdminAddr != "" {
		a.metrics = newMetrics()
	}
	var err error
	if a.post, err = newPost(cfg, d, log); err != nil {
		return nil, err
	}
	a.mfa = newMFA(cfg, d, a.limits, log)
	a.social = newSocial(cfg, d)
	a.sso = newSSO(cfg, d, log)
	a.domains = newDomainChecks(cfg, d, a.post, a.limits)
	a.provision = newProvision(cfg, d, a.post, log)
	a.webhooks = newWebhooks(cfg, d, a.post, log)
	a.recorder = scim.NewRecorder(d, log)
	a.signer = newSigner(a)
	if a.archive, err = newArchive(cfg, d, a.post, a.signer, log); err != nil {
		return nil, err
	}
	made, err := lifecycle.Bootstrap(ctx, d, a.passwords, cfg)
	if err != nil {
		return nil, err
	}
	a.Made = made
	a.route()
	return a, nil
}

// Handler is the server's router, for tests that bring their own listener.
func (a *App) Handler() *echo.Echo { return a.echo }

func (a *App) leaks() *password.Leaks {
	if a.Config.HIBP == "" {
		return nil
	}
	return &password.Leaks{URL: a.Config.HIBP, HTTP: &http.Client{CheckRedirect: refuseRedirect}, Log: a.Log}
}

func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// route builds the router. Middleware hangs on the router as a whole or on
// single routes: an echo group at the root would answer for the whole host.
func (a *App) route() {
	e := echo.New()
	a.echo = e
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(logWriter{a.Log})
	e.IPExtractor = browser.Proxies(a.Config.TrustedProxies).Extractor()
	e.HTTPErrorHandler = a.answer
	e.Pre(a.envelope, browser.CanonicalPath)
	e.Use(browser.Headers(a.Config.Secure()), limitBody, browser.CrossSite())
	e.GET("/healthz", a.healthz)
	e.GET("/readyz", a.readyz)
	e.GET("/version", a.version)
	e.GET("/", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/account") })
	e.GET(assets.Prefix+"*", echo.WrapHandler(assets.Handler()))
	e.HEAD(assets.Prefix+"*", echo.WrapHandler(assets.Handler()))
	a.mount()
}

// mount fills in the handlers' fields.
func (a *App) mount() {
	jar := browser.Jar{Secure: a.Config.Secure()}
	box := &mailbox.Mailbox{DB: a.DB, Post: a.post, Limits: a.limits, Passwords: a.passwords, Base: a.Config.Origin()}
	invited := &invitations.Service{Post: a.post, Base: a.Config.Origin()}
	a.login = &login.Handler{DB: a.DB, Passwords: a.passwords, Mailbox: box, MFA: a.mfa, Challenge: a.challenge(), Jar: jar, Lifetimes: sessions.DefaultLifetimes, Name: a.Config.Name, Pace: a.pace, Log: a.Log}
	a.login.Social, a.login.SSO = a.social, a.sso
	a.login.Mount(a.echo)
	(&account.Handler{DB: a.DB, Login: a.login, Passwords: a.passwords, Mailbox: box, MFA: a.mfa, Limits: a.limits, Jar: jar}).Mount(a.echo)
	keys := &oauth.Keys{DB: a.DB, Log: a.Log}
	a.provider = &oauth.Handler{DB: a.DB, Base: a.Config.Origin(), Keys: keys, Passwords: a.passwords, Mailbox: box, MFA: a.mfa, Login: a.login, Jar: jar,
		Lifetimes: sessions.DefaultLifetimes, Social: a.social.Environment, Log: a.Log}
	a.provider.Mount(a.echo)
	a.login.Home, a.login.Registered = a.provider.Home, a.provider.Registered
	links := &portal.Service{Post: a.post, Base: a.Config.Origin()}
	(&api.Handler{DB: a.DB, Name: a.Config.Name, Portal: links, Base: a.Config.Origin(), Keys: keys, Passwords: a.passwords, Mailbox: box, MFA: a.mfa, Invitations: invited,
		Signer: a.signer,
		Fetch:  a.fetch, Directories: a.provision, Webhooks: a.webhooks, Streams: newStreams(a.Config, a.DB, keys), Ingest: &ingest.Service{DB: a.DB}, Archive: a.archive, Upkeep: newUpkeep(a.Config, a.DB, a.post, a.Log), Uses: a.uses, Limits: a.limits, Log: a.Log}).Mount(a.echo)
	(&scim.Handler{DB: a.DB, Base: a.Config.Origin(), Name: a.Config.Name, Provision: a.provision, Recorder: a.recorder, Limits: a.limits, Log: a.Log}).Mount(a.echo)
	(&lifecycle.Handler{DB: a.DB, Passwords: a.passwords, Login: a.login}).Mount(a.echo)
	(&webportal.Handler{DB: a.DB, Archive: a.archive, Streams: newStreams(a.Config, a.DB, keys), Jar: jar, Login: a.login, Links: links, Domains: a.domains, SSO: a.sso, Directories: a.provision, Name: a.Config.Name, Base: a.Config.Origin(), Limits: a.limits, Log: a.Log}).Mount(a.echo)
	(&dashboard.Handler{DB: a.DB, Archive: a.archive, Jar: jar, Name: a.Config.Name, Environment: a.Config.Environment, Origin: a.Config.Origin(), Limits: a.limits, Mailbox: box, Social: a.social, Domains: a.domains, Upkeep: newUpkeep(a.Config, a.DB, a.post, a.Log), Invitations: invited,
		Directories: a.provision, Webhooks: a.webhooks, Streams: newStreams(a.Config, a.DB, keys), Log: a.Log}).Mount(a.echo)
}

// logWriter takes what echo itself has to say, which is little.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.log.Warn("echo", "message", string(p))
	return len(p), nil
}

// registry is what this process can work off.
func (a *App) registry() *jobs.Registry {
	r := jobs.NewRegistry()
	registerSweeps(r, a.DB)
	registerWebhooks(r, a.webhooks)
	a.post.Register(r)
	a.signer.Register(r)
	a.mfa.Register(r)
	a.domains.Register(r)
	(&users.SSODates{DB: a.DB, Post: a.post}).Register(r)
	newUpkeep(a.Config, a.DB, a.post, a.Log).Register(r)
	newProvision(a.Config, a.DB, a.post, a.Log).Register(r)
	(&retention.Keeper{DB: a.DB, Signer: a.signer, Log: a.Log}).Register(r)
	a.archive.Register(r)
	return r
}
