package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/apikeys"
	"gatehouse/audit/archive"
	"gatehouse/audit/ingest"
	"gatehouse/audit/sequence"
	"gatehouse/export/signal"
	"gatehouse/export/stream"
	"gatehouse/export/webhook"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/invitations"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/oauth"
	"gatehouse/portal"
	"gatehouse/scim/provision"
	"gatehouse/sso"
	"gatehouse/users"
)

// Handler serves the management API.
type Handler struct {
	DB        *db.DB
	Base      string // the public origin without a slash at its end
	Keys      *oauth.Keys
	Passwords *users.Passwords
	Mailbox   *mailbox.Mailbox
	MFA       *mfa.Service

	Invitations *invitations.Service
	Portal      *portal.Service
	Name        string // the deployment's, as people call it

	Directories *provision.Service
	Webhooks    *webhook.Service

	Ingest  *ingest.Service
	Archive *archive.Service

	Signer *sequence.Signer

	Upkeep *sso.Upkeep
	Fetch  *http.Client // internal/netguard's: for metadata at addresses that callers give

	Streams *stream.Service

	Uses   *apikeys.Uses
	Limits *limit.Limiter
	Rate   limit.Rate // of one key; zero means DefaultRate
	Log    *slog.Logger
}

// DefaultRate is how often one key may call.
var DefaultRate = limit.Rate{Limit: 6000, Per: time.Minute}

// oftenRate is that of a route that is called for each thing that happens.
var oftenRate = limit.Rate{Limit: 600_000, Per: time.Minute}

// Mount adds the routes.
func (h *Handler) Mount(e *echo.Echo) {
	limited := browser.LimitBody(browser.BodyLimit)
	for _, r := range h.routes() {
		e.Add(r.Method, r.Path, h.serve(r), limited)
	}
	e.GET("/audit_logs/exports/:id/file", h.exportFile)
	e.HEAD("/audit_logs/exports/:id/file", h.exportFile)
	e.GET("/openapi.json", h.openapi)
	e.GET("/docs", h.docs)
	e.GET(signal.PathDiscovery, h.signalDiscovery)
}

func (h *Handler) rate() limit.Rate {
	if h.Rate.Limit == 0 {
		return DefaultRate
	}
	return h.Rate
}

func (h *Handler) log() *slog.Logger {
	if h.Log == nil {
		return slog.Default()
	}
	return h.Log
}
