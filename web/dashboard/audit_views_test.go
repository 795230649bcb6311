package dashboard_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gatehouse/audit/views"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

var viewLink = regexp.MustCompile(`/admin/audit-log/views/(audit_log_view_[0-9A-Z]+)/delete`)

// What an operator looks for every morning is one link: it is saved, opened,
// renamed, given other filters and deleted without a script, and a period
// stays one. Nobody else sees or touches what is somebody's own.
func TestSavedViews(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		const home = "/admin/audit-log/views"
		w.do(d.InDeployment(t.Context(), actor.System("test"), func(tx *db.AllTx) error { return views.Delete(tx, "", w.view) }))
		w.want(w.get("support", home+"?result=failed&period=7d&live=1&event=x"), http.StatusOK, `name="period" value="7d"`, "failed, the last 7 days")
		w.want(w.post("support", home, "name", " ", "result", "failed"), http.StatusUnprocessableEntity, "name-error", `name="result" value="failed"`)
		saved := w.post("support", home, "name", "Failed <this> week", "result", "failed", "period", "7d", "live", "1", "event", "x", "for", "me")
		if to := saved.Header.Get("Location"); saved.StatusCode != http.StatusSeeOther || to != "/admin/audit-log?period=7d&result=failed" {
			t.Fatalf("saved: %d, %s", saved.StatusCode, to)
		}
		w.want(w.post("support", home, "name", "FAILED <THIS> week"), http.StatusUnprocessableEntity, "There is a view of that name already")
		w.want(w.get("support", "/admin/audit-log"), http.StatusOK, "<details", `href="/admin/audit-log?period=7d&amp;result=failed"`, "Failed &lt;this&gt; week")
		page := w.get("support", home+"?type=user.*")
		key := viewLink.FindStringSubmatch(page.body)
		if key == nil {
			t.Fatal("the view is not in the list")
		}
		own := home + "/" + key[1]
		for _, stranger := range []string{"owner", "viewer"} {
			if strings.Contains(w.get(stranger, "/admin/audit-log").body, "week") {
				t.Errorf("%s has somebody's own view in the menu", stranger)
			}
			for _, path := range []string{own, own + "/delete"} {
				w.want(w.get(stranger, path), http.StatusNotFound)
			}
			for _, path := range []string{own, own + "/replace", own + "/delete"} {
				w.want(w.post(stranger, path, "name", "Taken"), http.StatusNotFound)
			}
		}
		w.leads(w.post("support", own, "name", "People"), home)
		w.leads(w.post("support", own+"/replace", "type", "user.*"), home)
		w.want(w.get("support", "/admin/audit-log"), http.StatusOK, `href="/admin/audit-log?type=user.%2A"`, "People")
		w.want(w.get("support", own+"/delete"), http.StatusOK, "Delete the view “People”?", "No event is deleted")
		w.leads(w.post("support", own+"/delete"), home)
		w.want(w.get("support", own), http.StatusNotFound)
		w.want(w.get("viewer", "/admin/audit-log?type=audit_log_view.*"), http.StatusOK, "6 of 6 events")
	})
}

// What all have is changed by whoever changes anything: a viewer keeps views
// for themselves alone. What an organization keeps in its portal is not here.
func TestTheTeamsViews(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		const home = "/admin/audit-log/views"
		w.want(w.post("viewer", home, "name", "For all", "for", "all"), http.StatusForbidden)
		w.want(w.post("viewer", home, "name", "Mine"), http.StatusSeeOther)
		w.want(w.post("developer", home, "name", "For all", "for", "all", "type", "webhook_endpoint.*"), http.StatusSeeOther)
		for _, role := range []string{"viewer", "owner"} {
			w.want(w.get(role, "/admin/audit-log"), http.StatusOK, "For all")
		}
		ours := home + "/" + string(w.view)
		w.want(w.get("viewer", ours), http.StatusForbidden)
		for _, path := range []string{ours, ours + "/replace", ours + "/delete"} {
			w.want(w.post("viewer", path, "name", "Taken"), http.StatusForbidden)
		}
		var theirs id.AuditView
		w.do(d.InOrg(t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) error {
			v, err := views.Save(tx, views.New{Name: "The customer's"})
			if err == nil {
				theirs = v.ID
			}
			return err
		}))
		if strings.Contains(w.get("owner", home).body, "The customer") {
			t.Error("a customer's view is in the dashboard")
		}
		for _, path := range []string{"", "/replace", "/delete"} {
			w.want(w.post("owner", home+"/"+string(theirs)+path, "name", "Taken"), http.StatusNotFound)
		}
	})
}
