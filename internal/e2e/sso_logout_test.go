package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/db"
	"gatehouse/sso"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
)

func (k *company) slo() string { return sso.SLOURL(k.URL, k.c.ID) }

// says sends a provider's logout message by redirect.
func (k *company) says(b *Browser, p *samltest.IdP, l samltest.Logout) *Page {
	k.T.Helper()
	if l.Destination == "" {
		l.Destination = sso.SLOURL(k.Base, k.c.ID)
	}
	return b.Get(k.slo() + "?" + p.LogoutQuery(l))
}

// isIn reports whether the browser has a live session.
func isIn(b *Browser) bool { return b.Get("/account/session").Status == http.StatusOK }

// tokens are those of an application that Ines signs in to by the connection.
func (k *company) tokens(b *Browser) Answer {
	k.T.Helper()
	to := k.ask(b.Get(k.URL + "/user_management/authorize?" + url.Values{"client_id": {Client}, "redirect_uri": {Callback}, "response_type": {"code"}, "connection_id": {string(k.c.ID)}, "state": {"s"}}.Encode()))
	p := k.bring(b, k.acs(), k.idp.Respond(k.ines(to)), to.relay)
	a := k.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
	if a.Status != http.StatusOK || a.Text("authentication_method") != "SSO" {
		k.T.Fatalf("%d %s at %s", a.Status, a.Raw, p.URL)
	}
	return a
}

func (k *company) refreshes(a Answer) int {
	k.T.Helper()
	return k.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": a.Text("refresh_token")}).Status
}

// A provider ends what it names: one session by its index, all of a person
// without one. Applications lose theirs with the browser's, and the browser
// takes our answer back.
func TestAProviderSignsPeopleOut(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		k.connect("GenericSAML", sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: &k.idp.EntityID, IDPSSOURL: ptr("https://idp.halden.example/sso"),
			IDPSLOURL: ptr("https://idp.halden.example/slo"), Certificates: &[]string{string(saml.CertificatePEM(k.idp.Certificate))}}})
		first, second := k.Browser(), k.Browser()
		app := k.tokens(first)
		k.signedIn(second, k.signIn(second, func(a *samltest.Answer) { a.SessionIndex = "_s2" }))
		p := k.says(k.Browser(), k.idp, samltest.Logout{NameID: "00u1ines", SessionIndexes: []string{"_other"}})
		if !strings.HasPrefix(p.URL.String(), "https://idp.halden.example/slo?SAMLResponse=") || !isIn(first) || !isIn(second) {
			t.Errorf("a session of nobody: at %s", p.URL)
		}
		p = k.says(first, k.idp, samltest.Logout{NameID: "00u1ines", SessionIndexes: []string{"_s1"}, RelayState: "their/state"})
		if q := p.URL.Query(); !strings.HasPrefix(p.URL.String(), "https://idp.halden.example/slo?") || q.Get("SAMLResponse") == "" || q.Get("Signature") == "" || q.Get("RelayState") != "their/state" {
			t.Errorf("answered at %s", p.URL)
		}
		if isIn(first) || !isIn(second) || first.Cookie("gatehouse_session") != "" || k.refreshes(app) != http.StatusBadRequest {
			t.Error("not that session, or not that one alone")
		}
		b := k.Browser()
		field := k.idp.LogoutField(samltest.Logout{Destination: sso.SLOURL(k.Base, k.c.ID), NameID: "00u1ines"})
		b.Set("Origin", "https://idp.halden.example")
		b.Set("Sec-Fetch-Site", "cross-site")
		if p := b.Post(k.slo(), url.Values{"SAMLRequest": {field}}); p.Status != http.StatusOK && !strings.HasPrefix(p.URL.String(), "https://idp.halden.example/slo") {
			t.Errorf("by a form: %d at %s", p.Status, p.URL)
		}
		if isIn(second) {
			t.Error("the other session lives on")
		}
		if n := k.entries("connection.logout_succeeded", "", `"sessions":1`); n != 2 {
			t.Errorf("%d sign-outs in the log", n)
		}
	})
}

