package dashboard_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

// The dashboard opens every customer's: no customer's identity provider opens
// it, whoever it says has come. The operator is asked for a sign-in of their own.
func TestNoConnectionOpensTheDashboard(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := empty(t, d)
		org, connection := id.New[id.Organization](), id.New[id.Connection]()
		u := w.people["owner"]
		w.do(w.db.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) (err error) {
			_, w.secrets["owner"], err = sessions.StartBrowserVia(tx, u.ID, sessions.SSO, sessions.Via{ConnectionID: &connection, SSOOrganizationID: &org}, sessions.DefaultLifetimes)
			return err
		}))
		for _, path := range []string{"/admin", "/admin/organizations", "/admin/users"} {
			if a := w.get("owner", path); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/login?") {
				t.Errorf("%s: %d, %s", path, a.StatusCode, a.Header.Get("Location"))
			}
		}
	})
}
