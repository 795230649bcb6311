package e2e

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/apikeys"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/users"
)

// keyOf makes a key of an organization.
func keyOf(s *Server, org id.Organization) (key string) {
	s.Tx(func(tx *db.Tx) error {
		return tx.In(org, func(tx *db.OrgTx) (err error) {
			_, key, err = apikeys.CreateForOrganization(tx, apikeys.New{Name: "An organization's own"})
			return err
		})
	})
	return key
}

// A customer's key is in the customer's hands: it must make no mightier key,
// vouch for no domain, take no name of the deployment's and see no stranger.
func TestAnOrganizationsKeyStaysSmall(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "stranger@nordby.example")
		stranger := string(userID(s, "stranger@nordby.example"))
		orgs := join(t, s, "", "Halden Marine", "Nordby Kraft")
		own, theirs, key := string(orgs[0]), string(orgs[1]), keyOf(s, orgs[0])
		for _, c := range []struct {
			method, path, body string
			want               int
		}{
			{"POST", "/api_keys", `{"name":"bigger"}`, 403},
			{"POST", "/api_keys", `{"name":"a twin","organization_id":"` + own + `"}`, 403},
			{"POST", "/api_keys", `{"name":"theirs","organization_id":"` + theirs + `"}`, 404},
			{"POST", "/organizations", `{"name":"another"}`, 403},
			{"PUT", "/organizations/" + own, `{"external_id":"theirs"}`, 403},
			{"PUT", "/organizations/" + own, `{"domain_data":[{"domain":"gmail.com","state":"verified"}]}`, 403},
			{"PUT", "/organizations/" + theirs, `{"name":"Mine"}`, 404},
			{"POST", "/organization_domains", `{"organization_id":"` + theirs + `","domain":"a.example"}`, 404},
			{"POST", "/user_management/users", `{"email":"x@halden.example"}`, 403},
			{"POST", "/user_management/organization_memberships", `{"organization_id":"` + own + `","user_id":"` + stranger + `","role_slug":"owner"}`, 404},
			{"GET", "/user_management/users?email=stranger@nordby.example", "", 200},
			{"GET", "/audit_logs/events?organization_id=" + theirs, "", 404},
			{"GET", "/audit_logs/events?limit=100", "", 200},
			{"GET", "/audit_logs/events?targets=" + stranger, "", 200},
			{"GET", "/user_management/redirect_uris", "", 403},
			{"POST", "/keys/rotate", `{}`, 403},
		} {
			a := request(t, s, c.method, c.path, key, c.body)
			if a.Status != c.want || strings.Contains(a.Raw, "stranger@") || strings.Contains(a.Raw, theirs) {
				t.Errorf("%s %s %s: %d, want %d: %.300s", c.method, c.path, c.body, a.Status, c.want, a.Raw)
			}
		}
		for _, as := range []map[string]any{{"client_secret": key}, {"client_secret": key, "grant_type": "password", "email": "stranger@nordby.example", "password": Password}} {
			if _, named := as["grant_type"]; !named {
				as["grant_type"], as["code"] = "authorization_code", "x"
			}
			if a := s.Tokens(as); a.Text("error") != "invalid_client" {
				t.Errorf("it spoke for the application: %d %s", a.Status, a.Raw)
			}
		}
	})
}

// A developer of the team may make a key of the API. By it they must not become
// an owner: operators' passwords and addresses are not the API's.
func TestAKeyCannotBecomeAnOperator(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		operator(t, s)
		owner := "/user_management/users/" + string(userID(s, "priya@fieldnote.example"))
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		mara := string(userID(s, "mara@fieldnote.example"))
		for _, c := range []struct {
			method, path, body string
			want               int
		}{
			{"PUT", owner, `{"password":"another good passphrase 77"}`, 403},
			{"PUT", owner, `{"password_hash":"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy","password_hash_type":"bcrypt"}`, 403},
			{"PUT", owner, `{"email":"eve@evil.example"}`, 403},
			{"DELETE", owner, "", 403},
			{"PUT", owner, `{"first_name":"Priyanka"}`, 200},
			{"POST", "/user_management/organization_memberships", `{"organization_id":"` + string(system(s)) + `","user_id":"` + mara + `","role_slug":"owner"}`, 404},
			{"PUT", "/user_management/users/" + mara, `{"password":"another good passphrase 77"}`, 200},
		} {
			if a := request(t, s, c.method, c.path, APIKey, c.body); a.Status != c.want {
				t.Errorf("%s %s %s: %d, want %d: %.300s", c.method, c.path, c.body, a.Status, c.want, a.Raw)
			}
		}
		if p := s.Browser().Get("/admin").Submit("email", "priya@fieldnote.example").Submit("password", Password); p.URL.Path != "/admin" {
			t.Errorf("the operator is locked out: %d at %s", p.Status, p.URL)
		}
	})
}

