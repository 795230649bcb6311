package e2e

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/sso"
	"gatehouse/sso/oidc/oidctest"
)

// haldenOpenID is a provider that says who Ines is.
func haldenOpenID(t *testing.T) *oidctest.Provider {
	p := oidctest.New(t)
	p.Token = func(c oidctest.Claims) oidctest.Claims {
		c["email"], c["given_name"], c["sid"] = "ines@halden.example", "Ines", "s1"
		return c
	}
	return p
}

// runOpenID is runCompany with an OpenID provider.
func runOpenID(t *testing.T, fn func(t *testing.T, k *company)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		fn(t, newCompany(newServer(t, d, slog.New(slog.DiscardHandler)), "Halden Marine", "halden.example").oidc(haldenOpenID(t)))
	})
}

// back is the address that the provider sends the browser to.
func (k *company) back(at *Page) string {
	k.T.Helper()
	if !strings.HasPrefix(at.URL.String(), k.provider.URL+"/authorize?") {
		k.T.Fatalf("sent to %s (%d): %s", at.URL, at.Status, at.Text())
	}
	res, err := http.DefaultTransport.RoundTrip(httptest.NewRequest(http.MethodGet, at.URL.String(), nil).WithContext(k.T.Context()))
	if err != nil {
		k.T.Fatal(err)
	}
	defer res.Body.Close()
	return res.Header.Get("Location")
}

// Somebody signs in at their company's OpenID provider, by a redirect or by a
// form that its page posts, and is the same person each time.
func TestOpenIDSignIn(t *testing.T) {
	runOpenID(t, func(t *testing.T, k *company) {
		b := k.Browser()
		to := k.back(b.Get(k.start() + "?login_hint=ines@halden.example"))
		k.signedIn(b, b.Get(to))
		first := k.person("ines@halden.example")
		if forms, _ := k.provider.Redeemed(); len(forms) != 1 || forms[0].Get("redirect_uri") != sso.RedirectURI(k.Base, k.c.ID) || forms[0].Get("code_verifier") == "" {
			t.Errorf("redeemed %v", forms)
		}
		by := k.Browser()
		answer, err := url.Parse(k.back(by.Get(k.start())))
		if err != nil {
			t.Fatal(err)
		}
		by.Set("Origin", k.provider.URL)
		by.Set("Sec-Fetch-Site", "cross-site")
		k.signedIn(by, by.Post(sso.RedirectURI(k.URL, k.c.ID), answer.Query()))
		if again := k.person("ines@halden.example"); again.ID != first.ID {
			t.Error("the same subject is another person")
		}
	})
}

// OpenID Connect Core §4: a sign-in that the provider starts names itself, and
// only wishes for where it ends.
func TestOpenIDThirdPartyStart(t *testing.T) {
	runOpenID(t, func(t *testing.T, k *company) {
		b := k.Browser()
		form := url.Values{"iss": {k.provider.URL}, "login_hint": {"ines@halden.example"}, "target_link_uri": {"https://evil.example/"}}
		p := b.Post(k.start(), form)
		to := k.back(&Page{URL: mustParse(t, attr(find(p.Doc, hasText("Continue to Halden Okta")), "href"))})
		k.signedIn(b, b.Get(to))
		form.Set("iss", "https://evil.example")
		if p := k.Browser().Post(k.start(), form); p.Status != http.StatusBadRequest || p.URL.Host == "evil.example" {
			t.Errorf("%d at %s", p.Status, p.URL)
		}
	})
}

// O5, O6, O7: what is not the answer of this provider to this browser's
// sign-in signs nobody in, and no code goes to who did not issue it.
func TestOpenIDAnswersOfOthers(t *testing.T) {
	runOpenID(t, func(t *testing.T, k *company) {
		other := newCompany(k.Server, "Nordby Kraft", "nordby.example").oidc(haldenOpenID(t))
		b := k.Browser()
		to := k.back(b.Get(k.start()))
		thief := k.Browser()
		k.refused(thief, thief.Get(to), http.StatusBadRequest, "sso_state_invalid")
		thief.Get(k.start()) // a sign-in of their own does not help
		k.refused(thief, thief.Get(to), http.StatusBadRequest, "sso_state_invalid")
		elsewhere := strings.Replace(to, sso.RedirectURI(k.Base, k.c.ID), sso.RedirectURI(k.Base, other.c.ID), 1)
		other.refused(b, b.Get(elsewhere), http.StatusBadRequest, "sso_state_invalid")
		if forms, _ := other.provider.Redeemed(); len(forms) != 0 {
			t.Error("a code was sent to another provider")
		}
		k.refused(b, b.Get(changed(t, to, "iss", other.provider.URL)), http.StatusBadRequest, "oidc_issuer_mismatch")
		if forms, _ := k.provider.Redeemed(); len(forms) != 0 {
			t.Error("a code that another provider claims was sent to ours")
		}
		b = k.Browser()
		k.refused(b, b.Get(changed(t, k.back(b.Get(k.start())), "error", "access_denied")), http.StatusBadRequest, "oidc_answer_invalid")
		b = k.Browser()
		denied := changed(t, changed(t, k.back(b.Get(k.start())), "code", ""), "error", "access_denied")
		if p := b.Get(denied); !p.Has("Halden Okta didn’t let you in") {
			t.Errorf("%d %s", p.Status, p.Text())
		}
		k.provider.Token = func(c oidctest.Claims) oidctest.Claims { c["nonce"] = "of another sign-in"; return c }
		b = k.Browser()
		k.refused(b, b.Get(k.back(b.Get(k.start()))), http.StatusBadRequest, "oidc_nonce_mismatch")
	})
}

// A provider that is down, or does not take our secret, is told of in words
// that an admin can do something with, on a page that people understand.
func TestOpenIDProvidersThatFail(t *testing.T) {
	runOpenID(t, func(t *testing.T, k *company) {
		b := k.Browser()
		to := k.back(b.Get(k.start()))
		k.provider.Broken["/token"] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"AADSTS7000222"}`))
		}
		p := b.Get(to)
		if a := k.refused(b, p, http.StatusBadRequest, "oidc_client_refused"); !strings.Contains(*a.Received, "AADSTS7000222") || strings.Contains(p.Body, "AADSTS") {
			t.Errorf("%+v", a)
		}
		down := newCompany(k.Server, "Nordby Kraft", "nordby.example")
		broken := haldenOpenID(t)
		broken.Broken["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
		down.oidc(broken)
		b = k.Browser()
		p = b.Get(down.start())
		down.refused(b, p, http.StatusServiceUnavailable, "oidc_discovery_failed")
		if !p.Has("Halden Okta doesn’t answer") {
			t.Error(p.Text())
		}
	})
}
