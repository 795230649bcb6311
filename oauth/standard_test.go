package oauth

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

// relyingParty is an application made of libraries that we did not write.
type relyingParty struct {
	provider *oidc.Provider
	oauth    oauth2.Config
}

func (w *world) relyingParty(secret string, style oauth2.AuthStyle) relyingParty {
	w.t.Helper()
	provider, err := oidc.NewProvider(w.t.Context(), w.server.URL)
	w.must(err)
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = style
	return relyingParty{provider, oauth2.Config{ClientID: string(w.client.ID), ClientSecret: secret, Endpoint: endpoint, RedirectURL: callback,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess}}}
}

// signInStandard goes through the browser and gives the code.
func (w *world) signInStandard(address string) url.Values {
	w.t.Helper()
	u, err := url.Parse(address)
	w.must(err)
	done := w.signIn(w.get(u.Path, u.Query()), &w.org)
	if done.status != http.StatusFound {
		w.t.Fatalf("%d %s", done.status, done.text)
	}
	return done.location.Query()
}

// go-oidc and x/oauth2 decide whether the standard surface is one, with each
// algorithm and each way to authenticate.
func TestStandardClient(t *testing.T) {
	for name, tt := range map[string]struct {
		client NewClient
		style  oauth2.AuthStyle
		public bool
	}{
		"RS256, secret by Basic":    {NewClient{}, oauth2.AuthStyleInHeader, false},
		"ES256, secret in the body": {NewClient{TokenAlgorithm: ES256}, oauth2.AuthStyleInParams, false},
		"public":                    {NewClient{Type: Native}, oauth2.AuthStyleInParams, true},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d, tt.client)
				rp := w.relyingParty(w.secret, tt.style)
				v := oauth2.GenerateVerifier()
				back := w.signInStandard(rp.oauth.AuthCodeURL("st", oidc.Nonce("n-1"), oauth2.S256ChallengeOption(v)))
				if back.Get("state") != "st" || back.Get("iss") != w.server.URL {
					t.Errorf("came back with %v", back)
				}
				token, err := rp.oauth.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(v))
				w.must(err)
				w.checkStandardTokens(rp, token, "n-1")
				token.Expiry = time.Now().Add(-time.Minute)
				fresh, err := rp.oauth.TokenSource(t.Context(), token).Token()
				w.must(err)
				if fresh.RefreshToken == token.RefreshToken {
					t.Error("the refresh token did not rotate")
				}
				w.checkStandardTokens(rp, fresh, "")
				w.checkStandardSignOut(rp, fresh)
			})
		})
	}
}

func (w *world) checkStandardTokens(rp relyingParty, token *oauth2.Token, nonce string) {
	w.t.Helper()
	raw, _ := token.Extra("id_token").(string)
	verifier := rp.provider.Verifier(&oidc.Config{ClientID: string(w.client.ID), SupportedSigningAlgs: []string{"RS256", "ES256"}})
	idToken, err := verifier.Verify(context.Background(), raw)
	w.must(err)
	w.must(idToken.VerifyAccessToken(token.AccessToken))
	var c struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
		Given    string `json:"given_name"`
		Session  string `json:"sid"`
		AuthTime int64  `json:"auth_time"`
	}
	w.must(idToken.Claims(&c))
	if idToken.Subject != string(w.user.ID) || idToken.Nonce != nonce || c.Email != "ada@example.com" || !c.Verified || c.Given != "Ada" || c.Session == "" || c.AuthTime == 0 {
		w.t.Errorf("ID token: %+v %+v", idToken, c)
	}
	info, err := rp.provider.UserInfo(context.Background(), oauth2.StaticTokenSource(token))
	w.must(err)
	if info.Subject != idToken.Subject || info.Email != c.Email {
		w.t.Errorf("userinfo: %+v", info)
	}
}

func (w *world) checkStandardSignOut(rp relyingParty, token *oauth2.Token) {
	w.t.Helper()
	out := w.get("/oauth2/logout", url.Values{"id_token_hint": {token.Extra("id_token").(string)}, "client_id": {string(w.client.ID)},
		"post_logout_redirect_uri": {"https://app.example.com/"}, "state": {"x y"}})
	if out.status != http.StatusFound || out.location.String() != "https://app.example.com/?state=x+y" {
		w.t.Errorf("sign-out: %d %v", out.status, out.location)
	}
	token.Expiry = time.Now().Add(-time.Minute)
	if _, err := rp.oauth.TokenSource(context.Background(), token).Token(); err == nil {
		w.t.Error("a refresh after signing out")
	}
	if _, err := rp.provider.UserInfo(context.Background(), oauth2.StaticTokenSource(token)); err == nil {
		w.t.Error("userinfo after signing out")
	}
}

