package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/saml/samltest"
	"gatehouse/tenants"
)

func (w *world) connectionID() string {
	if w.connection == nil {
		return "conn_01ARZ3NDEKTSV4RRFFQ69G5FAV"
	}
	return string(w.connection.ID)
}

// connect gives the customer a connection, with a candidate beside it and a
// sign-in on record.
func (w *world) connect() {
	w.t.Helper()
	w.idp = samltest.New("https://idp.osterberg.example")
	key, err := sso.NewKey(time.Now())
	w.do(err)
	w.do(w.db.InOrg(w.t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) (err error) {
		configuration, _, err := sso.Configured(sso.SAML, sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: &w.idp.EntityID, IDPSSOURL: &w.idp.EntityID, Certificates: &[]string{w.idp.CertificateBase64()}}}, tx.Now())
		if err != nil {
			return err
		}
		w.certificate = configuration.SAML.Certificates[0].ID
		if w.connection, err = sso.Create(tx, sso.New{Type: "OktaSAML", Name: longName, JIT: true, Configuration: configuration, Key: key}); err != nil {
			return err
		}
		next, err := sso.AddKey(tx, w.connection.ID, key)
		if err != nil {
			return err
		}
		w.nextKey = next.ID
		force := true
		return sso.SetCandidate(tx, w.connection.ID, sso.Configure{SAML: &sso.SAMLChange{ForceAuthn: &force}})
	}))
	w.attempt, err = (&sso.Service{DB: w.db, Base: "http://localhost:8080"}).Begin(w.t.Context(), actor.System("test"), w.connection.ID, sso.For{Bound: "x"})
	w.do(err)
}

// to posts a form that must lead somewhere.
func (w *world) to(path, want string, form ...string) {
	w.t.Helper()
	got := w.post("admin", path, form...)
	if got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), want) {
		w.t.Errorf("%s: %d to %s: %s", path, got.StatusCode, got.Header.Get("Location"), strip(got.body))
	}
}

// An operator makes a connection, tries a change beside it, promotes it and
// takes it back; its secret is on no page.
func TestAConnectionsLife(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.get("admin", "/admin/connections/new?organization="+string(w.org.ID)), http.StatusOK, "Which provider?", "Okta, SAML", "Keycloak, SAML")
		w.want(w.get("admin", "/admin/connections/new?type=GenericOIDC"), http.StatusOK, "OpenID Connect provider, OIDC")
		form := []string{"type", "GenericOIDC", "organization", string(w.org.ID), "name", "Entra", "issuer", "https://login.halden.example", "client_id", "gatehouse", "client_secret", providerSecret}
		made := w.post("admin", "/admin/connections/new", form...)
		path := made.Header.Get("Location")
		if made.StatusCode != http.StatusSeeOther || !strings.HasPrefix(path, "/admin/connections/conn_") {
			t.Fatalf("%d to %s: %s", made.StatusCode, path, strip(made.body))
		}
		w.want(w.get("admin", path), http.StatusOK, "Draft", "/sso/oidc/conn-", "https://login.halden.example", "Turn on", "Stored")
		w.want(w.get("admin", path+"/turn-on"), http.StatusOK, "Turn on Entra?")
		w.to(path+"/turn-on", path)
		provider := []string{"issuer", "https://login.halden.example", "client_id", "changed", "when", "try"}
		w.to(path+"/provider", path+"/trial", provider...)
		w.want(w.get("viewer", path+"/trial"), http.StatusOK, "Nobody has signed in since it was set", "changed", "oidc.client_id")
		w.want(w.get("admin", path+"/trial/promote"), http.StatusOK, "Promote the configuration?")
		w.to(path+"/trial/promote", path)
		w.want(w.get("admin", path), http.StatusOK, "changed")
		w.want(w.post("admin", path+"/trial/promote"), http.StatusConflict, "no candidate configuration")
		w.want(w.get("admin", path+"/roll-back"), http.StatusOK, "Bring the earlier configuration back?")
		w.to(path+"/roll-back", path)
		w.want(w.post("admin", path+"/provider", "issuer", "https://evil.example", "client_id", "gatehouse", "when", "now"), http.StatusUnprocessableEntity, "given for another issuer")
		w.to(path+"/people", path, "name", "Entra ID", "domains", "halden.example nordby.example", "default_role", "admin", "role_mappings", "cn=crew,dc=halden = member\n\n", "jit", "on")
		w.want(w.get("admin", path+"/people"), http.StatusOK, "cn=crew,dc=halden = member", "nordby.example")
		w.want(w.get("admin", path+"/turn-off"), http.StatusOK, "0 people have signed in by it in the last 30 days")
		w.to(path+"/turn-off", path)
		for _, page := range []string{path, path + "/provider", path + "/trial", path + "/sign-ins"} {
			if strings.Contains(w.get("admin", page).body, providerSecret) {
				t.Errorf("%s shows the secret", page)
			}
		}
		w.want(w.post("admin", path+"/delete", "confirm", "entra"), http.StatusUnprocessableEntity, "Type the name exactly")
		w.to(path+"/delete", "/admin/connections", "confirm", "Entra ID")
		w.want(w.get("admin", path), http.StatusNotFound)
	})
}

