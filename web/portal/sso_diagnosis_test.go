package portal_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/sso/saml/samltest"
)

// An admin whose test fails reads here what to change, and where. Each fault
// of a SAML provider must be told as its own.
func TestEachFaultOfASAMLProviderHasItsDiagnosis(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		other := samltest.Other(k.idp.EntityID)
		for name, c := range map[string]struct {
			change func(*samltest.Answer)
			idp    *samltest.IdP
			says   []string
		}{
			"audience":  {change: func(a *samltest.Answer) { a.Audience += "/acs" }, says: []string{"Okta answered, but for a different app", "SAML-AUDIENCE", "Fix it in Okta", "Audience URI (SP Entity ID)", "We expect", "Okta sent"}},
			"address":   {change: func(a *samltest.Answer) { a.ACSURL += "x" }, says: []string{"The response was made for another address", "SAML-RECIPIENT", "Single sign-on URL"}},
			"signature": {idp: other, says: []string{"We can’t verify who signed this", "SAML-SIGNATURE", "Open certificates"}},
			"unsigned":  {change: func(a *samltest.Answer) { a.Sign = samltest.SignNothing }, says: []string{"The response isn’t signed", "SAML-UNSIGNED", "Response and Assertion Signature"}},
			"behind":    {change: func(a *samltest.Answer) { a.Now = time.Now().Add(-time.Hour) }, says: []string{"apart", "SAML-TIME"}},
			"ahead":     {change: func(a *samltest.Answer) { a.Now = time.Now().Add(20 * time.Minute) }, says: []string{"The clocks are", "SAML-TIME"}},
			"assigned":  {change: func(a *samltest.Answer) { a.Status = []string{"Responder", "RequestDenied"} }, says: []string{"Okta refused the request", "SAML-STATUS", "Assignments"}},
			"issuer": {change: func(a *samltest.Answer) {
				a.Before = func(r *etree.Element) {
					for _, e := range r.FindElements(".//Issuer") {
						e.SetText("urn:somebody-else")
					}
				}
			}, says: []string{"Another provider answered", "SAML-ISSUER", "urn:somebody-else"}},
			"domain": {change: func(a *samltest.Answer) { a.Attributes[0].Values = []string{"ines@gmail.example"} }, says: []string{"@gmail.example isn’t one of your domains", "DOMAIN-MISMATCH", "Open domains"}},
			"sha-1":  {change: func(a *samltest.Answer) { a.Signature = "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }, says: []string{"an algorithm that isn’t safe", "SAML-ALGORITHM", "Signature Algorithm"}},
		} {
			person, own := k.idp.Person, k.idp.IdP
			k.idp.Person.Attributes = []samltest.Attribute{{Name: "email", Values: []string{"ines@halden.example"}}}
			k.idp.Change = c.change
			if c.idp != nil {
				k.idp.IdP = c.idp
			}
			a := k.test()
			k.idp.Person, k.idp.IdP, k.idp.Change = person, own, nil
			k.want(a, http.StatusOK, c.says...)
			if !strings.Contains(a.body, "Show the raw response") {
				k.Errorf("%s: the raw response is not offered", name)
			}
			if k.connection().TestedAt != nil {
				k.Fatalf("%s: a failed test counts as passed", name)
			}
		}
	})
}

// The raw response is for whoever asks; what may be private in it is for nobody.
func TestTheRawResponseIsMasked(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		k.idp.Change = func(a *samltest.Answer) { a.Audience = "urn:other" }
		a := k.test()
		more := regexp.MustCompile(`href="([^"]*raw=1)#raw"`).FindStringSubmatch(a.body)
		if more == nil {
			k.Fatalf("no link: %.300s", strip(a.body))
		}
		if strings.Contains(a.body, "AudienceRestriction") {
			k.Error("shown without being asked for")
		}
		raw := k.get(more[1])
		k.want(raw, http.StatusOK, "Raw response", "AudienceRestriction")
		if value := regexp.MustCompile(`SignatureValue&gt;[A-Za-z0-9+/=\s]{40}`).FindString(raw.body); value != "" {
			k.Errorf("a signature is shown: %s", value)
		}
	})
}

