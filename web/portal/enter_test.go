package portal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/portal"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// An owner needs no link; whoever loses the role is out with their next
// request, and with the change that they were making.
func TestADemotedAdminIsOutAtOnce(t *testing.T) {
	each(t, func(w *world) {
		ines := w.person("ines@haldenmarine.example")
		w.member(w.org, w.person("owner@haldenmarine.example"), tenants.OwnerRole)
		m := w.member(w.org, ines, tenants.AdminRole)
		b := w.admin(ines)
		b.want(b.get("/portal"), http.StatusSeeOther)
		b.want(b.get("/portal"), http.StatusOK, "ines@haldenmarine.example", string(w.org.ID))
		w.demote(m)
		b.want(b.get("/portal"), http.StatusForbidden, "You can't open this portal")
		b.want(b.post("/portal/extend"), http.StatusForbidden)
	})
}

// An admin who shares a step with themselves before they are removed would come
// back by that link for a week, set up single sign-on, and sign in as anybody.
func TestALinkEndsWithItsMakersRight(t *testing.T) {
	each(t, func(w *world) {
		const own = "ines@private.example"
		ines := w.person("ines@haldenmarine.example")
		w.member(w.org, w.person("owner@haldenmarine.example"), tenants.OwnerRole)
		m := w.member(w.org, ines, tenants.AdminRole)
		link := func() (token string) {
			w.in(w.org, func(tx *db.OrgTx) (err error) {
				token, _, err = portal.Generate(tx, portal.NewLink{Scopes: []portal.Scope{portal.SSO, portal.Domains}, MadeBy: ines.Email, Maker: &ines.ID, MailedTo: own, Extendable: true})
				return err
			})
			return token
		}
		b, first, second := w.browser(), link(), link()
		b.want(b.post("/portal/open/"+first), http.StatusSeeOther)
		b.want(b.get("/portal"), http.StatusOK)
		w.demote(m)
		b.want(b.get("/portal"), http.StatusForbidden, "Your visit is over")
		b.want(b.post("/portal/domains", "domain", "evil.example"), http.StatusForbidden)
		other := w.browser()
		other.want(other.post("/portal/open/"+second), http.StatusNotFound)
		if other.cookies[session()] != "" {
			w.Error("a link that its maker may not give any more opened the portal")
		}
		w.later(time.Hour)
		other.want(other.post("/portal/open/"+second+"/ask"), http.StatusNotFound)
		b.want(b.post("/portal/ask"), http.StatusSeeOther)
		if letters := mailtest.All(t, w.d, own); len(letters) != 0 {
			w.Errorf("another link was mailed: %+v", letters)
		}
	})
}

// A member, somebody deactivated, a stranger, an operator and somebody in
// another's name must not get in; nobody is asked to sign in.
func TestWhoIsNotLetInByRole(t *testing.T) {
	each(t, func(w *world) {
		w.member(w.org, w.person("owner@haldenmarine.example"), tenants.OwnerRole)
		member, gone, operator, visited := w.person("member@x.example"), w.person("gone@x.example"), w.person("op@x.example"), w.person("visited@x.example")
		w.member(w.org, member, tenants.DefaultRole)
		left := w.member(w.org, gone, tenants.AdminRole)
		w.in(w.org, func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, left.ID); return err })
		w.member(w.org, visited, tenants.AdminRole)
		w.must(w.d.Tx(t.Context(), ownSystem(), func(tx *db.Tx) error {
			system, _, err := tenants.SystemOrganization(tx)
			if err != nil {
				return err
			}
			return tx.In(system, func(tx *db.OrgTx) error { _, err := users.AddMember(tx, operator.ID, tenants.OwnerRole); return err })
		}))
		for _, u := range []*users.User{member, gone, operator, w.person("stranger@x.example")} {
			b := w.admin(u)
			b.want(b.get("/portal"), http.StatusForbidden, "You can't open this portal", u.Email)
			b.want(b.get("/portal/enter?organization="+string(w.org.ID)), http.StatusForbidden)
			if b.cookies[session()] != "" {
				w.Errorf("%s is in", u.Email)
			}
		}
		b := w.browser()
		b.cookies[browser.Jar{}.Name(browser.Session)] = w.signIn(visited, sessions.Impersonation)
		b.want(b.get("/portal"), http.StatusForbidden)
		b = w.browser()
		a := b.get("/portal")
		b.want(a, http.StatusSeeOther)
		if !strings.HasPrefix(a.Header.Get("Location"), "/login?") {
			w.Errorf("nobody is asked to sign in: %s", a.Header.Get("Location"))
		}
	})
}