// What cannot be kept is said beside its field, and what was typed stays.
func TestConnectionsThatCannotBe(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	org := string(w.org.ID)
	for _, c := range []struct {
		words string
		form  []string
	}{
		{"No organization has that ID", []string{"type", "GenericSAML", "organization", "nobody"}},
		{"No organization has that ID", []string{"type", "GenericSAML", "organization", string(w.system)}},
		{"is an https address", []string{"type", "GenericSAML", "organization", org, "idp_sso_url", "javascript:alert(1)"}},
		{"private or local", []string{"type", "GenericSAML", "organization", org, "metadata_url", "http://127.0.0.1:1/x"}},
		{"not the metadata", []string{"type", "GenericSAML", "organization", org, "metadata_xml", "<html>"}},
		{"not a certificate", []string{"type", "GenericSAML", "organization", org, "idp_certificates", "x"}},
		{"every Entra tenant", []string{"type", "EntraIdOIDC", "organization", org, "issuer", "https://login.microsoftonline.com/common/v2.0"}},
	} {
		got := w.post("admin", "/admin/connections/new", c.form...)
		w.want(got, http.StatusUnprocessableEntity, c.words, "Error:")
		if !strings.Contains(strings.Join(c.form, " "), "javascript:") { // it stands in its field, as it was typed
			document(t, c.words, got.body)
		}
	}
	path := "/admin/connections/" + w.connectionID()
	for _, c := range []struct {
		words, to string
		form      []string
	}{
		{"Write one group on each line", "/people", []string{"name", "x", "role_mappings", "crew"}},
		{"gives nobody the role owner", "/people", []string{"name", "x", "default_role", "owner"}},
		{"not a domain name", "/people", []string{"name", "x", "domains", "localhost"}},
		{"from 0 to 300", "/provider", []string{"idp_entity_id", "x", "idp_sso_url", "https://x.example", "clock_skew", "9999", "when", "now"}},
		{"sign-in address is missing", "/provider", []string{"idp_entity_id", "x", "when", "now"}},
		{"nothing to try", "/provider", []string{"idp_entity_id", w.idp.EntityID, "idp_sso_url", w.idp.EntityID, "sign", "on", "when", "try"}},
		{"not a certificate", "/certificates", []string{"certificate", "x"}},
		{"accepts that certificate already", "/certificates", []string{"certificate", w.idp.CertificateBase64()}},
		{"last certificate", "/certificates/" + string(w.certificate) + "/remove", nil},
		{"has no address of its provider", "/metadata", nil},
	} {
		got := w.post("admin", path+c.to, c.form...)
		w.want(got, http.StatusUnprocessableEntity, c.words)
		document(t, c.to, got.body)
	}
}

// Certificates come and go with what that means, and our own keys roll over.
func TestCertificatesOnTheirPage(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	path := "/admin/connections/" + w.connectionID()
	w.to(path+"/certificates", path+"/certificates", "certificate", samltest.Other("x").CertificateBase64())
	page := w.get("viewer", path+"/certificates")
	w.want(page, http.StatusOK, "Added by hand", "Signs", "Next")
	if strings.Contains(page.body, "Accept another") {
		t.Error("a viewer is offered to add a certificate")
	}
	w.want(w.get("admin", path+"/certificates/"+string(w.certificate)+"/remove"), http.StatusOK, "is refused from now on")
	w.to(path+"/certificates/"+string(w.certificate)+"/remove", path+"/certificates")
	w.to(path+"/keys/promote", path+"/certificates")
	w.want(w.get("admin", path+"/certificates"), http.StatusOK, "Still decrypts", "Make next key")
	w.to(path+"/keys", path+"/certificates")
	w.to(path+"/trial/end", path+"/trial")
	w.want(w.get("admin", path+"/trial"), http.StatusOK, "Nothing is tried")
}

