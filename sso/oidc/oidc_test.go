package oidc_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/netguard"
	"gatehouse/sso/oidc"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/sso/trail"
)

type claims = oidctest.Claims

func party() *oidc.Party {
	guard := netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	return &oidc.Party{HTTP: guard.Client(netguard.Options{Timeout: 2 * time.Second})}
}

func clientOf(p *oidctest.Provider) oidc.Client {
	return oidc.Client{Issuer: p.URL, ID: oidctest.ClientID, Authenticate: oidc.Secret(oidctest.ClientID, oidctest.ClientSecret),
		RedirectURI: "http://localhost/callback", Scopes: []string{"openid", "email"}}
}

// signIn walks a person through the provider and redeems what comes back.
func signIn(t *testing.T, rp *oidc.Party, p *oidctest.Provider, change ...func(*oidc.Client)) (*oidc.Profile, error) {
	t.Helper()
	c := clientOf(p)
	for _, f := range change {
		f(&c)
	}
	r := oidc.NewRequest()
	to, err := rp.Authorize(t.Context(), c, r)
	if err != nil {
		return nil, err
	}
	back, err := http.DefaultTransport.RoundTrip(httptest.NewRequest(http.MethodGet, to, nil).WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer back.Body.Close()
	at, err := url.Parse(back.Header.Get("Location"))
	if err != nil || at.Query().Get("state") != r.State {
		t.Fatalf("the provider sent the browser to %q (%v)", back.Header.Get("Location"), err)
	}
	a, err := oidc.ReadAnswer(at.Query().Get)
	if err != nil {
		return nil, err
	}
	return rp.Redeem(t.Context(), c, r, a)
}

// Whoever comes back is who the provider says, with what it says of them.
func TestAProfileComesBack(t *testing.T) {
	p := oidctest.New(t)
	p.Token = func(c claims) claims {
		c["email"], c["email_verified"], c["given_name"] = "ines@halden.example", "true", "Ines"
		return c
	}
	got, err := signIn(t, party(), p)
	if err != nil || got.Issuer != p.URL || got.Subject != "subject-1" || got.Email != "ines@halden.example" || !got.EmailVerified || got.GivenName != "Ines" {
		t.Fatalf("%+v, %v", got, err)
	}
	forms, basic := p.Redeemed()
	if len(forms) != 1 || forms[0].Get("code_verifier") == "" || forms[0].Get("client_secret") != "" || basic[0] != oidctest.ClientID+" "+url.QueryEscape(oidctest.ClientSecret) {
		t.Errorf("the token endpoint got %v from %q", forms, basic)
	}
}

// The address that people are sent to carries state, nonce and challenge, and
// no wish of the application's replaces any of them.
func TestTheRequestIsOurs(t *testing.T) {
	p := oidctest.New(t)
	c := clientOf(p)
	c.FormPost = true
	r := oidc.NewRequest()
	r.Scopes = []string{"email", "calendar"}
	r.Hints = map[string]string{"login_hint": "ines@halden.example", "prompt": "consent", "redirect_uri": "https://evil.example", "state": "theirs",
		"nonce": "theirs", "client_id": "theirs", "code_challenge": "theirs", "scope": "theirs", "response_mode": "fragment", "request_uri": "https://evil.example"}
	to, err := party().Authorize(t.Context(), c, r)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(to)
	for name, want := range map[string]string{"state": r.State, "nonce": r.Nonce, "client_id": c.ID, "redirect_uri": c.RedirectURI, "scope": "openid email calendar",
		"response_type": "code", "response_mode": "form_post", "code_challenge_method": "S256", "login_hint": "ines@halden.example", "prompt": "consent", "request_uri": ""} {
		if got := u.Query().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if challenge := u.Query().Get("code_challenge"); challenge == r.Verifier || len(challenge) != 43 {
		t.Errorf("the challenge is %q", challenge)
	}
}

// O4, O5: each of these tokens would sign in as anybody if one check were missing.
func TestTokensThatAreRefused(t *testing.T) {
	public := func(p *oidctest.Provider) []byte {
		der, err := x509.MarshalPKIXPublicKey(p.Key.Public())
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	}
	unsigned := func(algorithm string) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) {
			p.Sign = func(c claims) string {
				_, rest, _ := strings.Cut(oidctest.Signed(jose.RS256, p.Key, c, nil), ".")
				body, _, _ := strings.Cut(rest, ".")
				return base64url(`{"alg":"`+algorithm+`","typ":"JWT"}`) + "." + body + "."
			}
		}
	}
	says := func(name string, value any) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) {
			p.Token = func(c claims) claims {
				if c[name] = value; value == nil {
					delete(c, name)
				}
				return c
			}
		}
	}
	canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a key was fetched from where a token said") }))
	defer canary.Close()
	thief := oidctest.ECKey(t)
	header := func(headers map[string]any) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) {
			p.Sign = func(c claims) string { return oidctest.Signed(jose.ES256, thief, c, headers) }
		}
	}
	for name, c := range map[string]struct {
		lie  func(*oidctest.Provider)
		want error
	}{
		"none":                 {unsigned("none"), oidc.ErrToken},
		"nOnE":                 {unsigned("nOnE"), oidc.ErrToken},
		"an unknown algorithm": {unsigned("RS999"), oidc.ErrToken},
		"HS256 keyed with the public": {func(p *oidctest.Provider) {
			k := public(p)
			p.Sign = func(c claims) string { return oidctest.Signed(jose.HS256, k, c, map[string]any{"kid": "one"}) }
		}, oidc.ErrToken},
		"HS256 keyed with the secret": {func(p *oidctest.Provider) {
			p.Sign = func(c claims) string {
				return oidctest.Signed(jose.HS256, []byte(strings.Repeat(oidctest.ClientSecret, 3)), c, nil)
			}
		}, oidc.ErrToken},
		"another's key":        {header(map[string]any{"kid": "one"}), oidc.ErrSignature},
		"a kid that is a path": {header(map[string]any{"kid": "../../dev/null"}), oidc.ErrSignature},
		"a jku header":         {header(map[string]any{"kid": "two", "jku": canary.URL}), oidc.ErrSignature},
		"an x5u header":        {header(map[string]any{"x5u": canary.URL}), oidc.ErrSignature},
		"a jwk header":         {header(map[string]any{"jwk": jose.JSONWebKey{Key: thief.Public()}}), oidc.ErrSignature},
		"a critical header": {func(p *oidctest.Provider) {
			p.Sign = func(c claims) string {
				return oidctest.Signed(jose.RS256, p.Key, c, map[string]any{"kid": "one", "crit": []string{"exp"}})
			}
		}, oidc.ErrSignature},
		"no token":                      {func(p *oidctest.Provider) { p.Sign = func(claims) string { return "" } }, oidc.ErrToken},
		"no JWT":                        {func(p *oidctest.Provider) { p.Sign = func(claims) string { return "a.b" } }, oidc.ErrToken},
		"another issuer":                {says("iss", "https://evil.example"), oidc.ErrIssuer},
		"another audience":              {says("aud", "somebody-else"), oidc.ErrAudience},
		"ran out":                       {says("exp", time.Now().Add(-time.Minute).Unix()), oidc.ErrExpired},
		"not yet":                       {says("nbf", time.Now().Add(time.Hour).Unix()), oidc.ErrExpired},
		"two audiences and no azp":      {says("aud", []string{oidctest.ClientID, "other"}), oidc.ErrParty},
		"made for another party":        {says("azp", "somebody-else"), oidc.ErrParty},
		"another nonce":                 {says("nonce", "replayed"), oidc.ErrNonce},
		"no nonce":                      {says("nonce", nil), oidc.ErrNonce},
		"nobody":                        {says("sub", ""), oidc.ErrSubject},
		"no subject":                    {says("sub", nil), oidc.ErrSubject},
		"a subject without end":         {says("sub", strings.Repeat("x", 256)), oidc.ErrSubject},
		"made tomorrow":                 {says("iat", time.Now().Add(24*time.Hour).Unix()), oidc.ErrIssuedAt},
		"made last year":                {says("iat", time.Now().AddDate(-1, 0, 0).Unix()), oidc.ErrIssuedAt},
		"made never":                    {says("iat", nil), oidc.ErrIssuedAt},
		"another access token's hash":   {says("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), oidc.ErrTokenHash},
		"claims that are not of a type": {says("email", 7), oidc.ErrToken},
	} {
		t.Run(name, func(t *testing.T) {
			p := oidctest.New(t)
			c.lie(p)
			got, err := signIn(t, party(), p)
			if !errors.Is(err, c.want) || got != nil {
				t.Errorf("%+v, %v, want %v", got, err, c.want)
			}
		})
	}
}

// Several of our own audiences are fine where the token says that it is ours.
func TestSeveralAudiencesWithOurParty(t *testing.T) {
	p := oidctest.New(t)
	p.Token = func(c claims) claims {
		c["aud"], c["azp"] = []string{"other", oidctest.ClientID}, oidctest.ClientID
		return c
	}
	if _, err := signIn(t, party(), p); err != nil {
		t.Error(err)
	}
}

// at_hash of an algorithm without a hash function fails closed; one that is
// right passes.
func TestTheHashOfTheAccessToken(t *testing.T) {
	p := oidctest.New(t)
	p.Token = func(c claims) claims { c["at_hash"] = "P2q6QrN5HjTi4MwpyjEzcQ"; return c }
	_, wrong := signIn(t, party(), p)
	p.Token = func(c claims) claims { c["at_hash"] = halfHash("access"); return c }
	_, right := signIn(t, party(), p)
	if !errors.Is(wrong, oidc.ErrTokenHash) || right != nil {
		t.Errorf("wrong: %v, right: %v", wrong, right)
	}
}

// O6: an answer of another provider, and a code beside an error, are refused
// before the code goes anywhere.
func TestAnswersThatAreNotRedeemed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(to *url.URL)
		names  bool // the provider says that it names itself
		want   error
	}{
		"another issuer":         {func(u *url.URL) { set(u, "iss", "https://evil.example") }, false, oidc.ErrIssuer},
		"no issuer where told":   {func(*url.URL) {}, true, oidc.ErrIssuer},
		"a code beside an error": {func(u *url.URL) { set(u, "error", "server_error") }, false, oidc.ErrAnswer},
		"neither":                {func(u *url.URL) { set(u, "code", "") }, false, oidc.ErrAnswer},
		"too long a code":        {func(u *url.URL) { set(u, "code", strings.Repeat("x", 5000)) }, false, oidc.ErrAnswer},
		"cancelled":              {func(u *url.URL) { set(u, "code", ""); set(u, "error", "access_denied") }, false, oidc.ErrDenied},
		"an error":               {func(u *url.URL) { set(u, "code", ""); set(u, "error", "<script>") }, false, oidc.ErrRefused},
	} {
		p := oidctest.New(t)
		p.Metadata = claims{"authorization_response_iss_parameter_supported": c.names}
		p.Tamper = func(to *url.URL, _ url.Values) { c.change(to) }
		if got, err := signIn(t, party(), p); !errors.Is(err, c.want) || got != nil || p.Seen("/token") != 0 {
			t.Errorf("%s: %v, and the token endpoint was asked %d times", name, err, p.Seen("/token"))
		}
	}
	p := oidctest.New(t)
	p.Metadata = claims{"authorization_response_iss_parameter_supported": true}
	p.Tamper = func(to *url.URL, _ url.Values) { set(to, "iss", p.URL) }
	if _, err := signIn(t, party(), p); err != nil {
		t.Errorf("its own name: %v", err)
	}
}

