package api

import (
	"reflect"
	"strings"
	"testing"

	"gatehouse/export/signal"
)

// things makes an organization with one of each, and a person of its own.
func (w *world) things(name string) (Theirs, string) {
	w.t.Helper()
	email := strings.ToLower(name) + "@" + strings.ToLower(name) + ".example"
	t := Theirs{Organization: w.organization(name), ExternalID: "x-" + strings.ToLower(name), User: w.user(email), UserExternalID: "x-" + email}
	w.member(t.Organization, w.user("owner-"+email), "owner")
	t.Membership = w.member(t.Organization, t.User, "member")
	t.Domain = w.must("POST", "/organization_domains", `{"organization_id":"`+t.Organization+`","domain":"`+strings.ToLower(name)+`.example"}`).get("id")
	t.Session = w.session(t.User, t.Organization)
	key := w.must("POST", "/api_keys", `{"name":"spare","organization_id":"`+t.Organization+`"}`)
	t.APIKey = key.get("id")
	invited := w.must("POST", invitationPath, `{"email":"invited-`+email+`","organization_id":"`+t.Organization+`"}`)
	t.Invitation, t.InvitationToken = invited.get("id"), invited.get("token")
	w.connected(&t)
	w.pushed(&t)
	t.Stream = w.streamed(t.Organization)
	w.hooked(&t)
	t.Export = w.must("POST", "/audit_logs/exports", `{"organization_id":"`+t.Organization+`"}`).get("id")
	t.RedirectURI = w.must("GET", redirectPath, "").get("data.0.id")
	mine := w.orgKey(t.Organization)
	w.listening(&t, mine)
	return t, mine
}

func ids(t Theirs) []string {
	var all []string
	v := reflect.ValueOf(t)
	for i := range v.NumField() {
		all = append(all, v.Field(i).String())
	}
	return all
}

// One customer's key must not reach another customer's data, at any endpoint.
func TestAnOrganizationsKeySeesNothingOfAnother(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		_, keyA := w.things("Alpha")
		b, _ := w.things("Beta")
		cases := map[string]Case{}
		for _, c := range IsolationCases(b) {
			cases[c.Method+" "+c.Path] = c
		}
		for _, r := range w.echo.Routes() {
			c, ok := cases[r.Method+" "+r.Path]
			if !ok || c.Want == 0 {
				if r.Path != "/openapi.json" && r.Path != "/docs" && r.Path != signal.PathDiscovery && !strings.HasSuffix(r.Path, "/exports/:id/file") {
					t.Errorf("%s %s has no case", r.Method, r.Path)
				}
				continue
			}
			got := w.send(keyA, c.Method, c.URL, c.Body)
			if got.status != c.Want {
				t.Errorf("%s %s %s: %d %s, want %d", c.Method, c.URL, c.Body, got.status, got.body, c.Want)
			}
			for _, theirs := range ids(b) {
				if strings.Contains(string(got.body), theirs) {
					t.Errorf("%s %s tells of %s: %s", c.Method, c.URL, theirs, got.body)
				}
			}
		}
		// And nothing of it had an effect.
		for url, want := range map[string]string{
			"/organizations/" + b.Organization: "id", "/user_management/users/" + b.User: "id", membershipPath + "/" + b.Membership: "role.slug",
			"/organization_domains/" + b.Domain: "id", "/user_management/users/" + b.User + "/sessions": "data.0.id",
		} {
			if r := w.do("GET", url, ""); r.status != 200 || r.get(want) == "" || strings.Contains(string(r.body), "revoked") {
				t.Errorf("%s: %d %s", url, r.status, r.body)
			}
		}
	})
}

// The cases above would also pass if an organization's key could do nothing at all.
func TestAnOrganizationsKeyReachesItsOwn(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		a, key := w.things("Alpha")
		for _, c := range IsolationCases(a) {
			if c.Method == "DELETE" || c.Want != 404 {
				continue
			}
			if strings.Contains(c.URL, a.RedirectURI) {
				continue // no organization has redirect URIs
			}
			if got := w.send(key, c.Method, c.URL, c.Body); got.status == 404 || got.status >= 500 {
				t.Errorf("%s %s %s: %d %s", c.Method, c.URL, c.Body, got.status, got.body)
			}
		}
		for _, c := range []struct {
			method, url, body string
			want              int
		}{
			{"GET", "/organizations", "", 200},
			{"PUT", "/organizations/" + a.Organization, `{"name":"Renamed","metadata":{"a":"b"},"domain_data":[{"domain":"own.example"}]}`, 200},
			{"PUT", "/organizations/" + a.Organization, `{"domain_data":[{"domain":"bank.example","state":"verified"}]}`, 403},
			{"PUT", "/organizations/" + a.Organization, `{"external_id":"x"}`, 403},
			{"PUT", "/user_management/users/" + a.User, `{"password":"slow harbour violet 73"}`, 403},
			{"DELETE", "/user_management/users/" + a.User, "", 403},
			{"DELETE", "/organizations/" + a.Organization, "", 403},
			{"POST", "/api_keys", `{"name":"child"}`, 403},
			{"POST", "/keys/rotate", "", 403},
			{"PUT", membershipPath + "/" + a.Membership, `{"role_slug":"admin"}`, 200},
			{"DELETE", membershipPath + "/" + a.Membership, "", 200},
			{"DELETE", "/api_keys/" + a.APIKey, "", 204},
		} {
			if got := w.send(key, c.method, c.url, c.body); got.status != c.want {
				t.Errorf("%s %s %s: %d %s, want %d", c.method, c.url, c.body, got.status, got.body, c.want)
			}
		}
		if r := w.send(key, "GET", "/organizations", ""); r.get("data.0.name") != "Renamed" || r.get("data.1") != "" {
			t.Errorf("its own list: %s", r.body)
		}
	})
}

// The operators' organization is no customer: who can write to it opens the dashboard.
func TestTheOperatorsOrganizationIsNotThere(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		user := w.user("ines@halden.example")
		system := string(w.system)
		for _, c := range IsolationCases(Theirs{Organization: system, User: user, ExternalID: "none", UserExternalID: "none"}) {
			if !strings.Contains(c.URL+c.Body, system) {
				continue
			}
			if r := w.do(c.Method, c.URL, c.Body); r.status != 404 {
				t.Errorf("%s %s %s: %d %s", c.Method, c.URL, c.Body, r.status, r.body)
			}
		}
		if r := w.must("GET", "/organizations", ""); strings.Contains(string(r.body), system) {
			t.Errorf("it is listed: %s", r.body)
		}
	})
}