// S17: forged, another's, changed or repeated, nobody is signed out, and the
// page says under which reference it was refused.
func TestForgedLogoutsSignNobodyOut(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		k := haldenSAML(d.Server)
		other := newCompany(k.Server, "Nordby Kraft", "nordby.example").saml(samltest.Other("https://idp.nordby.example"))
		b := k.Browser()
		k.signedIn(b, k.signIn(b))
		honest := samltest.Logout{NameID: "00u1ines", SessionIndexes: []string{"_s1"}, Destination: sso.SLOURL(k.Base, k.c.ID)}
		unsigned, elsewhere, old := honest, honest, honest
		unsigned.Unsigned, elsewhere.Destination, old.Now = true, sso.SLOURL(k.Base, other.c.ID), time.Now().Add(-time.Hour)
		for name, c := range map[string]struct {
			by   *samltest.IdP
			l    samltest.Logout
			code string
		}{
			"unsigned":                {k.idp, unsigned, "saml_signature_missing"},
			"by another's provider":   {other.idp, honest, "saml_signature"},
			"by a namesake":           {samltest.Other(idpName), honest, "saml_signature"},
			"meant for another place": {k.idp, elsewhere, "saml_destination"},
			"from long ago":           {k.idp, old, "saml_"},
		} {
			p := k.Browser().Get(k.slo() + "?" + c.by.LogoutQuery(c.l))
			_, reference, _ := strings.Cut(p.Text(), "GH-")
			if p.Status != http.StatusBadRequest || len(reference) < 9 || !isIn(b) {
				t.Errorf("%s: %d %s", name, p.Status, p.Text())
				continue
			}
			if n := k.entries("connection.logout_failed", "GH-"+reference[:9], c.code); n != 1 {
				t.Errorf("%s: %d entries with %s: %s", name, n, c.code, p.Text())
			}
		}
		for _, garbage := range []string{"", "?SAMLRequest=%zz", "?SAMLRequest=AAAA", "?SAMLRequest=a&SAMLResponse=b", "?SAMLResponse=" + strings.Repeat("A", 5000)} {
			if p := k.Browser().Get(k.slo() + garbage); p.Status != http.StatusBadRequest {
				t.Errorf("%.30q: %d", garbage, p.Status)
			}
		}
		p := k.says(k.Browser(), other.idp, samltest.Logout{NameID: "00u1ines", Destination: sso.SLOURL(k.Base, k.c.ID)})
		if p.Status != http.StatusBadRequest || !isIn(b) {
			t.Errorf("another organization's provider: %d", p.Status)
		}
		// at its own address it may say what it likes: its people are others
		if p := k.Browser().Get(other.slo() + "?" + other.idp.LogoutQuery(samltest.Logout{NameID: "00u1ines", Destination: sso.SLOURL(k.Base, other.c.ID)})); p.Status >= 400 || !isIn(b) {
			t.Errorf("for its own people: %d", p.Status)
		}
		query := k.idp.LogoutQuery(honest)
		d.once(10, func(s *Server, _ int) bool {
			p := s.Browser().Get(sso.SLOURL(s.URL, k.c.ID) + "?" + query)
			return p.Status < 400
		})
		if isIn(b) {
			t.Error("the honest one ended nothing")
		}
	})
}

// S19: a session that a provider ended, or that ran out, is over on every node
// at the next request.
func TestAnEndedSessionIsOverEverywhere(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		k := haldenSAML(d.Server)
		b := k.Browser()
		app := k.tokens(b)
		for i := range d.servers {
			if !isIn(b.another(d.node(i))) {
				t.Fatalf("not signed in on node %d", i)
			}
		}
		k.says(k.Browser(), k.idp, samltest.Logout{NameID: "00u1ines"})
		for i := range d.servers {
			if isIn(b.another(d.node(i))) {
				t.Errorf("still signed in on node %d", i)
			}
		}
		if got := k.refreshes(app); got != http.StatusBadRequest {
			t.Errorf("the refresh: %d", got)
		}
		until := time.Now().Add(time.Hour)
		k.signedIn(b, k.signIn(b, func(a *samltest.Answer) {
			a.Before = func(r *etree.Element) {
				for _, s := range r.FindElements("//AuthnStatement") {
					s.CreateAttr("SessionNotOnOrAfter", until.UTC().Format(time.RFC3339))
				}
			}
		}))
		d.Time.Add(2 * time.Hour)
		for i := range d.servers {
			if isIn(b.another(d.node(i))) {
				t.Errorf("on node %d the session outlives the provider's", i)
			}
		}
	})
}