// Without offline_access there is nothing to refresh with; without openid no ID token.
func TestScopesDecideWhatIsIssued(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{TokenAlgorithm: ES256})
		for scope, want := range map[string][2]bool{"openid": {true, false}, "openid offline_access unknown": {true, true}, "email": {false, false}, "": {false, false}} {
			q := url.Values{"client_id": {string(w.client.ID)}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {scope}}
			code := w.signIn(w.get("/oauth2/authorize", q), &w.org).location.Query().Get("code")
			a := w.form("/oauth2/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "client_id": {string(w.client.ID)}, "client_secret": {w.secret}})
			if a.status != http.StatusOK || (a.get("id_token") != "") != want[0] || (a.get("refresh_token") != "") != want[1] || a.get("token_type") != "Bearer" {
				t.Errorf("%q: %d %s", scope, a.status, a.text)
			}
			if a.get("scope") != strings.TrimSuffix(scope, " unknown") {
				t.Errorf("%q was granted %q", scope, a.get("scope"))
			}
		}
	})
}

// prompt=none answers without a page, whatever the answer is.
func TestSilentSignIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := startClock(d)
		w := newWorld(t, d, NewClient{TokenAlgorithm: ES256})
		ask := func(more ...string) url.Values {
			q := url.Values{"client_id": {string(w.client.ID)}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}, "prompt": {"none"}, "state": {"s"}}
			for i := 0; i+1 < len(more); i += 2 {
				q.Set(more[i], more[i+1])
			}
			a := w.get("/oauth2/authorize", q)
			if a.status != http.StatusFound || a.location.Query().Get("state") != "s" || a.location.Query().Get("iss") == "" {
				t.Fatalf("%d %v", a.status, a.location)
			}
			return a.location.Query()
		}
		if got := ask(); got.Get("error") != "login_required" {
			t.Errorf("signed out: %v", got)
		}
		var secret string
		w.write(func(tx *db.Tx) (err error) {
			_, secret, err = sessions.StartBrowser(tx, w.user.ID, sessions.Password, sessions.Lifetimes{})
			return err
		})
		w.cookie(secret)
		if got := ask(); got.Get("code") == "" {
			t.Errorf("signed in: %v", got)
		}
		c.advance(time.Hour)
		if got := ask("max_age", "60"); got.Get("error") != "login_required" {
			t.Errorf("max_age: %v", got)
		}
		if got := ask("prompt", "none login"); got.Get("error") != "invalid_request" {
			t.Errorf("none and login: %v", got)
		}
		other := w.join("Borealis", "member")
		if got := ask(); got.Get("error") != "interaction_required" {
			t.Errorf("several organizations: %v", got)
		}
		if got := ask("organization_id", string(other)); got.Get("code") == "" {
			t.Errorf("one of them: %v", got)
		}
		if got := ask("organization_id", string(id.New[id.Organization]())); got.Get("error") != "organization_invalid" {
			t.Errorf("an unknown one: %v", got)
		}
	})
}

// Single-page applications read the answers; other sites' pages do not.
func TestCrossOriginAnswers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{Type: SPA})
		for asked, want := range map[string]string{"https://app.example.com": "https://app.example.com", "https://evil.example": "", "null": "", "http://app.example.com": ""} {
			for _, path := range []string{"/oauth2/token", "/oauth2/userinfo", "/user_management/authenticate"} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, w.server.URL+path, nil)
				w.must(err)
				r.Header.Set("Origin", asked)
				r.Header.Set("Access-Control-Request-Method", "POST")
				if a := w.do(r); a.header.Get("Access-Control-Allow-Origin") != want || a.status != http.StatusNoContent {
					t.Errorf("%s from %s: %d %v", path, asked, a.status, a.header)
				}
				a := w.post(path, "application/x-www-form-urlencoded", "", "Origin", asked)
				if a.header.Get("Access-Control-Allow-Origin") != want || a.header.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("POST %s from %s: %v", path, asked, a.header)
				}
			}
		}
		for _, path := range []string{"/oauth2/jwks", "/.well-known/openid-configuration", "/sso/jwks/" + string(w.client.ID)} {
			if a := w.get(path, nil); a.status != http.StatusOK || a.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: %d %v", path, a.status, a.header)
			}
		}
	})
}