// A certificate that comes with a response proves nothing: it may be compared,
// and nothing on the page trusts it.
func TestASeenCertificateIsOnlyCompared(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		own := k.idp.IdP
		k.idp.IdP = samltest.Other(own.EntityID)
		a := k.test()
		k.idp.IdP = own
		at := regexp.MustCompile(`href="([^"]*/certificates\?attempt=[^"]+)"`).FindStringSubmatch(a.body)
		if at == nil {
			k.Fatalf("nothing leads to the certificates: %.400s", strip(a.body))
		}
		page := k.get(at[1])
		k.want(page, http.StatusOK, "Compare before you trust", "It came with the response, so it proves nothing")
		seen := page.body[strings.Index(page.body, `id="seen"`):strings.Index(page.body, `id="accepted"`)]
		if strings.Contains(seen, "<form") || strings.Contains(seen, "<button") {
			k.Error("the seen certificate can be acted upon")
		}
	})
}

// openID is a draft at an OpenID provider.
func (k *company) openID() *oidctest.Provider {
	k.T.Helper()
	p := oidctest.New(k.T)
	p.Token = func(c oidctest.Claims) oidctest.Claims {
		c["email"], c["email_verified"] = "ines@halden.example", true
		return c
	}
	k.draft("okta-oidc")
	return p
}

func (k *company) client(p *oidctest.Provider, pairs ...string) answer {
	k.T.Helper()
	values := map[string]string{"oidc.issuer": p.URL, "oidc.client_id": oidctest.ClientID, "oidc.client_secret": oidctest.ClientSecret, "then": "next"}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	var form []string
	for name, value := range values {
		form = append(form, name, value)
	}
	return k.post(k.path+"/setup/metadata", form...)
}

// travel goes to the OpenID provider and back.
func (k *company) travel() answer {
	k.T.Helper()
	away := k.post(k.path + "/test")
	at := refresh.FindStringSubmatch(away.body)
	if at == nil {
		return k.get(strings.TrimPrefix(away.Header.Get("Location"), origin))
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(strings.ReplaceAll(at[1], "&amp;", "&"))
	k.must(err)
	k.must(res.Body.Close())
	to, err := url.Parse(res.Header.Get("Location"))
	k.must(err)
	back := k.get(to.RequestURI())
	if back.StatusCode == http.StatusSeeOther {
		return k.get(strings.TrimPrefix(back.Header.Get("Location"), origin))
	}
	return back
}

// OpenID Connect from nothing to on, with what can be wrong on the way.
func TestSetUpOfOpenIDConnect(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		p := k.openID()
		step := k.path + "/setup/metadata"
		k.want(k.get(step), http.StatusOK, "Enter issuer and client", "Client secret")
		k.want(k.client(p, "oidc.client_secret", ""), http.StatusUnprocessableEntity, "Enter the secret that belongs to this issuer and client.")
		p.Broken["/.well-known/openid-configuration"] = http.NotFound
		k.want(k.client(p, "oidc.issuer", p.URL+"/nothing"), http.StatusUnprocessableEntity, "its address answers with status 404", "What came instead")
		delete(p.Broken, "/.well-known/openid-configuration")
		k.lands(k.client(p, "oidc.issuer", p.URL+"/.well-known/openid-configuration"), k.path+"/setup/attributes")
		page := k.get(step)
		k.want(page, http.StatusOK, "read back", p.URL+"/authorize", "One is stored. Leave it empty to keep it")
		if strings.Contains(page.body, oidctest.ClientSecret) {
			k.Error("the secret is shown again")
		}
		k.lands(k.client(p, "oidc.client_secret", "", "oidc.client_id", oidctest.ClientID), k.path+"/setup/attributes")
		k.want(k.post(k.path+"/setup/attributes", "then", "next"), http.StatusSeeOther)
		k.want(k.post(k.path+"/setup/access", "jit", "on", "then", "next"), http.StatusSeeOther)
		k.want(k.travel(), http.StatusOK, "It works: Okta signed in ines@halden.example")
		k.want(k.post(k.path+"/setup/test", "then", "next"), http.StatusSeeOther)
		k.lands(k.post(k.path+"/setup/on", "require", "optional"), k.path)
		if k.connection().State != sso.Active {
			k.Error("not on")
		}
	})
}

