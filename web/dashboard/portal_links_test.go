package dashboard_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/portal"
)

// A link that can be seen twice, or by a colleague, is a link that two open;
// one made by a viewer would be a way past their role.
func TestAPortalLinkIsMadeAndShownOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		path := "/admin/organizations/" + string(w.org.ID) + "/portal-links/new"
		for _, role := range []string{"viewer", "support", "developer", "stranger"} {
			w.want(w.post(role, path, "scope_sso", "on"), http.StatusForbidden)
		}
		w.want(w.get("admin", path), http.StatusOK, "What it opens", "Single sign-on")
		w.want(w.post("admin", path), http.StatusUnprocessableEntity, "Choose at least one section.")
		made := w.post("admin", path, "scope_domains", "on", "scope_policies", "on", "extendable", "on")
		w.want(made, http.StatusSeeOther)
		at := made.Header.Get("Location")
		shown := w.get("admin", at, made.Cookies()...)
		w.want(shown, http.StatusOK, "http://localhost:8080/portal/open/", "Send this link within five minutes")
		if shown.Header.Get("Referrer-Policy") == "" || shown.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", shown.Header)
		}
		w.want(w.get("admin", at), http.StatusOK, "can&#39;t be shown again")
		if again := w.get("owner", at, made.Cookies()...); strings.Contains(again.body, "/portal/open/") {
			t.Error("another operator sees it")
		}
		w.do(d.ReadOrg(t.Context(), w.org.ID, func(tx *db.OrgTx) error {
			key, err := id.Parse[id.PortalLink](at[strings.LastIndex(at, "/")+1:])
			if err != nil {
				return err
			}
			l, err := portal.GetLink(tx, key)
			if err == nil && (len(l.Scopes) != 1 || l.Scopes[0] != portal.Domains || !l.Extendable || l.MakerID == nil || *l.MakerID != w.people["admin"].ID) {
				t.Errorf("%+v", l)
			}
			return err
		}))
		w.want(w.get("viewer", "/admin/organizations/"+string(w.org.ID)), http.StatusOK, "Admin portal", "Waiting")
	})
}
