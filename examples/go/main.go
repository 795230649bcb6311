package main

import (
	"cmp"
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// app is the relying party: what discovery said and who is signed in.
type app struct {
	oauth      oauth2.Config
	provider   *oidc.Provider
	verifier   *oidc.IDTokenVerifier
	endSession string // the provider's end_session_endpoint, RP-Initiated Logout 1.0 §2
	home       string
	sessions   store
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	issuer := cmp.Or(os.Getenv("OIDC_ISSUER"), "http://localhost:8080")
	addr := cmp.Or(os.Getenv("ADDR"), "127.0.0.1:3000")
	home := cmp.Or(os.Getenv("APP_URL"), "http://localhost:3000")
	clientID := os.Getenv("OIDC_CLIENT_ID")
	if clientID == "" {
		return errors.New("OIDC_CLIENT_ID is not set: Gatehouse prints a client id when it starts for the first time")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	a, err := newApp(ctx, issuer, clientID, os.Getenv("OIDC_CLIENT_SECRET"), home)
	if err != nil {
		return err
	}
	log.Printf("the example is at %s", home)
	srv := &http.Server{Addr: addr, Handler: a.routes(), ReadHeaderTimeout: 5 * time.Second}
	return srv.ListenAndServe()
}

// newApp reads the discovery document. Without a secret the client is a public
// one and PKCE alone protects the code.
func newApp(ctx context.Context, issuer, clientID, secret, home string) (*app, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, err
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInParams
	if secret != "" {
		endpoint.AuthStyle = oauth2.AuthStyleInHeader
	}
	return &app{
		oauth: oauth2.Config{
			ClientID: clientID, ClientSecret: secret, Endpoint: endpoint, RedirectURL: home + "/callback",
			Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
		},
		provider:   provider,
		verifier:   provider.Verifier(&oidc.Config{ClientID: clientID, SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256}}),
		endSession: more.EndSession,
		home:       home,
		sessions:   store{byID: map[string]*session{}},
	}, nil
}

func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.index)
	mux.HandleFunc("GET /login", a.login)
	mux.HandleFunc("GET /callback", a.callback)
	mux.HandleFunc("GET /dashboard", a.dashboard)
	mux.HandleFunc("GET /refresh", a.refresh)
	mux.HandleFunc("GET /logout", a.logout)
	return mux
}