// Each fault of an OpenID provider is told as its own, too.
func TestEachFaultOfAnOpenIDProviderHasItsDiagnosis(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		p := k.openID()
		k.want(k.client(p), http.StatusSeeOther)
		k.want(k.post(k.path+"/setup/attributes", "then", "next"), http.StatusSeeOther)
		k.want(k.post(k.path+"/setup/access", "jit", "on", "then", "next"), http.StatusSeeOther)
		honest := p.Token
		refuse := func(status int, code string) func(http.ResponseWriter) bool {
			return func(w http.ResponseWriter) bool {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = w.Write([]byte(`{"error":"` + code + `"}`))
				return true
			}
		}
		for name, c := range map[string]struct {
			answer func(http.ResponseWriter) bool
			token  func(oidctest.Claims) oidctest.Claims
			tamper func(*url.URL, url.Values)
			says   []string
		}{
			"secret": {answer: refuse(401, "invalid_client"), says: []string{"Okta doesn’t accept our secret", "OIDC-CLIENT", "CLIENT SECRETS"}},
			"assigned": {tamper: func(to *url.URL, v url.Values) {
				to.RawQuery = url.Values{"error": {"access_denied"}, "state": {v.Get("state")}}.Encode()
			}, says: []string{"Assignments"}},
			"audience": {token: func(c oidctest.Claims) oidctest.Claims { c["aud"] = "somebody-else"; return c }, says: []string{"Okta answered, but for a different app", "OIDC-AUDIENCE"}},
			"nonce":    {token: func(c oidctest.Claims) oidctest.Claims { c["nonce"] = "another"; return c }, says: []string{"The sign-in was started elsewhere", "OIDC-NONCE"}},
			"domain":   {token: func(c oidctest.Claims) oidctest.Claims { c = honest(c); c["email"] = "ines@gmail.example"; return c }, says: []string{"@gmail.example isn’t one of your domains"}},
		} {
			p.Answer, p.Tamper, p.Token = c.answer, c.tamper, honest
			if c.token != nil {
				p.Token = c.token
			}
			a := k.travel()
			p.Answer, p.Tamper, p.Token = nil, nil, honest
			k.want(a, http.StatusOK, append(c.says, "Reference for support")...)
			if k.connection().TestedAt != nil {
				k.Fatalf("%s: a failed test counts as passed", name)
			}
		}
		// A provider that does not know our address keeps people on its own page.
		k.want(k.post(k.path+"/test"), http.StatusOK, "Taking you to")
		k.want(k.get(k.path+"/setup/test"), http.StatusOK, "Nothing came back yet", "doesn’t know our redirect address", "Sign-in redirect URIs", sso.RedirectURI(origin, k.key()))
	})
}

// T3 once more, for ids below a connection: an attempt or a certificate of
// another connection is not there under one's own.
func TestWhatIsBelowAnotherConnectionIsNotFound(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		k.want(k.test(), http.StatusOK, "It works")
		var mine *sso.Attempt
		var setup *sso.Setup
		k.in(k.org, func(tx *db.OrgTx) (err error) {
			if mine, err = sso.LastTest(tx, k.key(), ""); err != nil {
				return err
			}
			setup, err = sso.Load(tx, k.key())
			return err
		})
		first := k.path
		k.configured()
		k.want(k.get(first+"/test/"+string(mine.ID)), http.StatusOK)
		k.want(k.get(k.path+"/test/"+string(mine.ID)), http.StatusNotFound)
		k.want(k.get(k.path+"/certificates?attempt="+string(mine.ID)), http.StatusNotFound)
		k.want(k.post(k.path+"/certificates/"+string(setup.Live.SAML.Certificates[0].ID)+"/remove"), http.StatusNotFound)
		k.want(k.post(k.path+"/keys/"+string(id.New[id.ConnectionKey]())+"/remove"), http.StatusNotFound)
		stranger := w.person("s@nordby.example")
		w.member(w.other, stranger, "owner")
		b := w.entered(w.other, stranger)
		b.want(b.get(first+"/test/"+string(mine.ID)), http.StatusNotFound)
	})
}

// A space that the page slips into a value is one that the admin copies, or
// takes for the difference.
func TestComparedValuesAreExact(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		ours := sso.EntityID(origin, k.key())
		k.idp.Change = func(a *samltest.Answer) { a.Audience = ours + "/acs" }
		a := k.test()
		if !strings.Contains(a.body, ours+"<mark>/acs</mark></bdi>") || !strings.Contains(a.body, "<bdi>"+ours+"</bdi>") {
			k.Errorf("compared: %s", regexp.MustCompile(`(?s)<dl class="pairs cmp">.*?</dl>`).FindString(a.body))
		}
	})
}