// Support finds the sign-in that a person reads out, from the search and from
// the audit log.
func TestAReferenceOpensItsSignIn(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	path := "/admin/connections/" + w.connectionID() + "/sign-ins/" + string(w.attempt.Record)
	found := w.get("support", "/admin/search?q="+url.QueryEscape(strings.ToLower(w.attempt.Reference)))
	if found.StatusCode != http.StatusSeeOther || found.Header.Get("Location") != path {
		t.Errorf("%d to %s", found.StatusCode, found.Header.Get("Location"))
	}
	w.want(w.get("support", path), http.StatusOK, w.attempt.Reference, "Not finished", "No answer has come yet", "Same reference")
	log := w.get("support", "/admin/audit-log?reference="+w.attempt.Reference+"&event="+w.eventOf(w.attempt.Reference))
	w.want(log, http.StatusOK, "Sign-in by a connection begun", "See the sign-in")
	other := strings.Replace(path, w.connectionID(), string(id.New[id.Connection]()), 1)
	w.want(w.get("support", other), http.StatusNotFound)
	jump := w.get("support", "/admin/search?q="+w.connectionID())
	if jump.Header.Get("Location") != "/admin/connections/"+w.connectionID() {
		t.Errorf("%d to %s", jump.StatusCode, jump.Header.Get("Location"))
	}
}

// A list over all customers is filtered by the address, and paged by key.
func TestConnectionsAreListed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.do(d.InOrg(t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) error {
			for range 51 {
				if _, err := sso.Create(tx, sso.New{Type: "GenericOIDC", Name: "Draft of many"}); err != nil {
					return err
				}
			}
			return nil
		}))
		first := w.get("viewer", "/admin/connections?state=draft")
		w.want(first, http.StatusOK, "Draft of many", "50 connections here")
		older := ""
		for _, a := range find(t, first.body, "a") {
			if href := attr(a, "href"); strings.Contains(href, "after=") {
				older = href
			}
		}
		w.want(w.get("viewer", older), http.StatusOK, "1 connection here")
		w.want(w.get("viewer", "/admin/connections?type=OktaSAML&ends=2099-01-01"), http.StatusOK, "Okta, SAML", "1 connection here", "Ends before 2099-01-01")
		w.want(w.get("viewer", "/admin/connections?type=OktaSAML&ends=2001-01-01"), http.StatusOK, "No connections match")
		w.want(w.get("viewer", "/admin/connections?type=OktaSAML&ends=7"), http.StatusOK, "1 connection here", "Ends in 7 days")
		w.want(w.get("viewer", "/admin/connections?ends=0"), http.StatusOK, "No connections match")
		w.want(w.get("viewer", "/admin/connections?q=nothing-like-it"), http.StatusOK, "No connections match")
		w.want(w.get("viewer", "/admin/organizations/"+string(w.org.ID)+"/connections"), http.StatusOK, "50 connections here")
	})
}

// Turning the only connection of an organization that requires single sign-on
// off locks people out: the question says whom.
func TestTheOnlyWayInIsSaid(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	w.do(w.db.InOrg(t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) error {
		_, err := tenants.SetPolicy(tx, tenants.Policy{SSORequired: true, BreakGlassUsers: []id.User{w.member.ID}}, []id.User{w.member.ID})
		return err
	}))
	w.want(w.get("admin", "/admin/connections/"+w.connectionID()+"/turn-off"), http.StatusOK, "has no other connection", "1 member")
}

// eventOf is the newest entry with that reference.
func (w *world) eventOf(reference string) (event string) {
	w.t.Helper()
	w.do(w.db.InDeployment(w.t.Context(), actor.System("test"), func(tx *db.AllTx) error {
		rows, err := audit.List(tx, audit.Filter{Reference: reference, Limit: 1})
		if err == nil {
			event = string(rows[0].ID)
		}
		return err
	}))
	return event
}
