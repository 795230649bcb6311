package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/sso/saml/samltest"
)

// Certificates roll over in the middle of a working day: one is added before
// the other goes, on both sides, and the last one stays.
func TestCertificatesOfBothSides(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		k.want(k.test(), http.StatusOK, "It works")
		k.post(k.path+"/setup/test", "then", "next")
		k.lands(k.post(k.path+"/setup/on", "require", "optional"), k.path)
		page := k.path + "/certificates"
		first := k.certificates()[0]
		k.want(k.get(page), http.StatusOK, "Okta’s certificates", "From the metadata", "Signs our requests")
		k.want(k.get(page+"?remove="+string(first.ID)), http.StatusOK, "It is the last one")
		k.want(k.post(page+"/"+string(first.ID)+"/remove"), http.StatusConflict, "That is the last certificate")
		k.want(k.post(page, "certificate", "nonsense"), http.StatusUnprocessableEntity, "That is not a certificate.")
		next := samltest.Other(k.idp.EntityID)
		k.lands(k.post(page, "certificate", string(pemOf(next.Certificate))), page)
		k.want(k.post(page, "certificate", string(pemOf(next.Certificate))), http.StatusUnprocessableEntity, "accepts that certificate already")
		k.want(k.get(page+"?remove="+string(first.ID)), http.StatusOK, "Remove this certificate?", "1 other stays.")
		k.lands(k.post(page+"/"+string(first.ID)+"/remove"), page)
		if left := k.certificates(); len(left) != 1 || left[0].ID == first.ID {
			k.Errorf("left: %v", left)
		}

		k.lands(k.post(k.path+"/keys"), page)
		k.want(k.get(page), http.StatusOK, "Next", "Sign with it")
		k.want(k.post(k.path+"/keys"), http.StatusConflict, "has a next key already")
		k.want(k.get(page+"?confirm=promote"), http.StatusOK, "Sign with the next certificate?")
		k.lands(k.post(k.path+"/keys/promote"), page)
		k.want(k.get(page), http.StatusOK, "Only decrypts what is older")
		k.want(k.post(k.path+"/keys/promote"), http.StatusConflict, "has no next key")
		var keys []sso.OurKey
		k.in(k.org, func(tx *db.OrgTx) (err error) { keys, err = sso.Keys(tx, k.key()); return err })
		k.want(k.post(k.path+"/keys/"+string(keys[0].ID)+"/remove"), http.StatusConflict, "That key signs")
		k.lands(k.post(k.path+"/keys/"+string(keys[1].ID)+"/remove"), page)
	})
}

func (k *company) certificates() []sso.Certificate {
	k.T.Helper()
	var s *sso.Setup
	k.in(k.org, func(tx *db.OrgTx) (err error) { s, err = sso.Load(tx, k.key()); return err })
	return s.Live.SAML.Certificates
}

// A link to renew a certificate must not open the rest of the connection, and
// one that is shared no more than the set-up that it was made in.
func TestWhatLinksOpenOfAConnection(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		b := w.visitor(w.org, portal.Certificates)
		b.want(b.get("/portal/sso"), http.StatusOK, "Okta")
		if a := b.get("/portal/sso"); strings.Contains(a.body, "/portal/sso/new") || strings.Contains(a.body, "/setup/") {
			k.Error("a link for certificates leads to the set-up")
		}
		if a := b.get(k.path); a.Header.Get("Location") != k.path+"/certificates" {
			k.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
		}
		b.want(b.get(k.path+"/certificates"), http.StatusOK, "Add a certificate")
		for _, path := range []string{"/setup/app", "/setup/on", "/share"} {
			b.want(b.get(k.path+path), http.StatusNotFound)
		}

		shared := k.post(k.path+"/share?step=app", "email", "")
		k.want(shared, http.StatusOK, "Copy the link now")
		token := shared.body[strings.Index(shared.body, "/portal/open/"):]
		token = token[:strings.IndexAny(token, `<"&`)]
		colleague := w.browser()
		colleague.want(colleague.post(token), http.StatusSeeOther)
		colleague.want(colleague.get(k.path+"/setup/app"), http.StatusOK, "Create the app in Okta")
		colleague.want(colleague.get(k.path), http.StatusSeeOther)
		for _, path := range []string{"/portal/sso", "/portal/sso/new", "/portal/domains", "/portal/policies"} {
			colleague.want(colleague.get(path), http.StatusNotFound)
		}
		first := k.path
		k.draft("google-saml")
		colleague.want(colleague.get(k.path+"/setup/app"), http.StatusNotFound)

		k.want(k.post(k.path+"/share", "email", "nobody"), http.StatusUnprocessableEntity, "That isn’t an email address.")
		k.want(k.post(k.path+"/share", "email", "it@halden.example"), http.StatusOK, "Sent to it@halden.example")

		// A link decides nothing for members: owners and admins do.
		colleague.want(colleague.post(first+"/setup/test", "then", "next"), http.StatusSeeOther)
		k.path, k.chrome = first, colleague
		k.want(k.test(), http.StatusOK, "It works")
		k.post(k.path+"/setup/test", "then", "next")
		k.want(k.get(k.path+"/setup/on"), http.StatusOK, "People may use it, nobody has to")
		k.lands(k.post(k.path+"/setup/on", "require", "now", "emergency", string(k.owner.ID), "confirmed", "on"), k.path)
		if k.connection().State != sso.Active || k.policy().SSORequired {
			k.Errorf("%s, required %t", k.connection().State, k.policy().SSORequired)
		}
	})
}

// Settings, and the way back to what counted before.
func TestSettingsAreSavedAndTakenBack(t *testing.T) {
	each(t, func(w *world) {
		k := w.halden()
		k.configured()
		k.want(k.test(), http.StatusOK, "It works")
		k.post(k.path+"/setup/test", "then", "next")
		k.post(k.path+"/setup/on", "require", "optional")
		k.want(k.post(k.path, "name", "", "sign", "on"), http.StatusUnprocessableEntity)
		k.want(k.post(k.path, "name", "Okta", "saml.name_id_format", "urn:none"), http.StatusUnprocessableEntity)
		k.lands(k.post(k.path, "name", "Okta of Halden", "initiated", "on", "encrypt", "on", "legacy", "on"), k.path)
		var s *sso.Setup
		load := func() { k.in(k.org, func(tx *db.OrgTx) (err error) { s, err = sso.Load(tx, k.key()); return err }) }
		load()
		if c := s.Live.SAML; s.Connection.Name != "Okta of Halden" || !s.Connection.IDPInitiated || c.SignRequests || !c.WantEncrypted || len(c.LegacyEncryption) != 2 {
			k.Errorf("kept %+v %+v", s.Connection, c)
		}
		k.want(k.get(k.path+"?confirm=undo"), http.StatusOK, "Go back to the configuration before?")
		k.lands(k.post(k.path+"/undo"), k.path)
		if load(); s.Live.SAML.WantEncrypted || !s.Live.SAML.SignRequests {
			k.Errorf("not taken back: %+v", s.Live.SAML)
		}
		k.idp.Change = func(a *samltest.Answer) { a.Audience = "urn:other" }
		k.test()
		k.want(k.get(k.path), http.StatusOK, "How it does", "0 went well, 0 failed")
	})
}
