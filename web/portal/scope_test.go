package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/audit/archive"
	"gatehouse/audit/views"
	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/portal"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
	"gatehouse/sso"
	"gatehouse/tenants"
	webportal "gatehouse/web/portal"
)

// theirs are another organization's things, by the parameters of routes.
func (w *world) theirs(o *tenants.Organization) *strings.Replacer {
	w.Helper()
	var d *tenants.Domain
	var c *sso.Connection
	var pushed *directory.Directory
	var token *directory.Issued
	var export *archive.Export
	var sent *stream.Stream
	var view *views.View
	person, request := id.New[id.DirectoryUser](), directory.Request{ID: id.New[id.SCIMRequest](), RequestID: "req_1", Method: "GET", Path: "/Users", Operation: "users.listed", Outcome: directory.Read, Status: 200, Reason: "Nobody."}
	streams := &stream.Service{Kinds: sink.Kinds(), Dial: sink.Dial{Guard: netguard.New(nil), Now: w.d.Now}}
	w.in(o, func(tx *db.OrgTx) (err error) {
		if d, err = tenants.AddDomain(tx, "nordby.example", tenants.Pending); err != nil {
			return err
		}
		if pushed, token, err = directory.Create(tx, directory.New{Type: directory.Okta}); err != nil {
			return err
		}
		u, err := directory.NewUser(pushed, schema.Resource{"userName": "ada@nordby.example", "active": true})
		if err == nil {
			err = directory.InsertUser(tx, u)
		}
		if err != nil {
			return err
		}
		person, request.DirectoryID = u.ID, pushed.ID
		if err := directory.RecordRequest(tx, &request); err != nil {
			return err
		}
		if c, err = sso.Create(tx, oidcConnection("Nordby's")); err != nil {
			return err
		}
		if sent, err = streams.Create(tx, stream.New{Name: "SIEM", Type: "http", Configuration: map[string]string{"url": "https://siem.nordby.example"}}); err != nil {
			return err
		}
		if view, err = views.Save(tx, views.New{Name: "Nordby's"}); err != nil {
			return err
		}
		export, err = archive.Create(tx, archive.Order{})
		return err
	})
	return strings.NewReplacer(":stream", string(sent.ID), ":view", string(view.ID), ":export", string(export.ID), ":directory", string(pushed.ID), ":token", string(token.ID), ":person", string(person), ":request", string(request.ID), ":domain", string(d.ID), ":connection", string(c.ID), ":certificate", string(id.New[id.Certificate]()), ":step", "test",
		":attempt", string(id.New[id.SSOAttempt]()), ":id", string(id.New[id.SSOAttempt]()), ":provider", "okta", ":key", string(id.New[id.ConnectionKey]()))
}

// T3: with a visit to one organization nothing of another's is there, at any
// address of the portal that names something.
func TestAnotherOrganizationsThingsAreNotFound(t *testing.T) {
	each(t, func(w *world) {
		theirs := w.theirs(w.other)
		b := w.visitor(w.org, portal.LinkScopes...)
		asked := 0
		for _, r := range webportal.Routes() {
			path := theirs.Replace(r.Path)
			if path == r.Path {
				continue
			}
			if strings.Contains(path, ":") {
				w.Errorf("%s has a parameter that this test knows nothing of", r.Path)
				continue
			}
			asked++
			if a := b.send(r.Method, path, nil); a.StatusCode != http.StatusNotFound {
				w.Errorf("%s %s: %d", r.Method, r.Path, a.StatusCode)
			}
		}
		if asked < 5 {
			w.Errorf("only %d routes were asked", asked)
		}
	})
}

// T10: a link for one section must not open another, by any address; nor may
// one that opens nothing here, nor somebody who is not in the portal.
func TestSectionsOutsideTheLinkAreNotThere(t *testing.T) {
	each(t, func(w *world) {
		ours := w.theirs(w.org)
		for _, v := range []struct {
			scope portal.Scope
			under string
		}{{portal.Domains, "/portal/domains"}, {portal.SSO, "/portal/sso"}, {portal.Directory, "/portal/directory"}, {portal.AuditLog, "/portal/audit-log"}, {portal.LogStream, "/portal/log-stream"}} {
			b := w.visitor(w.org, v.scope)
			for _, r := range webportal.Routes() {
				if r.Path == "/portal" || r.Path == "/portal/extend" || strings.HasPrefix(r.Path, v.under) {
					continue
				}
				if a := b.send(r.Method, ours.Replace(r.Path), nil); a.StatusCode != http.StatusNotFound {
					w.Errorf("%s: %s %s: %d", v.scope, r.Method, r.Path, a.StatusCode)
				}
			}
			home := b.get("/portal")
			b.want(home, http.StatusOK)
			for _, other := range []string{"/portal/domains", "/portal/policies", "/portal/members"} {
				if other != v.under && strings.Contains(home.body, `href="`+other) {
					w.Errorf("%s: the overview leads to %s", v.scope, other)
				}
			}
		}
		nobody := w.browser()
		for _, r := range webportal.Routes() {
			if a := nobody.send(r.Method, ours.Replace(r.Path), nil); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/login") {
				w.Errorf("%s %s without a visit: %d", r.Method, r.Path, a.StatusCode)
			}
		}
	})
}

// "Share this step" lets a colleague into one connection's set-up: the others
// must not be there for them.
func TestALinkForOneConnection(t *testing.T) {
	each(t, func(w *world) {
		var mine, other *sso.Connection
		w.in(w.org, func(tx *db.OrgTx) (err error) {
			if mine, err = sso.Create(tx, oidcConnection("Okta")); err != nil {
				return err
			}
			other, err = sso.Create(tx, oidcConnection("Entra"))
			return err
		})
		b := w.browser()
		b.post("/portal/open/" + w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.SSO, portal.Domains}, Connection: &mine.ID}))
		home := b.get("/portal")
		b.want(home, http.StatusOK, "Okta")
		if strings.Contains(home.body, "Entra") || strings.Contains(home.body, string(other.ID)) {
			w.Error("the overview tells of another connection")
		}
		b.want(b.get("/portal/domains"), http.StatusNotFound)
		b.want(b.post("/portal/domains", "domain", acme), http.StatusNotFound)
		for _, r := range webportal.Routes() {
			if strings.Contains(r.Path, ":connection") {
				path := strings.NewReplacer(":connection", string(other.ID), ":certificate", string(id.New[id.Certificate]()), ":step", "test", ":attempt", string(id.New[id.SSOAttempt]()), ":id", string(id.New[id.SSOAttempt]())).Replace(r.Path)
				if a := b.send(r.Method, path, nil); a.StatusCode != http.StatusNotFound {
					w.Errorf("%s %s: %d", r.Method, r.Path, a.StatusCode)
				}
			}
		}
	})
}
