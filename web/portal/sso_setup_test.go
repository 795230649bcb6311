package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/sso"
	"gatehouse/sso/saml/samltest"
)

// An admin who is led astray at any step cannot sign their people in: from
// nothing to everybody signing in by Okta, without anybody's help.
func TestSetUpOfSAMLFromNothingToRequired(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.want(k.get("/portal/sso"), http.StatusOK, "No provider is connected", "Connect a provider")
		k.want(k.get("/portal/sso/new"), http.StatusOK, "Step 1 of 7", "Okta", "Another OpenID Connect provider")
		k.draft("okta-saml")
		app := k.get(k.path + "/setup/app")
		k.want(app, http.StatusOK, "Step 2 of 7, about 5 minutes", "Create the app in Okta", "You need the Okta role Application administrator or higher.",
			sso.ACSURL(origin, k.key()), sso.EntityID(origin, k.key()), "Single sign-on URL", "Share this step")
		k.lands(k.get(k.path+"/setup/on"), k.path+"/setup/metadata")

		read := k.upload(k.path+"/setup/metadata?way=url", "saml.metadata_url", k.idp.URL+"/metadata", "then", "read")
		k.lands(read, k.path+"/setup/metadata?way=url#known-title")
		k.want(k.get(k.path+"/setup/metadata"), http.StatusOK, "read back", k.idp.EntityID, k.idp.URL+"/sso", "From the metadata")
		k.lands(k.upload(k.path+"/setup/metadata", "then", "keep"), k.path+"/setup/attributes")
		k.want(k.get(k.path+"/setup/attributes"), http.StatusOK, "Nobody has come by this connection yet.")
		k.lands(k.post(k.path+"/setup/attributes", "first_name", "firstName", "then", "next"), k.path+"/setup/access")
		k.lands(k.post(k.path+"/setup/access", "jit", "on", "which", "all", "default_role", "member", "group_0", "Crew", "role_0", "admin", "then", "next"), k.path+"/setup/test")

		live := k.get(k.path + "/test/live")
		k.want(live, http.StatusOK, "Test with Okta")
		same := k.send(http.MethodGet, k.path+"/test/live", nil, "If-None-Match", live.Header.Get("ETag"))
		k.want(same, http.StatusNotModified)
		k.want(k.test(), http.StatusOK, "It works: Okta signed in ines@halden.example", "Test by "+k.owner.DisplayName(), "Signature valid", "Reference for support GH-")
		news := k.send(http.MethodGet, k.path+"/test/live", nil, "If-None-Match", live.Header.Get("ETag"))
		k.want(news, http.StatusOK, "It works")
		k.want(k.get(k.path+"/setup/attributes"), http.StatusOK, "ines@halden.example", "Ines")
		k.lands(k.post(k.path+"/setup/test", "then", "next"), k.path+"/setup/on")
		k.want(k.get(k.path+"/setup/on"), http.StatusOK, "Turn on single sign-on", "1 member is here today.")

		asked := k.post(k.path+"/setup/on", "require", "now", "emergency", string(k.owner.ID))
		k.want(asked, http.StatusOK, "Require single sign-on now?", "1 emergency account keeps its other ways in.")
		if c := k.connection(); c.State != sso.Draft || k.policy().SSORequired {
			k.Error("asking turned it on")
		}
		k.lands(k.post(k.path+"/setup/on", "require", "now", "emergency", string(k.owner.ID), "confirmed", "on"), k.path)
		if c := k.connection(); c.State != sso.Active || !k.policy().SSORequired || !c.JIT || len(c.RoleMappings) != 1 || *c.DefaultRole != "member" || c.AttributeMap.FirstName[0] != "firstName" {
			k.Errorf("kept: %+v, policy %+v", c, k.policy())
		}
		k.want(k.get(k.path), http.StatusOK, "On", "Everybody has to use single sign-on")
		k.want(k.get("/portal/sso"), http.StatusOK, "Okta, SAML 2.0", "Ends")
	})
}

