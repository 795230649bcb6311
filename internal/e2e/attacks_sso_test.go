package e2e

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/sso"
	"gatehouse/sso/saml/samltest"
)

func hasText(words string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Data == "a" && strings.Contains(text(n), words) }
}

func mustParse(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// S12: the same response twenty times at once, on two nodes, signs in once.
func TestAResponseSignsInOnce(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		k := haldenSAML(d.Server)
		b := k.Browser()
		to := k.ask(b.Get(k.start()))
		response := k.idp.Respond(k.ines(to))
		cookie := "gatehouse_sso_" + to.id
		secret := b.Cookie(cookie)
		if secret == "" {
			t.Fatal("the request has no cookie of its own")
		}
		var mu sync.Mutex
		codes := map[int]int{}
		d.atOnce(20, func(s *Server, _ int) bool {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, sso.ACSURL(s.URL, k.c.ID), strings.NewReader(url.Values{"SAMLResponse": {response}, "RelayState": {to.relay}}.Encode()))
			if err != nil {
				t.Error(err)
				return false
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(&http.Cookie{Name: cookie, Value: secret})
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Error(err)
				return false
			}
			defer res.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			codes[res.StatusCode]++
			return res.StatusCode == http.StatusSeeOther
		})
		if codes[http.StatusSeeOther] != 1 || codes[http.StatusBadRequest] != 19 {
			t.Errorf("answered %v", codes)
		}
		if n := k.entries("authentication.sso_failed", "", "saml_replay"); n != 19 {
			t.Errorf("%d replays in the log", n)
		}
	})
}

// S13, S14, S15: a response of another browser, for another connection, by
// another organization's provider of the same name, with a RelayState of
// somebody's making. None signs anybody in, and none sends anybody anywhere.
func TestResponsesOfOthers(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		other := newCompany(k.Server, "Nordby Kraft", "nordby.example").saml(samltest.Other(idpName))
		b := k.Browser()
		to := k.ask(b.Get(k.start()))
		honest := k.idp.Respond(k.ines(to))
		thief := k.Browser()
		k.refused(thief, k.bring(thief, k.acs(), honest, to.relay), http.StatusBadRequest, "sso_state_invalid")
		own := k.ask(thief.Get(k.start()))
		k.refused(thief, k.bring(thief, k.acs(), honest, own.relay), http.StatusBadRequest, "saml_in_response_to_mismatch")
		other.refused(b, k.bring(b, other.acs(), honest, to.relay), http.StatusBadRequest, "saml_in_response_to_mismatch")
		theirs := other.ask(b.Get(other.start()))
		k.refused(b, k.bring(b, k.acs(), k.idp.Respond(k.ines(theirs)), theirs.relay), http.StatusBadRequest, "saml_in_response_to_mismatch")
		for _, relay := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "%0d%0aSet-Cookie:x", "\r\nSet-Cookie: x=1"} {
			p := k.bring(b, k.acs(), honest, relay)
			k.refused(b, p, http.StatusBadRequest, "saml_in_response_to_mismatch")
			if strings.Contains(p.Body, "evil.example") || b.Cookie("x") != "" {
				t.Errorf("%q: %s", relay, p.Body)
			}
		}
		k.refused(b, k.bring(b, k.acs(), other.idp.Respond(k.ines(to)), to.relay), http.StatusBadRequest, "saml_signature_invalid")
		fresh := k.Browser()
		k.signedIn(fresh, k.signIn(fresh))
	})
}

// S9: what is no response, and what is too much of one, is answered at once,
// with a page and a 4xx.
func TestBodiesThatAreNoResponse(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		for name, body := range map[string]string{
			"nothing": "", "no form": "\x00\xff", "no base64": "SAMLResponse=!!!", "no XML": "SAMLResponse=aGVsbG8=", "huge field": "SAMLResponse=" + strings.Repeat("A", 900<<10),
			"huge body": "SAMLResponse=" + strings.Repeat("A", 3<<20), "twice": "SAMLResponse=PGE%2B&SAMLResponse=PGE%2B", "many": strings.Repeat("a=b&", 500),
		} {
			b := k.Browser()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.acs(), strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := b.client.Do(r)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			_ = res.Body.Close()
			if res.StatusCode < 400 || res.StatusCode >= 500 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
				t.Errorf("%s: %d %s", name, res.StatusCode, res.Header.Get("Content-Type"))
			}
		}
		for _, address := range []string{"/sso/saml/conn-x/acs", "/sso/oidc/conn-x/callback?state=a&code=b", "/sso/oidc/" + string(k.c.ID) + "/callback?state=a&code=b", "/sso/saml/x/metadata",
			"/sso/oidc/" + string(k.c.ID) + "/jwks", "/sso/start/%2e%2e%2fadmin"} {
			b := k.Browser()
			p := b.Get(address)
			if strings.HasSuffix(address, "/acs") {
				p = b.Post(address, url.Values{"SAMLResponse": {"x"}})
			}
			if p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", address, p.Status)
			}
		}
	})
}

// One network may post so much and no more: each answer costs a signature.
func TestAnswersAreBounded(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := haldenSAML(New(t, d))
		b := k.Browser().From("203.0.113.9")
		for range 1100 {
			if p := b.Post(k.acs(), url.Values{"SAMLResponse": {"x"}}); p.Status == http.StatusTooManyRequests {
				if p.Header.Get("Retry-After") == "" {
					t.Error("it does not say when to come back")
				}
				return
			}
		}
		t.Error("a network posted without end")
	})
}

// X11: nothing of a response, a code, a state or an ID token is in a log or in
// the audit table.
func TestNoAnswerIsWrittenDown(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		said := &diary{}
		s := newServer(t, d, slog.New(slog.NewJSONHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug})))
		k := haldenSAML(s)
		open := newCompany(s, "Nordby Kraft", "nordby.example").oidc(haldenOpenID(t))
		secrets := canaries{}
		b := k.Browser()
		to := k.ask(b.Get(k.start()))
		response := k.idp.Respond(k.ines(to))
		secrets.add("a request's cookie", b.Cookie("gatehouse_sso_"+to.id))
		k.signedIn(b, k.bring(b, k.acs(), response, to.relay))
		k.bring(b, k.acs(), response, to.relay)
		secrets.add("a response", response[200:260])
		secrets.add("a RelayState", to.relay)
		b = k.Browser()
		back := mustParse(t, open.back(b.Get(open.start())))
		b.Get(back.String())
		b.Get(back.String())
		secrets.add("a code", back.Query().Get("code"))
		secrets.add("a state", back.Query().Get("state"))
		if len(secrets) != 5 || !strings.Contains(said.String(), "/acs") {
			t.Fatalf("%d secrets were met, so nothing is shown", len(secrets))
		}
		kept := auditTable(t, s)
		for what, secret := range secrets {
			if strings.Contains(said.String(), secret) || strings.Contains(said.String(), url.QueryEscape(secret)) {
				t.Errorf("%s is in the log", what)
			}
			if strings.Contains(kept, secret) {
				t.Errorf("%s is in the audit table", what)
			}
		}
		if bytes.Contains([]byte(kept), []byte("SignatureValue")) {
			t.Error("a signature is in the audit table")
		}
	})
}