// Whoever looks after several organizations chooses; one that they do not look
// after is not to be had by its id.
func TestChoosingAnOrganization(t *testing.T) {
	each(t, func(w *world) {
		ines := w.person("ines@haldenmarine.example")
		w.member(w.org, ines, tenants.OwnerRole)
		w.member(w.other, ines, tenants.AdminRole)
		third := w.organization("Kestrel Logistics")
		b := w.admin(ines)
		b.want(b.get("/portal"), http.StatusOK, "Which organization?", "Nordby Kraft", "Owner")
		b.want(b.post("/portal/enter", "organization", string(third.ID)), http.StatusOK, "Which organization?")
		a := b.post("/portal/enter", "organization", string(w.other.ID), "to", "https://evil.example/portal")
		b.want(a, http.StatusSeeOther)
		if a.Header.Get("Location") != "/portal" {
			w.Errorf("sent to %s", a.Header.Get("Location"))
		}
		b.want(b.get("/portal"), http.StatusOK, "Nordby Kraft on Fieldnote")
	})
}

// The organization's policy holds for its portal too: an admin who signed in
// with a password where single sign-on is required is sent to the login, also
// when the policy came later. Signing out ends the visit.
func TestThePolicyHoldsForThePortal(t *testing.T) {
	each(t, func(w *world) {
		ines, rescue := w.person("ines@haldenmarine.example"), w.person("rescue@haldenmarine.example")
		w.member(w.org, ines, tenants.AdminRole)
		w.member(w.org, rescue, tenants.OwnerRole)
		b, r := w.admin(ines), w.admin(rescue)
		b.get("/portal")
		b.want(b.get("/portal"), http.StatusOK)
		w.in(w.org, func(tx *db.OrgTx) error {
			p := tenants.Policy{SSORequired: true}
			p.BreakGlassUsers = append(p.BreakGlassUsers, rescue.ID)
			_, err := users.SetPolicy(tx, p)
			return err
		})
		a := b.get("/portal")
		b.want(a, http.StatusSeeOther)
		if !strings.HasPrefix(a.Header.Get("Location"), "/login?") {
			w.Errorf("sent to %s", a.Header.Get("Location"))
		}
		r.get("/portal")
		r.want(r.get("/portal"), http.StatusOK)
		delete(r.cookies, browser.Jar{}.Name(browser.Session))
		a = r.get("/portal")
		if !strings.HasPrefix(a.Header.Get("Location"), "/login?") {
			w.Errorf("signed out and still in: %d", a.StatusCode)
		}
	})
}

// Single sign-on by one organization's provider opens that organization's
// portal; the provider of another must not open it.
func TestSingleSignOnOpensItsOwnPortal(t *testing.T) {
	each(t, func(w *world) {
		ines := w.person("ines@haldenmarine.example")
		for _, o := range []*tenants.Organization{w.org, w.other} {
			w.member(o, ines, tenants.OwnerRole)
			rescue := w.person("rescue." + string(o.ID) + "@haldenmarine.example")
			w.member(o, rescue, tenants.OwnerRole)
			w.in(o, func(tx *db.OrgTx) error {
				p := tenants.Policy{SSORequired: true}
				p.BreakGlassUsers = append(p.BreakGlassUsers, rescue.ID)
				_, err := users.SetPolicy(tx, p)
				return err
			})
		}
		b := w.browser()
		b.cookies[browser.Jar{}.Name(browser.Session)] = w.signInBy(ines, w.org)
		a := b.post("/portal/enter", "organization", string(w.org.ID))
		if b.want(a, http.StatusSeeOther); a.Header.Get("Location") != "/portal" {
			w.Errorf("its own: %s", a.Header.Get("Location"))
		}
		b.want(b.get("/portal"), http.StatusOK)
		a = b.post("/portal/enter", "organization", string(w.other.ID))
		if b.want(a, http.StatusSeeOther); !strings.HasPrefix(a.Header.Get("Location"), "/login?") {
			w.Errorf("another's: %s", a.Header.Get("Location"))
		}
	})
}

// Somebody else who signs in at the same browser must not go on with the visit.
func TestAVisitIsItsPersons(t *testing.T) {
	each(t, func(w *world) {
		ines, tom := w.person("ines@haldenmarine.example"), w.person("tom@haldenmarine.example")
		w.member(w.org, ines, tenants.OwnerRole)
		w.member(w.org, tom, tenants.DefaultRole)
		b := w.admin(ines)
		b.get("/portal")
		b.want(b.get("/portal"), http.StatusOK)
		b.cookies[browser.Jar{}.Name(browser.Session)] = w.signIn(tom, sessions.Password)
		b.want(b.get("/portal"), http.StatusForbidden, "You can't open this portal")
		v := w.visitor(w.org, portal.Domains)
		v.want(v.get("/portal"), http.StatusOK)
	})
}