// A step that forgets, or a page that cannot be left and come back to, makes
// the set-up a thing for one sitting, which it never is.
func TestStepsAreKeptAndReachable(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.draft("saml")
		k.lands(k.get(k.path), k.path+"/setup/metadata")
		k.lands(k.upload(k.path+"/setup/metadata", "then", "later"), "/portal/sso")
		k.want(k.get("/portal/sso"), http.StatusOK, "Draft", "Next: give us your provider’s metadata", "Saved. Come back when you like.")
		k.want(k.get(k.path+"/setup/provider"), http.StatusOK, "Discard this draft")
		k.want(k.get(k.path+"/setup/app"), http.StatusOK, "Create the app at your provider")
		k.want(k.get(k.path+"/setup/nothing"), http.StatusNotFound)
		k.want(k.post(k.path+"/setup/test", "then", "next"), http.StatusBadRequest, "The steps before this one come first.")

		k.want(k.get(k.path+"/setup/provider?confirm=discard"), http.StatusOK, "Discard this draft?")
		k.lands(k.post(k.path+"/discard"), "/portal/sso")
		k.want(k.get(k.path), http.StatusNotFound)
		k.want(k.post("/portal/sso/new", "provider", "nobody"), http.StatusBadRequest)
	})
}

// Metadata comes in three ways; each must lead to the same, and what is wrong
// must be said beside the field while nothing is kept.
func TestMetadataByFileByHandAndMistaken(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.draft("okta-saml")
		step := k.path + "/setup/metadata"
		for _, c := range []struct {
			way    string
			fields []string
			says   string
		}{
			{"url", []string{"saml.metadata_url", ""}, "The metadata's address is missing."},
			{"url", []string{"saml.metadata_url", "ftp://x"}, "is an https address"},
			{"url", []string{"saml.metadata_url", k.idp.URL + "/app/exk1/sso/saml"}, "This is the sign-in page, not the metadata. In Okta use Sign On, Metadata details."},
			{"url", []string{"saml.metadata_url", "http://169.254.169.254/latest"}, ""},
			{"file", []string{"saml.metadata_xml", ""}, "Choose the file, or paste what is in it."},
			{"file", []string{"file", "<!doctype html><html><body>Sign in</body></html>"}, "This is a web page"},
			{"file", []string{"saml.metadata_xml", `<!DOCTYPE x [<!ENTITY a "b">]><x/>`}, ""},
			{"hand", []string{"saml.idp_entity_id", "", "saml.idp_sso_url", "https://x"}, "Enter the issuer."},
			{"hand", []string{"saml.idp_entity_id", "urn:x", "saml.idp_sso_url", "javascript:alert(1)", "saml.idp_certificates", string(certificateOf(k.idp))}, "is an https address"},
			{"hand", []string{"saml.idp_entity_id", "urn:x", "saml.idp_sso_url", "https://x.example", "saml.idp_certificates", "nonsense"}, "That is not a certificate."},
		} {
			a := k.upload(step+"?way="+c.way, append(c.fields, "then", "read")...)
			k.want(a, http.StatusUnprocessableEntity, c.says)
			if !strings.Contains(a.body, "<title>Error: ") {
				k.Errorf("%v: the title does not say that it failed", c.fields)
			}
		}
		k.want(k.post(step, "then", "keep"), http.StatusUnsupportedMediaType)
		k.want(k.upload(step, "then", "keep"), http.StatusUnprocessableEntity)
		k.lands(k.upload(step+"?way=file", "file", k.idp.Metadata(), "then", "read"), step+"?way=file")
		k.want(k.get(step), http.StatusOK, k.idp.EntityID, "Read from a file, or entered by hand.")
		other := samltest.Other("urn:other")
		k.lands(k.upload(step+"?way=hand", "saml.idp_entity_id", "urn:other", "saml.idp_sso_url", "https://other.example/sso", "saml.idp_certificates", string(pemOf(other.Certificate)), "then", "read"), step+"?way=hand")
		k.want(k.get(step), http.StatusOK, "urn:other", "https://other.example/sso", "Added by hand")
	})
}

