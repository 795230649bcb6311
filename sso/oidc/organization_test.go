package oidc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso/oidc"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/sso/trail"
)

func withUserinfo(c *oidc.Client) { c.Userinfo = true }

// Okta and AD FS say groups and names in one place or the other: without both
// an organization's roles would be empty. The ID token, which is signed, wins.
func TestUserinfoAddsToTheToken(t *testing.T) {
	p := oidctest.New(t)
	p.Token = func(c claims) claims {
		c["email"], c["department"] = "ines@halden.example", "Sea"
		return c
	}
	p.Userinfo = claims{"sub": "subject-1", "email": "evil@elsewhere.example", "email_verified": true, "department": "Land", "groups": []string{"Crew"}, "family_name": "Halvorsen"}
	got, err := signIn(t, party(), p, withUserinfo)
	if err != nil {
		t.Fatal(err)
	}
	if got.Email != "ines@halden.example" || got.EmailVerified || got.FamilyName != "Halvorsen" || got.Claims["department"] != "Sea" {
		t.Errorf("%+v", got)
	}
	if groups, _ := got.Claims["groups"].([]any); len(groups) != 1 || groups[0] != "Crew" {
		t.Errorf("groups %v", got.Claims["groups"])
	}
	if _, there := got.Claims["email_verified"]; there {
		t.Error("what userinfo says of its own address is taken for the token's")
	}
	if strings.Count(got.IDToken, ".") != 2 {
		t.Errorf("no ID token for signing out: %q", got.IDToken)
	}
}

// O1: two employees whose numbers have seventeen digits are one person to
// whoever reads numbers as floats: one would come in as the other.
func TestNumbersStayAsTheyWereWritten(t *testing.T) {
	p := oidctest.New(t)
	p.Token = func(c claims) claims { c["employee"] = json.Number("90071992547409931"); return c }
	p.Userinfo = claims{"sub": "subject-1", "badge": json.Number("90071992547409933")}
	got, err := signIn(t, party(), p, withUserinfo)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"employee": "90071992547409931", "badge": "90071992547409933"} {
		if got := fmt.Sprint(got.Claims[name]); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
}

// AD FS answers userinfo with nothing, others not at all: nobody is kept out
// by that where the token says who it is. Another person's userinfo always is.
func TestUserinfoThatIsDownKeepsNobodyOut(t *testing.T) {
	p := oidctest.New(t)
	p.Token = func(c claims) claims { c["email"] = "ines@halden.example"; return c }
	p.Broken["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	if got, err := signIn(t, party(), p, withUserinfo); err != nil || !got.Incomplete {
		t.Errorf("%+v, %v", got, err)
	}
	p.Broken["/userinfo"] = nil
	p.Userinfo = claims{"sub": "subject-2", "groups": []string{"Admins"}}
	if got, err := signIn(t, party(), p, withUserinfo); !errors.Is(err, oidc.ErrUserinfo) || got != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// An admin who is told only that it failed cannot mend it: what was expected
// and what came stand in the refusal.
func TestRefusalsSayWhatWasExpected(t *testing.T) {
	says := func(name string, value any) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) { p.Token = func(c claims) claims { c[name] = value; return c } }
	}
	answers := func(path string, status int, kind, body string) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) {
			p.Broken[path] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
			}
		}
	}
	const metadata = "/.well-known/openid-configuration"
	for name, c := range map[string]struct {
		lie                             func(*oidctest.Provider)
		code, check, expected, received string
	}{
		"audience":   {says("aud", "other"), "oidc_audience_mismatch", trail.Audience, oidctest.ClientID, "other"},
		"issuer":     {says("iss", "https://evil.example"), "oidc_issuer_mismatch", trail.Issuer, "http://127.0.0.1", "https://evil.example"},
		"secret":     {answers("/token", 401, "application/json", `{"error":"invalid_client","error_description":"AADSTS7000222: expired"}`), "oidc_client_refused", trail.Exchange, oidctest.ClientID, "AADSTS7000222: expired"},
		"redirect":   {answers("/token", 400, "application/json", `{"error":"invalid_grant","error_description":"redirect_uri mismatch"}`), "oidc_redirect_refused", trail.Exchange, "http://localhost/callback", "redirect_uri mismatch"},
		"discovery":  {answers(metadata, 404, "text/html; charset=utf-8", "<h1>Sign in</h1>"+strings.Repeat("x", 500)), "oidc_discovery_failed", trail.Discovery, "200", "404, text/html <h1>Sign in</h1>xxx"},
		"no JSON":    {answers(metadata, 200, "text/html", "<html>"), "oidc_discovery_failed", trail.Discovery, "application/json", "200, text/html <html>"},
		"own issuer": {func(p *oidctest.Provider) { p.Metadata = claims{"issuer": "https://other.example"} }, "oidc_metadata_invalid", trail.Discovery, "http://127.0.0.1", "https://other.example"},
	} {
		p := oidctest.New(t)
		c.lie(p)
		_, err := signIn(t, party(), p)
		r := trail.As(err)
		if r == nil || r.Code() != c.code || r.Check != c.check || !strings.Contains(r.Expected, c.expected) || !strings.Contains(r.Received, c.received) {
			t.Errorf("%s: %+v", name, r)
			continue
		}
		if strings.Contains(r.Problem.Message, "Sign in") || len(r.Received) > 260 {
			t.Errorf("%s: a stranger's text is told to everybody, or too much of it: %+v", name, r)
		}
	}
}

