package saml

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso/saml/samltest"
)

// ask sends a request of ours as a browser would, and reads it as a provider.
func ask(t *testing.T, s Settings, by *x509.Certificate) *samltest.Request {
	t.Helper()
	out, err := s.Request(requestID, "relay & state", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodGet, out.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if out.Binding == Post {
		form := url.Values{}
		for _, f := range out.Fields {
			form.Set(f.Name, f.Value)
		}
		r, _ = http.NewRequest(http.MethodPost, out.URL, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	got, err := samltest.ReadRequest(r, by)
	if err != nil {
		t.Fatalf("the provider refuses it: %v", err)
	}
	return got
}

// A provider that checks signatures must find ours right by either binding,
// with the relay state untouched.
func TestRequestsAreSigned(t *testing.T) {
	t.Parallel()
	for _, by := range []Binding{Redirect, Post} {
		s := connection(samltest.New(theirID))
		s.SSOBinding = by
		s.SSOURL = "https://idp.example/sso?tenant=7"
		got := ask(t, s, ourKey().Certificate)
		if got.ID != requestID || got.Issuer.Value != ourEntityID || got.AssertionConsumerServiceURL != ourACS || got.Destination != s.SSOURL || got.RelayState != "relay & state" || got.ByPost != (by == Post) {
			t.Errorf("%s: %+v", by, got)
		}
		s.SignRequests = false
		if got := ask(t, s, nil); got.Signed {
			t.Errorf("%s: signed although it was not to be", by)
		}
	}
}

// What an admin asks for must be in the request, and nothing that they did not:
// a format or a context that a provider does not have fails every sign-in.
func TestRequestsAskForWhatIsSetUp(t *testing.T) {
	t.Parallel()
	s := connection(samltest.New(theirID))
	plain := ask(t, s, nil)
	if plain.NameIDPolicy.Format != nil || plain.RequestedAuthnContext != nil || plain.ForceAuthn != nil {
		t.Errorf("asks for what nobody set up: %s", plain.Document)
	}
	s.NameIDFormat, s.ForceAuthn = FormatPersistent, true
	s.AuthnContexts = []string{"urn:oasis:names:tc:SAML:2.0:ac:classes:X509", "https://refeds.org/profile/mfa"}
	got := ask(t, s, ourKey().Certificate)
	if *got.NameIDPolicy.Format != FormatPersistent || !*got.ForceAuthn || got.RequestedAuthnContext.Comparison != "exact" {
		t.Errorf("request %s", got.Document)
	}
	if strings.Count(string(got.Document), "AuthnContextClassRef>") != 4 || !strings.Contains(string(got.Document), "refeds.org/profile/mfa") {
		t.Errorf("not both contexts: %s", got.Document)
	}
}

// A connection without an address must be refused with a sentence, and not
// send people to "?SAMLRequest=…" of our own host.
func TestRequestWithoutAddress(t *testing.T) {
	t.Parallel()
	s := connection(samltest.New(theirID))
	s.SSOURL = ""
	if _, err := s.Request(requestID, "", time.Now()); err != ErrSettings {
		t.Errorf("error %v", err)
	}
}
