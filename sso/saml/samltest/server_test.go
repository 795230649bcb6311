package samltest_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
)

// settings is a connection with a running provider, set up from its metadata.
func settings(t *testing.T, idp *samltest.Server) saml.Settings {
	t.Helper()
	said, err := saml.ParseMetadata([]byte(idp.Metadata()), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := saml.NewKey("test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	idp.SPCertificate = key.Certificate
	return saml.Settings{
		EntityID: "https://auth.example/sso/saml/conn-1/metadata", ACSURL: "https://auth.example/sso/saml/conn-1/acs", SLOURL: "https://auth.example/sso/saml/conn-1/slo",
		SigningKey: key, DecryptionKeys: []*saml.Key{key}, SignRequests: true,
		IdPEntityID: said.EntityID, SSOURL: said.SSOURL, IdPSLOURL: said.SLOURL, Certificates: said.Certificates,
	}
}

// send does what a browser does with a message of ours, and gives the page.
func send(t *testing.T, out saml.Outgoing) (*http.Response, string) {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var answer *http.Response
	var err error
	if out.Binding == saml.Post {
		form := url.Values{}
		for _, f := range out.Fields {
			form.Set(f.Name, f.Value)
		}
		answer, err = browser.PostForm(out.URL, form)
	} else {
		answer, err = browser.Get(out.URL)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(page)
}

// Other packages' tests stand on this provider: a sign-in through it must
// verify, by either binding, with the relay state brought back.
func TestSignInThroughTheServer(t *testing.T) {
	t.Parallel()
	idp := samltest.Start(t)
	s := settings(t, idp)
	for _, by := range []saml.Binding{saml.Redirect, saml.Post} {
		s.SSOBinding = by
		out, err := s.Request("_r1", "relay", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		_, page := send(t, out)
		action, fields := samltest.ReadForm(page)
		r, err := saml.ReadResponse(fields.Get("SAMLResponse"))
		if err != nil {
			t.Fatalf("%v: %s", err, page)
		}
		got, _, err := s.Verify(r, saml.Expect{RequestID: r.UnverifiedInResponseTo(), Now: time.Now()})
		if err != nil || got.NameID != "ada@a.example" || action != s.ACSURL || fields.Get("RelayState") != "relay" {
			t.Errorf("%s: %+v %v to %s with %q", by, got, err, action, fields.Get("RelayState"))
		}
	}
	if n := len(idp.Requests()); n != 2 {
		t.Errorf("the provider has seen %d requests", n)
	}
	s.SignRequests = false
	out, err := s.Request("_r1", "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if answer, page := send(t, out); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("an unsigned request is answered with %d %s", answer.StatusCode, page)
	}
}

// The provider ends its session and says so to our SLO address, by either
// binding.
func TestSignOutThroughTheServer(t *testing.T) {
	t.Parallel()
	idp := samltest.Start(t)
	s := settings(t, idp)
	for _, by := range []saml.Binding{saml.Redirect, saml.Post} {
		s.SLOBinding = by
		out, err := s.LogoutRequest("_l1", saml.Logout{NameID: "ada@a.example", SessionIndexes: []string{"_session-1"}}, "relay", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		answer, page := send(t, out)
		var m *saml.LogoutMessage
		if by == saml.Redirect {
			to, query, _ := strings.Cut(answer.Header.Get("Location"), "?")
			if to != s.SLOURL {
				t.Errorf("sent to %s", to)
			}
			m, err = saml.ReadLogoutQuery(query)
		} else {
			action, fields := samltest.ReadForm(page)
			if action != s.SLOURL {
				t.Errorf("posted to %s", action)
			}
			m, err = saml.ReadLogoutForm("", fields.Get("SAMLResponse"), fields.Get("RelayState"))
		}
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := s.VerifyLogoutResponse(m, saml.ExpectLogout{RequestID: "_l1", Now: time.Now()})
		if err != nil || !got.Success || got.RelayState != "relay" {
			t.Errorf("%s: %+v %v", by, got, err)
		}
	}
	if seen := idp.Logouts(); len(seen) != 2 || !strings.Contains(seen[0], "_session-1") {
		t.Errorf("the provider has seen %q", seen)
	}
}
