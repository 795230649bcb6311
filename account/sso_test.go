package account_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/account"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
)

// by puts a session into the browser that an organization's provider began.
func (b *tab) by(email string, guest bool) {
	b.Helper()
	u := b.user(email)
	connection := id.New[id.Connection]()
	var secret string
	b.tx(func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: "Halden Marine"})
		if err != nil {
			return err
		}
		via := sessions.Via{ConnectionID: &connection, SSOOrganizationID: &o.ID, SSOGuest: guest}
		_, secret, err = sessions.StartBrowserVia(tx, u.ID, sessions.SSO, via, sessions.DefaultLifetimes)
		return err
	})
	b.cookie("gatehouse_session", secret)
}

// An organization's provider says who its guest is, and nobody else does: it
// must not see or change what the account is proven with.
func TestAGuestSeesAndChangesNothingOfTheAccount(t *testing.T) {
	each(t, func(w world) {
		b := w.browser("Mozilla/5.0")
		b.by(ines, true)
		if p := b.get("/account"); p.status != http.StatusOK {
			t.Fatalf("%d at %s", p.status, p.path)
		}
		for _, r := range account.Routes() {
			path := filled(r.Path, string(id.New[id.Factor]()))
			if p := b.do(r.Method, path, nil); (p.status != http.StatusForbidden || p.path != path) && (path != "/account" || r.Method != http.MethodGet) {
				t.Errorf("%s %s: %d at %s", r.Method, path, p.status, p.path)
			}
		}
	})
}

// P8: behind single sign-on the second step is the provider's. Before somebody
// changes how their own account is proven they take the one that they have.
func TestChangesBehindSingleSignOnNeedTheSecondStep(t *testing.T) {
	each(t, func(w world) {
		b := w.browser("Mozilla/5.0")
		b.by(sofie, false)
		if p := b.get("/account/security/password"); p.status != http.StatusOK || p.path != "/account/security/password" {
			t.Errorf("without a second step to take: %d at %s", p.status, p.path)
		}
		w.signedIn(ines).app("Authenticator")
		b.by(ines, false)
		if p := b.get("/account/security"); p.status != http.StatusOK || p.path != "/account/security" {
			t.Errorf("only looking: %d at %s", p.status, p.path)
		}
		if p := b.get("/account/security/password"); !strings.HasPrefix(p.path, "/login/mfa/") {
			t.Errorf("changing: %d at %s", p.status, p.path)
		}
		before := len(w.browsers(ines))
		if p := b.post("/account/security/password", "password", "another good passphrase 77"); !strings.HasPrefix(p.path, "/login/mfa/") || len(w.browsers(ines)) != before {
			t.Errorf("changed: %d at %s", p.status, p.path)
		}
	})
}
