package e2e

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/sso"
	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
	"gatehouse/tenants"
	"gatehouse/users"
)

// halfway brings a response and stops where the browser is to ask by itself.
func (k *company) halfway(b *Browser, change ...func(*samltest.Answer)) (arrival string) {
	k.T.Helper()
	to := k.ask(b.Get(k.start()))
	a := k.ines(to)
	for _, f := range change {
		f(&a)
	}
	b.Set("Origin", "https://idp.halden.example")
	b.Set("Sec-Fetch-Site", "cross-site")
	p := b.Step(http.MethodPost, k.acs(), url.Values{"SAMLResponse": {k.idp.Respond(a)}, "RelayState": {to.relay}})
	b.header.Del("Origin")
	b.header.Del("Sec-Fetch-Site")
	if p.Status != http.StatusSeeOther || p.URL.Path != "/login/sso/finish" {
		k.T.Fatalf("%d to %s: %s", p.Status, p.URL, p.Text())
	}
	return p.URL.String()
}

// What is taken away after a response was verified, and before its browser
// asks for what it gives, is away: the account is decided by what holds then.
func TestWhatIsTakenAwayBeforeSomebodyArrives(t *testing.T) {
	for name, c := range map[string]struct {
		away   func(k *company) func(tx *db.OrgTx) error
		status int
		code   string
	}{
		"the connection": {func(k *company) func(tx *db.OrgTx) error {
			return func(tx *db.OrgTx) error { _, err := sso.Deactivate(tx, k.c.ID); return err }
		}, http.StatusForbidden, "connection_inactive"},
		"the domain": {func(k *company) func(tx *db.OrgTx) error {
			return func(tx *db.OrgTx) error {
				all, err := tenants.Domains(tx)
				if err != nil {
					return err
				}
				return tenants.DeleteDomain(tx, all[0].ID)
			}
		}, http.StatusForbidden, "email_domain_not_owned"},
		"the membership": {func(k *company) func(tx *db.OrgTx) error {
			ines := k.person("ines@halden.example")
			return func(tx *db.OrgTx) error {
				m, err := users.MembershipOf(tx, ines.ID)
				if err == nil {
					_, err = users.DeactivateMember(tx, m.ID)
				}
				return err
			}
		}, http.StatusForbidden, "membership_inactive"},
	} {
		t.Run(name, func(t *testing.T) {
			runCompany(t, func(t *testing.T, k *company) {
				k.signIn(k.Browser())
				b := k.Browser()
				arrival := k.halfway(b)
				k.in(c.away(k))
				k.refused(b, b.Get(arrival), c.status, c.code)
				if p := b.Get(arrival); p.Status >= 500 || b.Cookie("gatehouse_session") != "" {
					t.Errorf("once more: %d at %s", p.Status, p.URL)
				}
			})
		})
	}
}

// A connection that is deleted takes who waits with it.
func TestNobodyArrivesByAConnectionThatIsGone(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		b := k.Browser()
		arrival := k.halfway(b)
		k.in(func(tx *db.OrgTx) error { return sso.Delete(tx, k.c.ID) })
		if p := b.Get(arrival); p.Status < 400 || p.Status >= 500 || b.Cookie("gatehouse_session") != "" {
			t.Errorf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		if k.person("ines@halden.example") != nil {
			t.Error("an account was made")
		}
	})
}

// O10: who waits is for the browser that was sent away, for a while, and once:
// also for twenty of its tabs at once.
func TestWhoWaitsIsTakenOnce(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		b := k.Browser()
		arrival := k.halfway(b)
		if p := k.Browser().Get(arrival); p.b.Cookie("gatehouse_session") != "" {
			t.Error("another browser that knows the address has a session")
		}
		statuses := make(chan int)
		for range 20 {
			tab := b.another(k.Server)
			go func() { statuses <- tab.Get(arrival).Status }()
		}
		for range 20 {
			if status := <-statuses; status >= 500 {
				t.Errorf("%d", status)
			}
		}
		if n := k.entries("authentication.sso_succeeded", "", string(k.c.ID)); n != 1 {
			t.Errorf("%d sign-ins of one answer", n)
		}
		late := k.Browser()
		arrival = k.halfway(late)
		k.Time.Add(3 * time.Minute)
		if p := late.Get(arrival); p.Status >= 500 || late.Cookie("gatehouse_session") != "" {
			t.Errorf("minutes later: %d at %s", p.Status, p.URL)
		}
	})
}

// O1: a company that lets guests in names somebody else's customer. Until they
// have proven the mailbox nothing of their account changes, and the log that
// the company reads does not know who they are.
func TestAGuestsNameChangesAndTellsNothing(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		var victim *users.User
		k.Tx(func(tx *db.Tx) (err error) {
			victim, err = users.Create(tx, users.New{Email: "ceo@northwind.example", EmailVerified: true})
			return err
		})
		before := *k.person(victim.Email)
		k.saml(samltest.Other("https://guests.halden.example"), func(n *sso.New) { n.AllowGuests = true })
		b := k.Browser()
		p := k.signIn(b, func(a *samltest.Answer) {
			a.NameID, a.NameIDFormat = "evil", saml.FormatPersistent
			a.Attributes = []samltest.Attribute{{Name: "email", Values: []string{victim.Email}}, {Name: "firstName", Values: []string{"Evil"}}}
		})
		if p.URL.Path != "/login/verify-email" || b.Cookie("gatehouse_session") != "" {
			t.Fatalf("%d at %s", p.Status, p.URL)
		}
		if after := *k.person(victim.Email); after.LastSignInAt != nil || !after.UpdatedAt.Equal(before.UpdatedAt) || after.FirstName != nil {
			t.Errorf("the account became %+v", after)
		}
		for _, kind := range []string{"authentication.sso_succeeded", "authentication.sso_started"} {
			if n := k.entries(kind, "", string(victim.ID)); n != 0 {
				t.Errorf("%d entries %s name the victim's account", n, kind)
			}
		}
		if p := b.Get("/account"); b.Cookie("gatehouse_session") != "" || p.URL.Path == "/account" {
			t.Errorf("the account page: %d at %s", p.Status, p.URL)
		}
	})
}

// O1: the same company asks whether somebody's account is banned. Neither its
// log nor the page says so; who reads the mailbox is told.
func TestAGuestsProviderIsNotToldWhoIsBanned(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		k.Tx(func(tx *db.Tx) error {
			victim, err := users.Create(tx, users.New{Email: "ceo@northwind.example", EmailVerified: true})
			if err == nil {
				_, err = users.Ban(tx, victim.ID, nil, "spam")
			}
			return err
		})
		k.saml(samltest.Other("https://guests.halden.example"), func(n *sso.New) { n.AllowGuests = true })
		b := k.Browser()
		p := k.signIn(b, func(a *samltest.Answer) { a.Attributes[0].Values = []string{"ceo@northwind.example"} })
		if p.URL.Path != "/login/verify-email" || k.entries("authentication.sso_failed", "", "banned") != 0 {
			t.Fatalf("before the proof: %d at %s: %s", p.Status, p.URL, p.Text())
		}
		p = p.Submit("code", mailtest.Last(t, k.DB, "ceo@northwind.example").Code)
		if p.Status != http.StatusForbidden || b.Cookie("gatehouse_session") != "" {
			t.Errorf("after it: %d at %s: %s", p.Status, p.URL, p.Text())
		}
	})
}
