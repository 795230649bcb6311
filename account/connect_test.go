package account_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/social"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/tenants"
)

// Somebody who is signed in connects an account at a provider, and is told by
// mail; it takes a form and a fresh sign-in, because whoever is connected gets
// in from then on. Where it is the last way in, it stays.
func TestConnectingAnAccountElsewhere(t *testing.T) {
	each(t, func(w world) {
		provider := oidctest.New(t)
		provider.Token = func(c oidctest.Claims) oidctest.Claims {
			c["email"], c["email_verified"] = "ines@elsewhere.example", true
			return c
		}
		key := oidctest.ClientSecret
		w.tx(func(tx *db.Tx) error {
			_, err := social.Create(tx, nil, social.Setup{Type: social.OIDC, Slug: "halden-id", Name: "Halden ID", Issuer: provider.URL, ClientID: oidctest.ClientID, Secret: &key, Enabled: true})
			return err
		})
		const connect = "/account/security/providers/halden-id"
		b := w.signedIn(ines)
		if p := b.get("/account/security"); len(p.links("security/providers/halden-id")) != 1 {
			t.Fatalf("it is not offered: %s", p.body)
		}
		for _, p := range []seen{b.get("/account/security/providers/nobody"), b.post("/account/security/providers/nobody")} {
			if p.status != http.StatusNotFound {
				t.Errorf("an unknown provider: %d", p.status)
			}
		}
		b.refused(b.get(connect), http.StatusOK, "Connect Halden ID?")
		away := regexp.MustCompile(regexp.QuoteMeta(provider.URL) + `/authorize\?[^"]*`).FindString(b.post(connect).body)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, away, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		back := strings.TrimPrefix(answer.Header.Get("Location"), w.url)
		if p := w.signedIn(sofie).get(back); p.status < 400 {
			t.Errorf("another person took it: %d at %s", p.status, p.path)
		}
		b.done(b.get(back), "/account/security", "ines@elsewhere.example")
		w.notified(ines, "factor_added")
		w.recorded("user.identity_linked")
		p := b.get("/account/security")
		if len(p.links("security/providers/halden-id")) != 0 || !strings.Contains(p.body, "Halden ID") {
			t.Errorf("the page: %s", p.body)
		}
		gone := p.links(`security/identities/[^/]+/remove`)
		w.tx(func(tx *db.Tx) error { // a passkey would do, and she has none
			s := tenants.DefaultSettings()
			s.Password, s.MagicAuth = false, false
			return tenants.SetSettings(tx, s)
		})
		b.refused(b.post(gone[0]), http.StatusConflict, "your last way to sign in")
		b.register("/account/security/passkeys/new", "Work laptop")
		b.done(b.post(gone[0]), "/account/security", "It’s removed")
		w.recorded("user.identity_unlinked")
	}, "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
}