// Whether somebody cancelled or is not assigned to the app is told by the
// description alone: without it an admin guesses.
func TestADenialKeepsTheProvidersWords(t *testing.T) {
	p := oidctest.New(t)
	p.Tamper = func(to *url.URL, _ url.Values) {
		set(to, "code", "")
		set(to, "error", "access_denied")
		set(to, "error_description", "User is not assigned to the client application.")
	}
	_, err := signIn(t, party(), p)
	if r := trail.As(err); r == nil || r.Received != "access_denied: User is not assigned to the client application." {
		t.Errorf("%+v", err)
	}
}

// A provider that is down or answers nonsense is no fault of the person's.
func TestProvidersThatAreDown(t *testing.T) {
	status := func(n int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(n)
			_, _ = w.Write([]byte(body))
		}
	}
	away := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the secret went to where a redirect led") }))
	defer away.Close()
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, away.URL, http.StatusTemporaryRedirect)
	}
	const metadata = "/.well-known/openid-configuration"
	for name, c := range map[string]struct {
		path   string
		answer http.HandlerFunc
		want   error
	}{
		"no metadata":             {metadata, status(500, "down"), oidc.ErrDiscovery},
		"metadata is elsewhere":   {metadata, elsewhere, oidc.ErrDiscovery},
		"metadata is no JSON":     {metadata, status(200, "<html>"), oidc.ErrDiscovery},
		"metadata without end":    {metadata, status(200, `"`+strings.Repeat("x", 2<<20)), oidc.ErrDown},
		"another's metadata":      {metadata, status(200, `{"issuer":"https://evil.example"}`), oidc.ErrMetadata},
		"keys are down":           {"/keys", status(503, "down"), oidc.ErrDown},
		"keys are elsewhere":      {"/keys", elsewhere, oidc.ErrDown},
		"tokens are down":         {"/token", status(502, "down"), oidc.ErrDown},
		"tokens are elsewhere":    {"/token", elsewhere, oidc.ErrDown},
		"tokens are no JSON":      {"/token", status(200, "x"), oidc.ErrDown},
		"tokens are empty":        {"/token", status(200, "{}"), oidc.ErrDown},
		"tokens are too many":     {"/token", status(429, "{}"), oidc.ErrDown},
		"the code is refused":     {"/token", status(400, `{"error":"invalid_grant","error_description":"<b>"}`), oidc.ErrCode},
		"refused with 200":        {"/token", status(200, `{"error":"bad_verification_code"}`), oidc.ErrCode},
		"the secret is refused":   {"/token", status(401, `{"error":"invalid_client"}`), oidc.ErrClient},
		"userinfo is down":        {"/userinfo", status(500, ""), oidc.ErrDown},
		"userinfo is another's":   {"/userinfo", status(200, `{"sub":"subject-2","email":"x@evil.example","email_verified":true}`), oidc.ErrUserinfo},
		"userinfo says nothing":   {"/userinfo", status(200, `{}`), oidc.ErrUserinfo},
		"userinfo is a web token": {"/userinfo", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/jwt") }, oidc.ErrDown},
	} {
		p := oidctest.New(t)
		p.Broken[c.path] = c.answer
		if got, err := signIn(t, party(), p); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %+v, %v, want %v", name, got, err, c.want)
		}
	}
}

