package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/users"
)

// Customers' programs present these keys to an application's own API; it asks
// here, and maps what comes without a second look.
func TestMemberKeys(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org, user := w.organization("Halden"), w.user("kari@halden.example")
		w.member(org, w.user("owner@halden.example"), "owner")
		w.member(org, user, "member")
		path := "/user_management/users/" + user + "/api_keys"
		one := s.do("POST", path, fmt.Sprintf(`{"name":"CI","organization_id":%q,"permissions":["posts:write","posts:read","posts:read"],"expires_at":"2999-01-01T00:00:00Z"}`, org))
		s.do("POST", path, fmt.Sprintf(`{"name":"Plain","organization_id":%q}`, org))
		s.do("POST", path, `{"name":"CI"}`)
		s.do("POST", path, fmt.Sprintf(`{"organization_id":%q}`, org))
		s.do("POST", path, fmt.Sprintf(`{"name":"CI","organization_id":%q,"permissions":["all posts"]}`, org))
		s.do("POST", path, fmt.Sprintf(`{"name":"CI","organization_id":%q,"expires_at":"2001-01-01T00:00:00Z"}`, org))
		s.do("POST", path, fmt.Sprintf(`{"name":"CI","organization_id":%q}`, w.organization("Nordby")))
		s.do("GET", path+"?order=asc&organization_id="+org, "")
		s.do("GET", path+"?limit=1", "")
		s.do("GET", "/user_management/users/user_01HZZZZZZZZZZZZZZZZZZZZZZZ/api_keys", "")
		s.do("POST", "/api_keys/validations", fmt.Sprintf(`{"value":%q}`, one.get("value")))
		s.do("POST", "/api_keys/validations", `{"value":"mk_nobodys"}`)
		s.do("POST", "/api_keys/validations", fmt.Sprintf(`{"value":%q}`, rootKey))
		s.do("POST", "/api_keys/validations", `{}`)
		s.do("DELETE", "/api_keys/"+one.get("id"), "")
		s.do("DELETE", "/api_keys/"+one.get("id"), "")
		s.do("POST", "/api_keys/validations", fmt.Sprintf(`{"value":%q}`, one.get("value")))
		s.check(t, "member_api_keys")
	})
}

// valid says whether the application is told that a key counts; every request
// carries the same Idempotency-Key, as a client that retries does.
func (w *world) valid(key, value string) bool {
	w.t.Helper()
	r := w.send(key, "POST", "/api_keys/validations", fmt.Sprintf(`{"value":%q}`, value), "Idempotency-Key", "the same")
	if r.status != 200 {
		w.t.Fatalf("%d %s", r.status, r.body)
	}
	return r.get("api_key.id") != ""
}

// Whoever left must not get in by a key they once made, nor when they come
// back by one from before; and it never opens this API.
func TestMemberKeysEndWithTheMembership(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, user := w.organization("Halden"), w.user("kari@halden.example")
		w.member(org, w.user("owner@halden.example"), "owner")
		membership := w.member(org, user, "member")
		make := func(more string) string {
			return w.must("POST", "/user_management/users/"+user+"/api_keys", fmt.Sprintf(`{"name":"CI","organization_id":%q%s}`, org, more)).get("value")
		}
		soon := w.d.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		value, brief := make(""), make(`,"expires_at":"`+soon+`"`)
		if !w.valid(rootKey, value) || !w.valid(w.orgKey(org), value) || w.valid(w.orgKey(w.organization("Nordby")), value) {
			t.Error("a key counts for those who see its organization, and for no others")
		}
		if r := w.send(value, "GET", "/organizations", ""); r.status != 401 {
			t.Errorf("a member's key opens this API: %d %s", r.status, r.body)
		}
		now := w.d.Now
		w.d.Now = func() time.Time { return now().Add(time.Hour + time.Second) }
		if w.valid(rootKey, brief) {
			t.Error("a key counts beyond its end")
		}
		w.d.Now = now
		w.must("PUT", membershipPath+"/"+membership+"/deactivate", "")
		if w.valid(rootKey, value) {
			t.Error("a key counts whose member is inactive")
		}
		if r := w.do("POST", "/user_management/users/"+user+"/api_keys", fmt.Sprintf(`{"name":"CI","organization_id":%q}`, org)); r.status != 404 {
			t.Errorf("an inactive member makes one: %d", r.status)
		}
		w.must("PUT", membershipPath+"/"+membership+"/reactivate", "")
		if w.valid(rootKey, value) {
			t.Error("a key came back with the membership")
		}
		value = make("")
		w.must("DELETE", membershipPath+"/"+membership, "")
		if w.valid(rootKey, value) {
			t.Error("a key counts whose member is gone")
		}
		revoked := strings.Count(string(w.must("GET", "/audit_logs/events?actions=api_key.revoked&organization_id="+org, "").body), `"type":"user"`)
		if revoked < 2 {
			t.Errorf("the log tells of %d ends", revoked)
		}
	})
}

// A ban holds everywhere, and lifting it brings back what was not ended.
func TestABannedPersonsKeysDoNotCount(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, user := w.organization("Halden"), w.user("kari@halden.example")
		w.member(org, user, "member")
		value := w.must("POST", "/user_management/users/"+user+"/api_keys", fmt.Sprintf(`{"name":"CI","organization_id":%q}`, org)).get("value")
		ban := func(do func(tx *db.Tx) error) {
			if err := w.d.Tx(t.Context(), tester, do); err != nil {
				t.Fatal(err)
			}
		}
		ban(func(tx *db.Tx) error { _, err := users.Ban(tx, id.User(user), nil, "lost laptop"); return err })
		if w.valid(rootKey, value) {
			t.Error("a banned person's key counts")
		}
		ban(func(tx *db.Tx) error { _, err := users.Unban(tx, id.User(user)); return err })
		if !w.valid(rootKey, value) {
			t.Error("the key did not come back")
		}
	})
}