// A mapping that is wrong, a role that a connection may not give: refused
// beside the field, and nothing changes.
func TestAttributesAndAccessAreValidated(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		before := k.connection()
		k.want(k.post(k.path+"/setup/attributes", "email", strings.Repeat("x", 300), "then", "next"), http.StatusUnprocessableEntity, "1 to 256 characters")
		for _, form := range [][]string{
			{"group_0", "Crew", "role_0", "owner"},
			{"group_0", "Crew", "role_0", "nobody"},
			{"group_0", "Crew", "role_0", "member", "group_1", "Crew", "role_1", "admin"},
			{"default_role", "owner"},
			{"domain", "not a domain", "which", "some"},
		} {
			k.want(k.post(k.path+"/setup/access", form...), http.StatusUnprocessableEntity)
		}
		if after := k.connection(); len(after.RoleMappings) != 0 || after.DefaultRole != nil || len(after.AttributeMap.Email) != 0 || !after.UpdatedAt.Equal(before.UpdatedAt) {
			k.Errorf("a refused form changed %+v", after)
		}
		k.want(k.post(k.path+"/setup/access", "domain", "halden.example", "which", "some", "guests", "on"), http.StatusSeeOther)
		var names []sso.Domain
		k.in(k.org, func(tx *db.OrgTx) (err error) { names, err = sso.Domains(tx, k.key()); return err })
		if c := k.connection(); len(names) != 1 || names[0].Domain != "halden.example" || !c.AllowGuests || c.JIT {
			k.Errorf("kept %v, %+v", names, c)
		}
	})
}

// Missing required attributes are red, name the likely one, and keep the
// connection from being turned on.
func TestMissingEmailBlocksTurningOn(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		k.idp.Person.Attributes = []samltest.Attribute{{Name: "contact", Values: []string{"ines@halden.example"}}}
		k.want(k.test(), http.StatusOK, "No email address in the response", "ATTR-EMAIL", "contact", "Looks like an address")
		k.want(k.get(k.path+"/setup/attributes"), http.StatusOK, "Missing. contact looks like an address: enter that name.")
		k.want(k.post(k.path+"/setup/attributes", "email", "contact", "then", "next"), http.StatusSeeOther)
		k.want(k.test(), http.StatusOK, "It works")
		k.post(k.path+"/setup/test", "then", "next")
		k.lands(k.post(k.path+"/setup/on", "require", "optional"), k.path)
	})
}

// Who requires single sign-on without having seen it work, or takes the last
// way in away, locks everybody out.
func TestNobodyLocksThemselvesOut(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		k.want(k.test(), http.StatusOK, "It works")
		k.post(k.path+"/setup/test", "then", "next")
		on := k.path + "/setup/on"
		k.want(k.post(on, "require", "now", "confirmed", "on"), http.StatusUnprocessableEntity, "Name somebody who gets in without single sign-on")

		colleague := w.person("bo@halden.example")
		w.member(w.org, colleague, "admin")
		other := w.entered(w.org, colleague)
		other.want(other.post(on, "require", "optional"), http.StatusUnprocessableEntity, "Test it.")

		k.want(k.upload(k.path+"/setup/metadata?way=hand", "saml.idp_entity_id", "urn:changed", "saml.idp_sso_url", "https://x.example/sso", "then", "read"), http.StatusSeeOther)
		k.want(k.post(on, "require", "optional"), http.StatusUnprocessableEntity, "since the last change")
		k.want(k.upload(k.path+"/setup/metadata?way=url", "saml.metadata_url", k.idp.URL+"/metadata", "then", "read"), http.StatusSeeOther)
		k.want(k.test(), http.StatusOK, "It works")
		k.lands(k.post(on, "require", "now", "emergency", string(k.owner.ID), "confirmed", "on"), k.path)

		k.want(k.get(k.path+"?confirm=off"), http.StatusOK, "It can’t be turned off now")
		k.want(k.post(k.path+"/off", "confirm", "Okta"), http.StatusConflict, "this is the only connection that is on")
		if k.connection().State != sso.Active {
			k.Fatal("it is off, and everybody has to use it")
		}
		k.lands(k.post(on, "require", "optional"), k.path)
		k.want(k.get(k.path+"?confirm=off"), http.StatusOK, "Turn off Okta?", "2 members need another way in")
		k.want(k.post(k.path+"/off", "confirm", "okta"), http.StatusUnprocessableEntity, "Type the name as it stands here.")
		k.lands(k.post(k.path+"/off", "confirm", "Okta"), k.path)
		if k.connection().State != sso.Inactive {
			k.Error("it is still on")
		}
	})
}

// A test of an hour ago, or of a visit by a link, says nothing of now or of
// whoever requires it.
func TestTestsGrowOld(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		k.want(k.test(), http.StatusOK, "It works")
		k.post(k.path+"/setup/test", "then", "next")
		w.later(61 * 60 * 1e9)
		k.want(k.post(k.path+"/setup/on", "require", "optional"), http.StatusUnprocessableEntity, "Test it.")
		if k.connection().State != sso.Draft {
			k.Error("turned on by an old test")
		}
	})
}