// Who signs out here signs out at the provider too, where the connection has an
// address for that, and ends where the application wants them; the provider's
// answer decides nothing of that.
func TestSigningOutAtTheProvider(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		k.connect("GenericSAML", sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: &k.idp.EntityID, IDPSSOURL: ptr("https://idp.halden.example/sso"),
			IDPSLOURL: ptr("https://idp.halden.example/slo"), Certificates: &[]string{string(saml.CertificatePEM(k.idp.Certificate))}}})
		b := k.Browser()
		app := k.tokens(b)
		stranger := k.Browser().Get("/user_management/sessions/logout?session_id=" + claim(t, k.tokens(k.Browser()).Text("access_token"), "sid"))
		if strings.Contains(stranger.URL.String(), "idp.halden.example") {
			t.Error("a stranger was shown what the provider calls somebody")
		}
		p := b.Get("/user_management/sessions/logout?session_id=" + claim(t, app.Text("access_token"), "sid") + "&return_to=" + url.QueryEscape(Callback))
		q := p.URL.Query()
		if !strings.HasPrefix(p.URL.String(), "https://idp.halden.example/slo?") || q.Get("SAMLRequest") == "" || q.Get("Signature") == "" || isIn(b) {
			t.Fatalf("signed out at %s", p.URL)
		}
		to := asked{requestOf(t, q.Get("SAMLRequest")), q.Get("RelayState")}
		forged := samltest.Logout{InResponseTo: to.id, RelayState: to.relay, Destination: sso.SLOURL(k.Base, k.c.ID), Unsigned: true}
		if p := b.Get(k.slo() + "?" + k.idp.LogoutQuery(forged)); p.Status != http.StatusBadRequest {
			t.Errorf("a forged answer: %d at %s", p.Status, p.URL)
		}
		answer := samltest.Logout{InResponseTo: to.id, RelayState: to.relay}
		if p := k.says(b, k.idp, answer); p.URL.String() != Callback {
			t.Errorf("came back to %s (%d)", p.URL, p.Status)
		}
		if p := k.says(b, k.idp, answer); p.Status != http.StatusBadRequest {
			t.Errorf("an answer that came twice: %d at %s", p.Status, p.URL)
		}
		k.signedIn(b, k.signIn(b))
		page := b.Post("/logout", nil)
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "https://idp.halden.example/slo?") || isIn(b) {
			t.Errorf("by our own page: %d %s", page.Status, page.Text())
		}
	})
}

// An OpenID provider tells by itself who signed out there: the session that it
// names, or all of a person's. A token that is not one, or comes twice, on
// whichever node, ends nothing.
func TestBackChannelLogout(t *testing.T) {
	runOpenID(t, func(t *testing.T, k *company) {
		b := k.Browser()
		k.signedIn(b, b.Get(k.back(b.Get(k.start()))))
		said := func(change func(oidctest.Claims)) string {
			c := oidctest.Claims{"iss": k.provider.URL, "aud": oidctest.ClientID, "sub": "subject-1", "jti": "j-" + time.Now().String(), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
				"events": oidctest.Claims{"http://schemas.openid.net/event/backchannel-logout": oidctest.Claims{}}}
			change(c)
			return oidctest.Signed(jose.RS256, k.provider.Key, c, map[string]any{"kid": "one"})
		}
		at := sso.BackchannelURL(k.URL, k.c.ID)
		for name, token := range map[string]string{
			"nothing": "", "an ID token": k.provider.IDToken("nonce"), "garbage": "a.b.c", "too long": strings.Repeat("x", 20<<10),
			"for another":     said(func(c oidctest.Claims) { c["aud"] = "other" }),
			"of another":      said(func(c oidctest.Claims) { c["iss"] = "https://evil.example" }),
			"with a nonce":    said(func(c oidctest.Claims) { c["nonce"] = "n" }),
			"by a wrong key":  oidctest.Signed(jose.ES256, oidctest.ECKey(t), oidctest.Claims{"iss": k.provider.URL}, nil),
			"without its id":  said(func(c oidctest.Claims) { delete(c, "jti") }),
			"of another sort": said(func(c oidctest.Claims) { c["events"] = oidctest.Claims{} }),
		} {
			p := k.Browser().Post(at, url.Values{"logout_token": {token}})
			if p.Status != http.StatusBadRequest || !strings.Contains(p.Body, `"error":"invalid_request"`) || p.Header.Get("Cache-Control") != "no-store" || !isIn(b) {
				t.Errorf("%s: %d %s", name, p.Status, p.Text())
			}
		}
		if p := k.Browser().Post(at, url.Values{"logout_token": {said(func(c oidctest.Claims) { delete(c, "sub"); c["sid"] = "s9" })}}); p.Status != http.StatusOK || !isIn(b) {
			t.Errorf("another session of theirs: %d %s", p.Status, p.Text())
		}
		once := said(func(c oidctest.Claims) { delete(c, "sub"); c["sid"] = "s1" })
		if p := k.Browser().Post(at, url.Values{"logout_token": {once}}); p.Status != http.StatusOK || p.Body != "" || isIn(b) {
			t.Errorf("their session: %d %s", p.Status, p.Text())
		}
		k.signedIn(b, b.Get(k.back(b.Get(k.start()))))
		if p := k.Browser().Post(at, url.Values{"logout_token": {once}}); p.Status != http.StatusBadRequest || !isIn(b) {
			t.Errorf("that token again: %d %s", p.Status, p.Text())
		}
		if p := k.Browser().Post(at, url.Values{"logout_token": {said(func(oidctest.Claims) {})}}); p.Status != http.StatusOK || isIn(b) {
			t.Errorf("all of theirs: %d %s", p.Status, p.Text())
		}
		if n := k.entries("connection.logout_failed", "", "oidc_logout_token_used"); n != 1 {
			t.Errorf("%d repeats in the log", n)
		}
		if p := k.Browser().Post(sso.BackchannelURL(k.URL, "conn_01J00000000000000000000000"), url.Values{"logout_token": {once}}); p.Status != http.StatusNotFound {
			t.Errorf("an unknown connection: %d", p.Status)
		}
	})
}