// Metadata is asked for once an hour, not for each person; one that failed is
// asked again soon.
func TestMetadataIsRemembered(t *testing.T) {
	const metadata = "/.well-known/openid-configuration"
	p, rp := oidctest.New(t), party()
	now := time.Now()
	rp.Now = func() time.Time { return now }
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := rp.Discover(t.Context(), p.URL, false); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := p.Seen(metadata); n != 1 {
		t.Errorf("asked %d times", n)
	}
	now = now.Add(61 * time.Minute)
	p.Broken[metadata] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
	for range 3 {
		if _, err := rp.Discover(t.Context(), p.URL, false); !errors.Is(err, oidc.ErrDiscovery) {
			t.Error(err)
		}
	}
	if n := p.Seen(metadata); n != 2 {
		t.Errorf("a provider that is down was asked %d times", n-1)
	}
	now = now.Add(6 * time.Second)
	delete(p.Broken, metadata)
	if _, err := rp.Discover(t.Context(), p.URL, false); err != nil {
		t.Errorf("it is back: %v", err)
	}
}

// X3: an issuer in the private network is not asked, however it is written.
func TestPrivateIssuersAreNotAsked(t *testing.T) {
	p := oidctest.New(t)
	rp := &oidc.Party{HTTP: netguard.New(nil).Client(netguard.Options{Timeout: time.Second})}
	for _, issuer := range []string{p.URL, "https://169.254.169.254/", "https://2130706433", "https://localhost", "https://metadata.google.internal",
		"http://login.halden.example", "ftp://x", "", "https://user@x.example", "https://x.example?y=1", "https://x.example#f", "https://" + strings.Repeat("x", 600) + ".example"} {
		if _, err := rp.Discover(t.Context(), issuer, false); err == nil {
			t.Errorf("%q was asked", issuer)
		}
	}
	if p.Seen("/.well-known/openid-configuration") != 0 {
		t.Error("a request arrived")
	}
}

// Endpoints that would send people or codes anywhere but to https are refused
// with the metadata that holds them.
func TestEndpointsOfMetadata(t *testing.T) {
	for _, change := range []claims{{"authorization_endpoint": "javascript:alert(1)"}, {"authorization_endpoint": ""}, {"token_endpoint": "http://10.0.0.1/token"},
		{"jwks_uri": nil}, {"userinfo_endpoint": "http://evil.example"}, {"id_token_signing_alg_values_supported": []string{"HS256", "none"}}} {
		p := oidctest.New(t)
		p.Metadata = change
		if _, err := party().Discover(t.Context(), p.URL, false); !errors.Is(err, oidc.ErrMetadata) {
			t.Errorf("%v: %v", change, err)
		}
	}
}
