package portal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/portal"
	"gatehouse/tenants"
)

const acme = "acme.example"

// claim adds a domain by the portal, and gives its page and its record's value.
func (b *chrome) claim(name string) (path, value string) {
	b.w.Helper()
	a := b.post("/portal/domains", "domain", name)
	b.want(a, http.StatusSeeOther)
	path = a.Header.Get("Location")
	b.w.in(b.w.org, func(tx *db.OrgTx) error {
		all, err := tenants.Domains(tx)
		for _, d := range all {
			if strings.HasSuffix(path, string(d.ID)) {
				value = *d.VerificationToken
			}
		}
		return err
	})
	return path, value
}

// An admin proves a domain without anybody's help, and is told what is wrong
// with the record in the meantime.
func TestProvingADomain(t *testing.T) {
	each(t, func(w *world) {
		w.dns.TXT(acme, "v=spf1 -all")
		b := w.visitor(w.org, portal.Domains)
		b.want(b.get("/portal/domains"), http.StatusOK, "No domains yet", "Add domain")
		b.want(b.post("/portal/domains", "domain", "nonsense"), http.StatusUnprocessableEntity, "Error: Domains", "not a domain name")
		path, value := b.claim("ACME.example.")
		b.want(b.get(path), http.StatusOK, "Domain added", "_gatehouse-domain-verification."+acme, value, "not been looked for yet", "Waiting for DNS")
		b.want(b.post("/portal/domains", "domain", acme), http.StatusUnprocessableEntity, "has that domain already")
		b.want(b.post(path+"/check"), http.StatusSeeOther)
		b.want(b.get(path), http.StatusOK, "No TXT record found", "Our resolver")
		w.dns.TXT("_gatehouse-domain-verification."+acme, `"`+value+`"`)
		w.later(time.Minute)
		b.post(path + "/check")
		b.want(b.get(path), http.StatusOK, "extra quote mark")
		w.dns.TXT("_gatehouse-domain-verification."+acme, value)
		w.later(time.Minute)
		b.post(path + "/check")
		b.want(b.get(path), http.StatusOK, "The domain is verified", "count as yours", "Verified")
		b.want(b.get("/portal"), http.StatusOK, "Domains acme.example", "Domain verified")
		b.want(b.get(path+"/remove"), http.StatusOK, "Remove acme.example?", "no longer sent to your single sign-on")
		b.want(b.post(path+"/remove"), http.StatusSeeOther)
		b.want(b.get("/portal/domains"), http.StatusOK, "Domain removed", "No domains yet")
		b.want(b.get(path), http.StatusNotFound, "There is nothing here")
	})
}

// The short name is what most DNS panels want; a wrong one is a record that
// nobody finds.
func TestTheShortNameOfARecord(t *testing.T) {
	each(t, func(w *world) {
		b := w.visitor(w.org, portal.Domains)
		for name, short := range map[string]string{acme: "_gatehouse-domain-verification", "eu." + acme: "_gatehouse-domain-verification.eu", "halden.co.uk": "_gatehouse-domain-verification"} {
			path, _ := b.claim(name)
			if a := b.get(path); !strings.Contains(a.body, `<code id="short" dir="ltr">`+short+`</code>`) {
				w.Errorf("%s: %s", name, strip(a.body))
			}
		}
	})
}

// The page asks every half minute: an answer that did not change must cost
// next to nothing, and one that did must come at once.
func TestTheLivePart(t *testing.T) {
	each(t, func(w *world) {
		b := w.visitor(w.org, portal.Domains)
		path, _ := b.claim(acme)
		a := b.get(path + "/live")
		b.want(a, http.StatusOK, "Where it stands")
		if strings.Contains(a.body, "<html") || a.Header.Get("ETag") == "" || a.Header.Get("Cache-Control") != "no-store" {
			w.Errorf("%v %.200s", a.Header, a.body)
		}
		again := b.send(http.MethodGet, path+"/live", nil, "If-None-Match", a.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || again.body != "" {
			w.Errorf("%d %q", again.StatusCode, again.body)
		}
		b.post(path + "/check")
		changed := b.send(http.MethodGet, path+"/live", nil, "If-None-Match", a.Header.Get("ETag"))
		b.want(changed, http.StatusOK, "There is no such domain")
		if !strings.Contains(b.get(path).body, `data-live="`+path+`/live"`) {
			w.Error("the page does not say where to ask")
		}
	})
}
