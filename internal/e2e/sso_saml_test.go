package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/sso"
	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
	"gatehouse/users"
)

// Somebody who comes for the first time becomes a member by coming, and is the
// same person the second time.
func TestSAMLSignIn(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		b := k.Browser()
		k.signedIn(b, k.signIn(b))
		first := k.person("ines@halden.example")
		if first == nil || !first.EmailVerified || *first.FirstName != "Ines" {
			t.Fatalf("made %+v", first)
		}
		k.in(func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, first.ID)
			if err == nil && m.Status != users.Active {
				t.Errorf("membership %+v", m)
			}
			return err
		})
		other := k.Browser()
		k.signedIn(other, k.signIn(other, func(a *samltest.Answer) { a.Attributes = nil }))
		if again := k.person("ines@halden.example"); again.ID != first.ID {
			t.Error("the same subject is another person")
		}
		if n := k.entries("authentication.sso_succeeded", "", string(first.ID)); n != 2 {
			t.Errorf("%d sign-ins in the log", n)
		}
		if n := k.entries("authentication.sso_started", "", string(k.c.ID)); n != 2 {
			t.Errorf("%d starts in the log", n)
		}
	})
}

// O7: whoever knows a session from before a sign-in by a provider, because they
// planted it, has nothing of it after.
func TestASignInByAProviderHasANewSession(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		const planted = "a-session-that-a-stranger-knows"
		b := k.Browser()
		b.client.Jar.SetCookies(mustParse(t, k.URL), []*http.Cookie{{Name: "gatehouse_session", Value: planted, Path: "/"}})
		k.signedIn(b, k.signIn(b))
		first := b.Cookie("gatehouse_session")
		k.signedIn(b, k.signIn(b))
		if second := b.Cookie("gatehouse_session"); first == planted || second == first {
			t.Errorf("the sessions are %q, %q", first, second)
		}
		for _, before := range []string{planted, first} {
			stranger := k.Browser()
			stranger.Set("Cookie", "gatehouse_session="+before)
			if p := stranger.Get("/account/session"); p.Status != http.StatusUnauthorized {
				t.Errorf("a session from before answers %d", p.Status)
			}
		}
	})
}

// Where somebody ends who started at a connection is what an application has
// registered, and nothing else.
func TestWhereAStartEnds(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		b := k.Browser()
		to := k.ask(b.Get(k.start() + "?return_to=" + url.QueryEscape("http://localhost:3000/deep?x=1")))
		if p := k.bring(b, k.acs(), k.idp.Respond(k.ines(to)), to.relay); p.URL.String() != "http://localhost:3000/deep?x=1" {
			t.Errorf("ended at %s", p.URL)
		}
		for _, evil := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "http://localhost:3000@evil.example", "http://localhost:3001/"} {
			if p := k.Browser().Get(k.start() + "?return_to=" + url.QueryEscape(evil)); p.Status != http.StatusBadRequest || strings.Contains(p.Body, "evil") {
				t.Errorf("%q: %d %s", evil, p.Status, p.URL)
			}
		}
		underscore := k.Browser().Get("/sso/start/" + string(k.c.ID))
		k.ask(underscore)
		if p := k.Browser().Get("/sso/start/conn-01J00000000000000000000000"); p.Status != http.StatusNotFound {
			t.Errorf("an unknown connection: %d", p.Status)
		}
		if p := k.Browser().Get("/sso/start/x"); p.Status != http.StatusNotFound {
			t.Errorf("no connection: %d", p.Status)
		}
		k.in(func(tx *db.OrgTx) error { _, err := sso.Deactivate(tx, k.c.ID); return err })
		if p := k.Browser().Get(k.start()); p.Status != http.StatusForbidden || !p.Has("Halden Okta isn’t turned on") {
			t.Errorf("a connection that is off: %d %s", p.Status, p.Text())
		}
	})
}

