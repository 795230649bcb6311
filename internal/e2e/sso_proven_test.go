package e2e

import (
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/sessions"
	"gatehouse/sso/oidc/oidctest"
)

// A company whose provider vouches for no address: its own people prove the
// mailbox once, and would else be guests of their own organization for good,
// without an account page that they may use.
func TestOnesOwnPeopleAreNoGuestsOnceTheyHaveProvenTheMailbox(t *testing.T) {
	runOpenID(t, func(t *testing.T, k *company) {
		tell := k.provider.Token
		k.provider.Token = func(c oidctest.Claims) oidctest.Claims {
			c = tell(c)
			c["email_verified"] = false
			return c
		}
		b := k.Browser()
		p := b.Get(k.back(b.Get(k.start())))
		if p.URL.Path != "/login/verify-email" {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		k.signedIn(b, p.Submit("code", mailtest.Last(t, k.DB, "ines@halden.example").Code))
		again := k.Browser()
		k.signedIn(again, again.Get(k.back(again.Get(k.start()))))
		for name, browser := range map[string]*Browser{"in the sign-in of the proof": b, "in the next": again} {
			err := k.DB.Read(t.Context(), func(tx *db.Tx) error {
				s, err := sessions.FindBrowser(tx, browser.Cookie("gatehouse_session"))
				if err == nil && s.SSOGuest {
					t.Errorf("a guest %s", name)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}