// RP-Initiated Logout 1.0, where the connection asks for it: with the ID token,
// and back to where the application wants the person.
func TestSigningOutAtAnOpenIDProvider(t *testing.T) {
	runOpenID(t, func(t *testing.T, k *company) {
		k.provider.Metadata = oidctest.Claims{"end_session_endpoint": k.provider.URL + "/end"}
		b := k.Browser()
		k.signedIn(b, b.Get(k.back(b.Get(k.start()))))
		if p := b.Post("/logout", nil); p.URL.Path != "/login/signed-out" {
			t.Errorf("not asked for: at %s", p.URL)
		}
		k.in(func(tx *db.OrgTx) error {
			_, err := sso.Update(tx, k.c.ID, sso.Change{Configure: sso.Configure{OIDC: &sso.OIDCChange{EndSession: ptr(true)}}})
			return err
		})
		k.signedIn(b, b.Get(k.back(b.Get(k.start()))))
		p := b.Post("/logout", nil)
		_, rest, _ := strings.Cut(p.Body, k.provider.URL+"/end?")
		query, _, _ := strings.Cut(rest, `"`)
		q, err := url.ParseQuery(strings.ReplaceAll(query, "&amp;", "&"))
		if err != nil || q.Get("id_token_hint") == "" || q.Get("post_logout_redirect_uri") != sso.LoggedOutURL(k.Base, k.c.ID) || q.Get("state") == "" || isIn(b) {
			t.Fatalf("%d %v %s", p.Status, q, p.Text())
		}
		if p := b.Get(q.Get("post_logout_redirect_uri") + "?state=" + q.Get("state")); p.URL.Path != "/login/signed-out" || p.Status != http.StatusOK {
			t.Errorf("came back to %s (%d)", p.URL, p.Status)
		}
		if p := b.Get(q.Get("post_logout_redirect_uri") + "?state=nobodys"); p.URL.Path != "/login/signed-out" {
			t.Errorf("with nobody's state: %s", p.URL)
		}
	})
}

// An application that keeps its own users signs one of them out, here in every
// browser and at the provider, by a link that works once.
func TestAnApplicationSignsSomebodyOut(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		k := haldenSAML(d.Server)
		k.connect("GenericSAML", sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: &k.idp.EntityID, IDPSSOURL: ptr("https://idp.halden.example/sso"),
			IDPSLOURL: ptr("https://idp.halden.example/slo"), Certificates: &[]string{string(saml.CertificatePEM(k.idp.Certificate))}}})
		b, elsewhere := k.Browser(), k.Browser()
		k.signedIn(elsewhere, k.signIn(elsewhere))
		to := k.ask(b.Get("/sso/authorize?" + url.Values{"client_id": {Client}, "redirect_uri": {Callback}, "response_type": {"code"}, "connection": {string(k.c.ID)}}.Encode()))
		code := k.bring(b, k.acs(), k.idp.Respond(k.ines(to)), to.relay).URL.Query().Get("code")
		told := k.Browser().Post(k.URL+"/sso/token", url.Values{"grant_type": {"authorization_code"}, "client_id": {Client}, "client_secret": {APIKey}, "code": {code}})
		_, rest, _ := strings.Cut(told.Body, `"profile":{"object":"profile","id":"`)
		profile, _, _ := strings.Cut(rest, `"`)
		link := k.Call(http.MethodPost, "/sso/logout/authorize", APIKey, map[string]any{"profile_id": profile})
		if told.Status != http.StatusOK || link.Status != http.StatusOK {
			t.Fatalf("%d %s, %d %s", told.Status, told.Body, link.Status, link.Raw)
		}
		_, query, _ := strings.Cut(link.Text("logout_url"), "?")
		if q := b.Get("/sso/logout?" + query).URL; !strings.HasPrefix(q.String(), "https://idp.halden.example/slo?SAMLRequest=") {
			t.Errorf("sent to %s", q)
		}
		if isIn(b) || isIn(elsewhere) {
			t.Error("still signed in")
		}
		for _, s := range d.servers {
			if p := s.Browser().Get("/sso/logout?" + query); p.Status != http.StatusNotFound {
				t.Errorf("the link again: %d at %s", p.Status, p.URL)
			}
		}
		if p := k.Browser().Get("/sso/logout"); p.Status != http.StatusNotFound {
			t.Errorf("without a token: %d", p.Status)
		}
	})
}
