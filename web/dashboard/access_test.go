package dashboard_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/dashboard"
)

var update = flag.Bool("update", false, "write the golden files")

// may says once more, by itself, what each role is for.
var may = map[string][]string{
	"owner":     {"viewer", "support", "developer", "admin", "owner"},
	"admin":     {"viewer", "support", "developer", "admin"},
	"developer": {"viewer", "developer"},
	"support":   {"viewer", "support"},
	"viewer":    {"viewer"},
}

// A change of who may open what is seen in review; an address that nobody
// decided about does not exist.
func TestTheTableOfRoutes(t *testing.T) {
	w := empty(t, dbtest.SQLite(t))
	var table strings.Builder
	known := map[string]bool{}
	for _, r := range dashboard.Table() {
		if !slices.Contains(roles, r.Least) {
			t.Errorf("%s %s has no least role", r.Method, r.Path)
		}
		fresh := ""
		if r.Fresh {
			fresh = " fresh"
		}
		if r.Development {
			fresh += " development"
		}
		fmt.Fprintf(&table, "%-4s %s %s%s\n", r.Method, r.Path, r.Least, fresh)
		known[r.Method+" "+r.Path] = true
		if r.Method == http.MethodPost && r.Least == "viewer" && !strings.HasPrefix(r.Path, "/admin/audit-log/views") { // their own, which change nothing
			t.Errorf("viewers only look, but may POST %s", r.Path)
		}
	}
	for _, r := range w.echo.Routes() {
		if !known[r.Method+" "+r.Path] {
			t.Errorf("%s %s is mounted beside the table", r.Method, r.Path)
		}
	}
	golden(t, "testdata/routes.golden", table.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (%v); look at the change and run with -update:\n%s", path, err, got)
	}
}

// A viewer who can post, or support who can make keys, is somebody else.
func TestARoleOpensWhatTheTableSays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		for _, r := range dashboard.Table() {
			path := w.fill(r.Path)
			for _, role := range roles {
				allowed := slices.Contains(may[role], r.Least)
				if r.Method == http.MethodPost && allowed {
					continue // what may be done is done in the other tests
				}
				if role == "viewer" && strings.Contains(r.Path, "/:view") {
					continue // this one is the team's; see TestTheTeamsViews
				}
				var a answer
				if r.Method == http.MethodGet {
					a = w.get(role, path)
				} else {
					a = w.post(role, path)
				}
				if refused := a.StatusCode == http.StatusForbidden; refused == allowed {
					t.Errorf("%s %s as %s: %d", r.Method, r.Path, role, a.StatusCode)
				}
				if !allowed && !strings.Contains(a.body, "This needs the role") {
					t.Errorf("%s %s as %s does not say which role it needs", r.Method, r.Path, role)
				}
			}
		}
	})
}

// Whoever is signed out signs in and comes back; no other site is come back to.
func TestSignedOutGoesToTheLogin(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	for _, path := range []string{"/admin", "/admin/users?q=x", "/admin/organizations/" + string(w.org.ID)} {
		a := w.get("", path)
		if to := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/login?flow=") {
			t.Errorf("%s: %d to %q", path, a.StatusCode, to)
		}
	}
	a := w.post("", "/admin/users/"+string(w.member.ID)+"/ban", "reason", "x")
	if a.StatusCode != http.StatusSeeOther {
		t.Errorf("a post of nobody: %d", a.StatusCode)
	}
}

// A customer's owner is nobody here, and neither is a banned operator.
func TestStrangersSeeNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		for _, path := range []string{"/admin", "/admin/organizations", "/admin/users/" + string(w.member.ID)} {
			a := w.get("stranger", path)
			w.want(a, http.StatusForbidden, "You can&#39;t open this dashboard", "stranger@fieldnote.example")
			if strings.Contains(a.body, "osterberg") {
				t.Errorf("%s shows a stranger a customer", path)
			}
		}
		w.do(d.InOrg(t.Context(), w.system, actor.System("test"), func(tx *db.OrgTx) error {
			_, err := users.DeactivateMember(tx, w.operator.ID)
			return err
		}))
		w.want(w.get("viewer", "/admin"), http.StatusForbidden)
	})
}

// What is final or gives power asks who it is once more.
func TestPowerAsksForAFreshSignIn(t *testing.T) {
	d := dbtest.SQLite(t)
	w := full(t, d)
	now := d.Now()
	d.Now = func() time.Time { return now.Add(sessions.DefaultLifetimes.Idle / 2) }
	for _, r := range dashboard.Table() {
		if !r.Fresh {
			continue
		}
		a := w.get("owner", w.fill(r.Path))
		if r.Method == http.MethodPost {
			a = w.post("owner", w.fill(r.Path), "confirm", longName, "name", "x")
		}
		if !strings.HasPrefix(a.Header.Get("Location"), "/login?flow=") {
			t.Errorf("%s %s: %d, without signing in again", r.Method, r.Path, a.StatusCode)
		}
	}
	w.want(w.get("owner", "/admin/organizations/"+string(w.org.ID)), http.StatusOK)
}
