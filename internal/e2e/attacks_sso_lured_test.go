package e2e

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/sso/saml/samltest"
)

// A browser that another site sends to an evil company's connection, whose
// provider answers at once: its person would work on in the attacker's
// account. Nobody takes a signed-in person's place without being asked, by a
// post from our own page.
func TestALuredBrowserStaysSignedIn(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		evil := newCompany(k.Server, "Evil", "evil.example").saml(samltest.New("https://idp.evil.example"))
		eve := func(a *samltest.Answer) { a.Attributes[0].Values = []string{"eve@evil.example"} }
		b := k.Browser()
		k.signedIn(b, k.signIn(b))
		session := b.Cookie("gatehouse_session")

		asked := evil.signIn(b, eve)
		if asked.Status != http.StatusOK || asked.URL.Path != "/login/sso/finish" || !asked.Has("Continue as eve@evil.example?") || !asked.Has("signed in as ines@halden.example") {
			t.Fatalf("%d at %s: %s", asked.Status, asked.URL, asked.Text())
		}
		b.Get(asked.URL.String())
		if b.Cookie("gatehouse_session") != session || evil.person("eve@evil.example") != nil {
			t.Fatal("looking at the question signed somebody in")
		}
		b.Set("Sec-Fetch-Site", "cross-site")
		b.Set("Origin", "https://evil.example")
		if p := asked.Submit(); p.Status < 400 || b.Cookie("gatehouse_session") != session {
			t.Errorf("another site answers: %d at %s", p.Status, p.URL)
		}
		b.header.Del("Sec-Fetch-Site")
		b.header.Del("Origin")

		stays := b.Post(k.URL+"/login/sso/finish/stay", map[string][]string{"flow": {asked.Field("flow")}})
		k.signedIn(b, stays)
		if b.Cookie("gatehouse_session") != session || !stays.Has("ines@halden.example") {
			t.Errorf("she is not who she was: %s", stays.Text())
		}
		if p := asked.Submit(); b.Cookie("gatehouse_session") != session || p.Status >= 500 {
			t.Errorf("after she said no: %d at %s", p.Status, p.URL)
		}

		in := evil.signIn(b, eve).Submit()
		k.signedIn(b, in)
		if b.Cookie("gatehouse_session") == session || !in.Has("eve@evil.example") {
			t.Errorf("who says yes is not in: %s", in.Text())
		}
		k.Time.Add(2 * time.Minute)
		if again := evil.signIn(b, eve); again.URL.Path != "/account" {
			t.Errorf("the same person is asked, at %s: %s", again.URL, again.Text())
		}
	})
}