// Encrypted, signed either way, and by the binding that needs a form.
func TestSAMLInItsForms(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		ours := k.metadata(t)
		for name, change := range map[string]func(*samltest.Answer){
			"response signed": func(a *samltest.Answer) { a.Sign = samltest.SignResponse },
			"both signed":     func(a *samltest.Answer) { a.Sign = samltest.SignBoth },
			"encrypted":       func(a *samltest.Answer) { a.EncryptFor = ours },
		} {
			b := k.Browser()
			p := k.signIn(b, change)
			if p.URL.Path != "/account" {
				t.Errorf("%s: %d at %s: %s", name, p.Status, p.URL, p.Text())
			}
		}
		post := newCompany(k.Server, "Nordby Kraft", "nordby.example")
		post.idp = samltest.New("https://idp.nordby.example")
		post.connect("GenericSAML", sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: &post.idp.EntityID, IDPSSOURL: ptr("https://idp.nordby.example/sso"), IDPSSOBinding: ptr("post"),
			Certificates: &[]string{string(saml.CertificatePEM(post.idp.Certificate))}}})
		p := k.Browser().Get(post.start())
		if p.Status != http.StatusOK || p.Field("SAMLRequest") == "" || p.Field("RelayState") == "" || !strings.Contains(p.Body, `action="https://idp.nordby.example/sso"`) {
			t.Fatalf("%d: %s", p.Status, p.Body)
		}
		if policy := p.Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "form-action 'self' https://idp.nordby.example") {
			t.Errorf("policy %s", policy)
		}
	})
}

// What is started at the provider signs nobody in: with the switch it leads to
// a sign-in that is asked for.
func TestIDPInitiated(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		b := k.Browser()
		p := k.bring(b, k.acs(), k.idp.Respond(k.ines(asked{})), "")
		k.refused(b, p, http.StatusBadRequest, "saml_unsolicited")
		k.ask(p.Follow("Start here"))
		on := newCompany(k.Server, "Nordby Kraft", "nordby.example").saml(samltest.New(idpName), func(n *sso.New) { n.IDPInitiated = true })
		response := on.idp.Respond(on.ines(asked{}))
		b = k.Browser()
		to := on.ask(on.bring(b, on.acs(), response, "http://localhost:3000/deep"))
		if b.Cookie("gatehouse_session") != "" {
			t.Error("an unsolicited response signed somebody in")
		}
		answer := on.ines(to)
		answer.Attributes[0].Values = []string{"ines@nordby.example"}
		if p := on.bring(b, on.acs(), on.idp.Respond(answer), to.relay); p.URL.String() != "http://localhost:3000/deep" {
			t.Errorf("ended at %s: %s", p.URL, p.Text())
		}
		thief := k.Browser()
		on.refused(thief, on.bring(thief, on.acs(), response, ""), http.StatusBadRequest, "saml_replay")
	})
}

// Each refusal of who came has its own words, and its own row in the record.
func TestWhoIsNotLetIn(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		email := func(address string) func(*samltest.Answer) {
			return func(a *samltest.Answer) {
				a.NameID, a.Attributes = address, []samltest.Attribute{{Name: "email", Values: []string{address}}}
			}
		}
		b := k.Browser()
		k.refused(b, k.signIn(b, email("ceo@nordby.example")), http.StatusForbidden, "email_domain_not_owned")
		if k.person("ceo@nordby.example") != nil {
			t.Error("an account was made for an address that the organization does not own")
		}
		b = k.Browser()
		k.refused(b, k.signIn(b, func(a *samltest.Answer) { a.Attributes = nil }), http.StatusForbidden, "email_missing")
		k.signedIn(b, k.signIn(b))
		ines := k.person("ines@halden.example")
		k.in(func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, ines.ID)
			if err != nil {
				return err
			}
			_, err = users.DeactivateMember(tx, m.ID)
			return err
		})
		b = k.Browser()
		p := k.signIn(b)
		k.refused(b, p, http.StatusForbidden, "membership_inactive")
		if !p.Has("This organization has ended your access") {
			t.Error(p.Text())
		}
	})
}
