package e2e

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/app"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// What every test's server is made with.
const (
	APIKey   = "sk_test_0123456789abcdefghijklmnop"
	Client   = "client_01E2E000000000000000000000"
	Callback = "http://localhost:3000/callback"
	Password = "kestrel-tundra-4471"
)

// Server is a running Gatehouse.
type Server struct {
	T    testing.TB
	URL  string // where it listens
	Base string // what it calls itself
	DB   *db.DB
	App  *app.App
	Time *Clock
}

// Run runs fn with a fresh server for each database.
func Run(t *testing.T, fn func(t *testing.T, s *Server)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, New(t, d)) })
}

// New starts a server over a database.
func New(t testing.TB, d *db.DB) *Server {
	t.Helper()
	return NewWith(t, d, slog.New(slog.DiscardHandler))
}

// NewWith starts a server that logs, with more in its environment.
func NewWith(t testing.TB, d *db.DB, log *slog.Logger, more ...string) *Server {
	t.Helper()
	return start(t, &Server{T: t, DB: d, Time: &Clock{}}, log, more...)
}

// start gives the server an address, which is its base URL unless it has one.
func start(t testing.TB, s *Server, log *slog.Logger, more ...string) *Server {
	t.Helper()
	s.DB.Now = s.Time.Now
	listener := httptest.NewUnstartedServer(nil)
	s.URL = "http://" + listener.Listener.Addr().String()
	if s.Base == "" {
		s.Base = s.URL
	}
	cfg, err := config.Load(append([]string{
		"GATEHOUSE_ADDR=" + listener.Listener.Addr().String(), "GATEHOUSE_BASE_URL=" + s.Base, "GATEHOUSE_DATA_DIR=" + t.TempDir(),
		"GATEHOUSE_BOOTSTRAP_API_KEY=" + APIKey, "GATEHOUSE_BOOTSTRAP_CLIENT_ID=" + Client, "GATEHOUSE_BOOTSTRAP_REDIRECT_URIS=" + Callback, "GATEHOUSE_HIBP_URL=off", "GATEHOUSE_TRUSTED_PROXIES=127.0.0.1",
	}, more...))
	if err != nil {
		t.Fatal(err)
	}
	if s.App, err = app.New(t.Context(), cfg, s.DB, log); err != nil {
		t.Fatal(err)
	}
	listener.Config.Handler = s.App.Handler()
	listener.Start()
	t.Cleanup(listener.Close)
	return s
}

// Clock is a clock that a test can put forward.
type Clock struct{ ahead time.Duration }

// Now is the present, put forward.
func (c *Clock) Now() time.Time { return time.Now().Add(c.ahead) }

// Add puts the clock forward. Call it while no request runs.
func (c *Clock) Add(d time.Duration) { c.ahead += d }

// Tx runs fn in a transaction of the server's database.
func (s *Server) Tx(fn func(tx *db.Tx) error) {
	s.T.Helper()
	if err := s.DB.Tx(context.WithoutCancel(s.T.Context()), actor.System("test"), fn); err != nil {
		s.T.Fatal(err)
	}
}

// All runs fn with a view across organizations.
func (s *Server) All(fn func(tx *db.AllTx) error) {
	s.T.Helper()
	if err := s.DB.ReadDeployment(context.WithoutCancel(s.T.Context()), fn); err != nil {
		s.T.Fatal(err)
	}
}

// AuthorizeURL is where the application sends a browser.
func (s *Server) AuthorizeURL(more ...string) string {
	query := url.Values{"client_id": {Client}, "redirect_uri": {Callback}, "response_type": {"code"}, "provider": {"authkit"}, "state": {"xyz"}}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	return s.URL + "/user_management/authorize?" + query.Encode()
}
