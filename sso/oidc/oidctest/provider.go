// Package oidctest is a provider that lies as a test tells it to. Whether the
// product gets along with honest ones is decided by software that we did not
// write (tests/browser).
package oidctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"gatehouse/internal/seal"
)

// The client that every provider knows.
const (
	ClientID     = "gatehouse-client"
	ClientSecret = "pro:vider+secret"
)

// Claims are the members of an ID token.
type Claims = map[string]any

// Provider is a running provider. Its fields may be changed while no request
// runs.
type Provider struct {
	URL  string
	Key  *rsa.PrivateKey
	Keys jose.JSONWebKeySet

	Metadata Claims                              // over what it publishes
	Token    func(Claims) Claims                 // changes what the ID token says
	Sign     func(Claims) string                 // nil: RS256 with Key
	Answer   func(w http.ResponseWriter) bool    // answers the token endpoint itself
	Broken   map[string]http.HandlerFunc         // by path, instead of what is there
	Userinfo Claims                              // nil: it has none
	Tamper   func(to *url.URL, given url.Values) // changes the redirect of /authorize

	mu    sync.Mutex
	codes map[string]url.Values // the request behind each code
	seen  map[string]int        // requests by path
	forms []url.Values          // what the token endpoint got
	basic []string              // and by whom
}

var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// ECKey is a fresh key on P-256.
func ECKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// New starts a provider on loopback.
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{Key: key(), codes: map[string]url.Values{}, seen: map[string]int{}, Broken: map[string]http.HandlerFunc{}}
	p.Keys.Keys = []jose.JSONWebKey{{Key: p.Key.Public(), KeyID: "one", Use: "sig", Algorithm: "RS256"}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// ServeHTTP is the provider's address space.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen[r.URL.Path]++
	p.mu.Unlock()
	if broken := p.Broken[r.URL.Path]; broken != nil {
		broken(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		document := Claims{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys"}
		if p.Userinfo != nil || p.Broken["/userinfo"] != nil {
			document["userinfo_endpoint"] = p.URL + "/userinfo"
		}
		for name, value := range p.Metadata {
			document[name] = value
		}
		JSON(w, document)
	case "/keys":
		JSON(w, p.Keys)
	case "/authorize":
		p.authorize(w, r)
	case "/token":
		p.token(w, r)
	case "/userinfo":
		JSON(w, p.Userinfo)
	default:
		http.NotFound(w, r)
	}
}

// authorize agrees at once and sends the browser back with a code.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	given := r.URL.Query()
	to, err := url.Parse(given.Get("redirect_uri"))
	if err != nil {
		http.Error(w, "redirect_uri", http.StatusBadRequest)
		return
	}
	to.RawQuery = url.Values{"code": {p.Code(given)}, "state": {given.Get("state")}}.Encode()
	if p.Tamper != nil {
		p.Tamper(to, given)
	}
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// Code is a code for an authorization request.
func (p *Provider) Code(request url.Values) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	code := seal.Token(16)
	p.codes[code] = request
	return code
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	client, secret, _ := r.BasicAuth()
	p.mu.Lock()
	p.forms = append(p.forms, r.PostForm)
	p.basic = append(p.basic, client+" "+secret)
	request, known := p.codes[r.PostForm.Get("code")]
	delete(p.codes, r.PostForm.Get("code"))
	p.mu.Unlock()
	if p.Answer != nil && p.Answer(w) {
		return
	}
	if !known {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(Claims{"error": "invalid_grant"})
		return
	}
	JSON(w, Claims{"access_token": "access", "token_type": "Bearer", "id_token": p.IDToken(request.Get("nonce"))})
}

// IDToken is a token as the provider's fields say.
func (p *Provider) IDToken(nonce string) string {
	now := time.Now()
	claims := Claims{"iss": p.URL, "aud": ClientID, "sub": "subject-1", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": nonce}
	if p.Token != nil {
		claims = p.Token(claims)
	}
	if p.Sign != nil {
		return p.Sign(claims)
	}
	return Signed(jose.RS256, p.Key, claims, map[string]any{"kid": "one"})
}

// Signed is claims under a signature with these headers.
func Signed(algorithm jose.SignatureAlgorithm, key any, claims Claims, headers map[string]any) string {
	o := (&jose.SignerOptions{}).WithType("JWT")
	for name, value := range headers {
		o = o.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, o)
	if err != nil {
		panic(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		panic(err)
	}
	return token
}

// Seen is how often a path was asked for.
func (p *Provider) Seen(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[path]
}

// Redeemed is what the token endpoint got, and by Basic from whom.
func (p *Provider) Redeemed() (forms []url.Values, basic []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forms, p.basic
}

// JSON answers with v.
func JSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