// A provider that hangs is not a provider that is down: its admins look
// elsewhere.
func TestATimeOutIsToldApart(t *testing.T) {
	p := oidctest.New(t)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	p.Broken["/token"] = func(http.ResponseWriter, *http.Request) { <-hang }
	rp := party()
	rp.HTTP.Timeout = 200 * time.Millisecond
	if _, err := signIn(t, rp, p); !errors.Is(err, oidc.ErrTimeout) {
		t.Error(err)
	}
}

// The redirect that the provider does not know comes back as an error in the
// browser at some of them.
func TestProvidersErrorsAreTold(t *testing.T) {
	for description, want := range map[string]error{"": oidc.ErrRefused, "The redirect_uri is not registered": oidc.ErrRedirect} {
		p := oidctest.New(t)
		p.Tamper = func(to *url.URL, _ url.Values) {
			set(to, "code", "")
			set(to, "error", "invalid_request")
			set(to, "error_description", description)
		}
		_, err := signIn(t, party(), p)
		if !errors.Is(err, want) || description != "" && !strings.Contains(trail.As(err).Received, description) {
			t.Errorf("%q: %v", description, err)
		}
	}
}

// Signing out at the provider needs its own address, and takes no other.
func TestEndSession(t *testing.T) {
	p := oidctest.New(t)
	rp := party()
	if _, err := rp.EndSession(t.Context(), clientOf(p), "token", "http://localhost/done", "s"); !errors.Is(err, oidc.ErrNoLogout) {
		t.Error(err)
	}
	p = oidctest.New(t)
	p.Metadata = claims{"end_session_endpoint": p.URL + "/logout?tenant=a"}
	to, err := rp.EndSession(t.Context(), clientOf(p), "token", "http://localhost/done", "s")
	if err != nil {
		t.Fatal(err)
	}
	q, _ := url.Parse(to)
	for name, want := range map[string]string{"tenant": "a", "id_token_hint": "token", "post_logout_redirect_uri": "http://localhost/done", "state": "s", "client_id": oidctest.ClientID} {
		if got := q.Query().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	p = oidctest.New(t)
	p.Metadata = claims{"end_session_endpoint": "javascript:alert(1)"}
	if to, err := rp.EndSession(t.Context(), clientOf(p), "", "", ""); !errors.Is(err, oidc.ErrNoLogout) {
		t.Errorf("%q, %v", to, err)
	}
}

// A logout token that is not one would end anybody's session; an ID token,
// which browsers see, must not be one.
func TestLogoutTokens(t *testing.T) {
	p, rp := oidctest.New(t), party()
	logout := func(change func(claims)) string {
		c := claims{"iss": p.URL, "aud": oidctest.ClientID, "sub": "subject-1", "sid": "s1", "jti": "j1", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
			"events": claims{"http://schemas.openid.net/event/backchannel-logout": claims{}}}
		change(c)
		return oidctest.Signed(jose.RS256, p.Key, c, map[string]any{"kid": "one"})
	}
	got, err := rp.VerifyLogout(t.Context(), clientOf(p), logout(func(claims) {}))
	if err != nil || got.Subject != "subject-1" || got.SessionID != "s1" || got.ID != "j1" || got.Until.Before(time.Now()) {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, raw := range map[string]string{
		"an ID token":      p.IDToken("nonce"),
		"with a nonce":     logout(func(c claims) { c["nonce"] = "n" }),
		"without events":   logout(func(c claims) { delete(c, "events") }),
		"another event":    logout(func(c claims) { c["events"] = claims{"x": claims{}} }),
		"without an id":    logout(func(c claims) { delete(c, "jti") }),
		"about nobody":     logout(func(c claims) { delete(c, "sub"); delete(c, "sid") }),
		"for another":      logout(func(c claims) { c["aud"] = "other" }),
		"of another":       logout(func(c claims) { c["iss"] = "https://evil.example" }),
		"run out":          logout(func(c claims) { c["exp"] = time.Now().Add(-time.Hour).Unix() }),
		"old, without end": logout(func(c claims) { delete(c, "exp"); c["iat"] = time.Now().Add(-time.Hour).Unix() }),
		"good for a year": logout(func(c claims) {
			c["iat"] = time.Now().Add(-2 * time.Hour).Unix()
			c["exp"] = time.Now().Add(365 * 24 * time.Hour).Unix()
		}),
		"of another key": oidctest.Signed(jose.ES256, oidctest.ECKey(t), claims{"iss": p.URL}, nil),
		"empty":          "",
	} {
		if _, err := rp.VerifyLogout(t.Context(), clientOf(p), raw); trail.As(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
