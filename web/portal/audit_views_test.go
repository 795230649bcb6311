package portal_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gatehouse/portal"
)

var viewLink = regexp.MustCompile(`/portal/audit-log/views/(audit_log_view_[0-9A-Z]+)/delete`)

// An admin keeps views of their organization's log, for themselves or for all
// who look after it. Whoever came by a link is nobody: they have what is
// shared, and a colleague's own is not found.
func TestSavedViewsOfAnOrganization(t *testing.T) {
	each(t, func(w *world) {
		const home = "/portal/audit-log/views"
		ines, marcus := w.person("ines@acme.example"), w.person("marcus@acme.example")
		w.member(w.org, ines, "owner")
		w.member(w.org, marcus, "admin")
		a, b, link := w.entered(w.org, ines), w.entered(w.org, marcus), w.visitor(w.org, portal.AuditLog)
		a.want(a.get(home+"?result=failed&period=7d"), http.StatusOK, "No saved views yet", "Everybody who sees this log")
		saved := a.post(home, "name", "Failures", "result", "failed", "period", "7d", "for", "me")
		if to := saved.Header.Get("Location"); saved.StatusCode != http.StatusSeeOther || to != "/portal/audit-log?period=7d&result=failed" {
			t.Fatalf("saved: %d, %s", saved.StatusCode, to)
		}
		if page := a.get("/portal/audit-log"); !strings.Contains(page.body, `href="/portal/audit-log?period=7d&amp;result=failed"`) {
			t.Error("the menu does not lead to the view")
		}
		key := viewLink.FindStringSubmatch(a.get(home).body)
		if key == nil {
			t.Fatal("the view is not in the list")
		}
		for _, other := range []*chrome{b, link} {
			if strings.Contains(other.get("/portal/audit-log").body, "Failures") {
				t.Error("somebody's own view is in another's menu")
			}
			other.want(other.get(home+"/"+key[1]), http.StatusNotFound)
			other.want(other.post(home+"/"+key[1]+"/delete"), http.StatusNotFound)
		}
		// By a link there is nobody to keep anything for: what is saved is all's.
		page := link.get(home)
		link.want(page, http.StatusOK, "Save view")
		if strings.Contains(page.body, `name="for"`) {
			t.Error("a visitor by a link is asked whether a view is theirs")
		}
		link.want(link.post(home, "name", "Policies", "type", "organization_policy.*", "for", "me"), http.StatusSeeOther)
		b.want(b.get("/portal/audit-log"), http.StatusOK, "Policies")
		shared := home + "/" + viewLink.FindStringSubmatch(b.get(home).body)[1]
		b.want(b.post(shared, "name", "Rules"), http.StatusSeeOther)
		b.want(b.post(shared, "name", ""), http.StatusUnprocessableEntity, "Name has 1 to 60 characters")
		b.want(b.post(shared+"/replace", "type", "role.*"), http.StatusSeeOther)
		if page := a.get("/portal/audit-log"); !strings.Contains(page.body, "type=role.%2A") || !strings.Contains(page.body, "Rules") {
			t.Error("the menu shows the view as it was")
		}
		a.want(a.get(shared+"/delete"), http.StatusOK, "Delete the view “Rules”?", "everybody who sees this log")
		a.want(a.post(shared+"/delete"), http.StatusSeeOther)
		b.want(b.get(shared), http.StatusNotFound)
	})
}