// Whoever signs up with the address of an operator to be must not be made the
// operator by the start that names it.
func TestTheEnvironmentsOperatorIsNotAStranger(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		stranger := s.Browser()
		signUp(t, s, stranger, "ops@fieldnote.example")
		const chosen = "harbour-lantern-9083"
		next := NewWith(t, s.DB, s.App.Log, "GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL=ops@fieldnote.example", "GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD="+chosen)
		if p := stranger.Get("/admin"); p.URL.Path != "/login" {
			t.Errorf("the stranger's session opens the dashboard: %d at %s", p.Status, p.URL)
		}
		p := next.Browser().Get("/admin").Submit("email", "ops@fieldnote.example")
		if wrong := p.Submit("password", Password); wrong.Status != http.StatusUnprocessableEntity {
			t.Errorf("the stranger's password: %d at %s", wrong.Status, wrong.URL)
		}
		if right := p.Submit("password", chosen); right.URL.Path != "/admin" || right.Status != http.StatusOK {
			t.Errorf("the environment's password: %d at %s: %s", right.Status, right.URL, right.Text())
		}
	})
}

// What a body may not set it does not set: ids, times, whose it is.
func TestABodySetsOnlyWhatItMay(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		orgs := join(t, s, "", "Halden Marine", "Nordby Kraft")
		a := s.Call(http.MethodPost, "/user_management/users", APIKey, rawJSON(`{"email":"a@halden.example","id":"user_01J00000000000000000000000","object":"organization","created_at":"2001-01-01T00:00:00Z","last_sign_in_at":"2001-01-01T00:00:00Z","organization_id":"`+string(orgs[1])+`","system":true,"role":"owner"}`))
		if a.Status != http.StatusCreated || a.Text("id") == "user_01J00000000000000000000000" || a.Text("object") != "user" || strings.HasPrefix(a.Text("created_at"), "2001") || a.Body["last_sign_in_at"] != nil {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
		m := s.Call(http.MethodPost, "/user_management/organization_memberships", APIKey, map[string]any{"user_id": a.Text("id"), "organization_id": string(orgs[0])})
		m = s.Call(http.MethodPut, "/user_management/organization_memberships/"+m.Text("id"), APIKey, map[string]any{"organization_id": string(orgs[1]), "user_id": "x", "status": "pending", "role_slug": "admin"})
		if m.Status != http.StatusOK || m.Text("organization_id") != string(orgs[0]) || m.Text("user_id") != a.Text("id") || m.Text("status") != "active" {
			t.Errorf("%d %s", m.Status, m.Raw)
		}
		s.All(func(tx *db.AllTx) error {
			mine, err := users.LocateMemberships(tx, id.User(a.Text("id")))
			if err == nil && len(mine) != 1 {
				t.Errorf("%d memberships", len(mine))
			}
			return err
		})
	})
}

// A retry of one caller must not read what another was answered.
func TestARepeatIsOneKeysAlone(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		made := s.raw(http.MethodPost, "/api_keys", `{"name":"CI"}`, "Authorization", "Bearer "+APIKey, "Idempotency-Key", "one")
		other := s.raw(http.MethodPost, "/api_keys", `{"name":"CI"}`, "Authorization", "Bearer "+made.Text("value"), "Idempotency-Key", "one")
		if made.Status != http.StatusCreated || other.Status != http.StatusCreated || made.Text("value") == other.Text("value") || made.Text("id") == other.Text("id") {
			t.Errorf("%d %s\n%d %s", made.Status, made.Raw, other.Status, other.Raw)
		}
		own := keyOf(s, join(t, s, "", "Halden Marine")[0])
		if a := s.raw(http.MethodPost, "/api_keys", `{"name":"CI"}`, "Authorization", "Bearer "+own, "Idempotency-Key", "one"); a.Status != http.StatusForbidden {
			t.Errorf("an organization's key: %d %s", a.Status, a.Raw)
		}
		if a := s.raw(http.MethodPost, "/api_keys", `{"name":"Other"}`, "Authorization", "Bearer "+APIKey, "Idempotency-Key", "one"); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("another body: %d %s", a.Status, a.Raw)
		}
	})
}

// A cursor or a number that somebody bent is refused, and reads nothing else.
func TestBentCursorsAndNumbersAreRefused(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		theirs := join(t, s, "", "Halden Marine", "Nordby Kraft")
		key := keyOf(s, theirs[0])
		for _, query := range []string{"limit=0", "limit=-1", "limit=101", "limit=1e3", "limit=99999999999999999999", "limit=0x10", "limit=%D9%A1", "order=sideways", "after=x", "after=user_01J00000000000000000000000", "after=' OR 1=1--",
			"after=" + string(theirs[1]) + "'", "before=" + strings.Repeat("A", 5000), "after=%00", "after=a&after=b", "limit=1&limit=2", "after=" + string(theirs[0]) + "&before=" + string(theirs[0])} {
			for _, k := range []string{APIKey, key} {
				a := s.raw(http.MethodGet, "/organizations?"+strings.ReplaceAll(query, " ", "%20"), "", "Authorization", "Bearer "+k)
				if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
					t.Errorf("%.60s: %d %.200s", query, a.Status, a.Raw)
				}
			}
		}
		if a := s.raw(http.MethodGet, "/organizations?after="+string(theirs[1]), "", "Authorization", "Bearer "+key); strings.Contains(a.Raw, "Nordby") {
			t.Errorf("another's id as a cursor: %d %s", a.Status, a.Raw)
		}
		if _, err := config.Load([]string{"GATEHOUSE_ENVIRONMENT=production", "GATEHOUSE_BASE_URL=https://id.example", "GATEHOUSE_DATABASE_URL=postgres://x/y"}); err == nil {
			t.Error("a deployment starts without a master key of its own")
		}
	})
}
