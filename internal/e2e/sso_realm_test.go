package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/sso"
	"gatehouse/sso/saml/samltest"
	"gatehouse/users"
	"gatehouse/users/password"
)

func hashed(t *testing.T) string {
	t.Helper()
	hash, err := password.New(password.Options{}).Hash(t.Context(), "", Password)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// Whoever's company asks for its own sign-in is taken there by their address,
// whether or not the address has an account; and everybody sees the same way
// round, so that it tells nobody who may take it.
func TestTheDomainLeadsToTheCompanysSignIn(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		offered := k.Browser().Get("/login").Submit("email", "nobody@halden.example")
		if offered.URL.Path != "/login/password" || !offered.Has("Continue with SSO") {
			t.Errorf("beside the password: %s %s", offered.URL, offered.Text())
		}
		k.by(offered.Follow("Continue with SSO"), "Continue to Halden Okta")

		k.require()
		var pages []string
		for _, address := range []string{"nobody@halden.example", "rescue@halden.example", "Ines@HALDEN.example"} {
			p := k.Browser().Get("/login").Submit("email", address, "password", Password)
			if p.Status != http.StatusOK || !p.Has("Taking you to Halden Okta…") || !p.Has("Use another way") {
				t.Fatalf("%s: %d %s", address, p.Status, p.Text())
			}
			pages = append(pages, p.Text())
			k.by(p, "Continue to Halden Okta")
		}
		if pages[0] != pages[1] || pages[1] != pages[2] {
			t.Errorf("the pages tell people apart: %q", pages)
		}
		b := k.Browser()
		k.signedIn(b, b.Get("/login").Submit("email", "rescue@halden.example").Follow("Use another way").Submit("password", Password))
		p := k.Browser().Get("/login/signup").Submit("email", "new@halden.example", "first_name", "New", "last_name", "Person")
		k.by(p, "Continue to Halden Okta")
		if p := k.Browser().Get("/login").Submit("email", "someone@elsewhere.example"); p.URL.Path != "/login/password" || p.Has("Continue with SSO") {
			t.Errorf("another domain: %s", p.Text())
		}
	})
}

// A company with two sign-ins is asked which; each leads to its own.
func TestSeveralConnectionsAreAskedFor(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		second := samltest.Other("https://entra.halden.example")
		first := k.c
		k.saml(second, func(n *sso.New) { n.Name = "Halden Entra" })
		k.require()
		p := k.Browser().Get("/login").Submit("email", "ines@halden.example")
		if !p.Has("Choose your sign-in") || !p.Has("Halden Okta") || !p.Has("Halden Entra") {
			t.Fatalf("%d %s", p.Status, p.Text())
		}
		k.by(p.Follow("Halden Entra"), "Continue to Halden Entra")
		k.c = first
		k.by(p.Follow("Halden Okta"), "Continue to Halden Okta")
	})
}

// The page behind the button asks for the address, and says when its domain
// has no company's sign-in.
func TestTheSSOPage(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		b := k.Browser()
		p := b.Get("/login").Follow("Continue with SSO")
		none := p.Submit("email", "ines@elsewhere.example")
		if none.Status != http.StatusUnprocessableEntity || !none.Has("No company sign-in is set up for elsewhere.example") {
			t.Errorf("%d %s", none.Status, none.Text())
		}
		if bad := p.Submit("email", "ines"); bad.Status != http.StatusUnprocessableEntity {
			t.Errorf("%d %s", bad.Status, bad.Text())
		}
		to := k.by(none.Submit("email", "ines@halden.example"), "Continue to Halden Okta")
		k.signedIn(b, k.bring(b, k.acs(), k.idp.Respond(k.ines(to)), to.relay))
	})
}

// Somebody whose session is by password is taken to the organization's own
// sign-in when they enter it, and comes out where they wanted to go.
func TestASessionByPasswordMeetsRequiredSSO(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		b := k.Browser()
		k.signedIn(b, k.signIn(b))
		ines := k.person("ines@halden.example")
		k.Tx(func(tx *db.Tx) error { return users.SetPassword(tx, ines.ID, hashed(t), users.Reset) })
		k.require()
		by := k.Browser()
		p := by.Get("/login").Submit("email", "ines@halden.example").Follow("Use another way").Submit("password", Password)
		k.signedIn(by, p)
		p = by.Get(k.AuthorizeURL("organization_id", string(k.org)))
		if !p.Has("Taking you to Halden Okta…") {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		to := k.by(p, "Continue to Halden Okta")
		p = k.bring(by, k.acs(), k.idp.Respond(k.ines(to)), to.relay)
		if !strings.HasPrefix(p.URL.String(), Callback+"?code=") {
			t.Errorf("ended at %s (%d): %s", p.URL, p.Status, p.Text())
		}
	})
}

// An application that loses its session sends people round and round: the
// third time within a minute they stay, and are told.
func TestTheCircleIsBroken(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		b := k.Browser()
		k.signedIn(b, k.signIn(b))
		k.signedIn(b, k.signIn(b))
		p := k.signIn(b)
		if p.Status != http.StatusBadRequest || !p.Has("You keep coming back here") || !p.Has("GH-") {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		k.Time.Add(61 * time.Second)
		k.signedIn(b, k.signIn(b))
		// Tabs that were sent away together are no circle.
		tabs := k.Browser()
		var all []asked
		for range 4 {
			all = append(all, k.ask(tabs.Get(k.start())))
		}
		for _, to := range all {
			k.signedIn(tabs, k.bring(tabs, k.acs(), k.idp.Respond(k.ines(to)), to.relay))
		}
		// Nor is it to sign out in between.
		tidy := k.Browser()
		for range 4 {
			k.signedIn(tidy, k.signIn(tidy))
			tidy.Get("/logout").Submit()
		}
	})
}

// A guest, whose address the company cannot vouch for, proves their mailbox
// once on their way in.
func TestAGuestProvesTheMailbox(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		k.c = nil
		k.saml(samltest.Other("https://guests.halden.example"), func(n *sso.New) { n.AllowGuests = true })
		guest := func(a *samltest.Answer) {
			a.NameID, a.Attributes = "g-1", []samltest.Attribute{{Name: "email", Values: []string{"carla@northwind.example"}}}
		}
		b := k.Browser()
		p := verify(t, k.Server, k.signIn(b, guest), "carla@northwind.example")
		k.signedIn(b, p)
		again := k.Browser()
		k.signedIn(again, k.signIn(again, guest))
	})
}
