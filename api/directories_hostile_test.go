package api

import (
	"encoding/json"
	"strings"
	"testing"
)

// What nobody foresaw must be refused with a sentence, in the database's own
// terms too: never a 500, which hides what is wrong.
func TestHostileRequestsToDirectoriesAreRefused(t *testing.T) {
	texts := map[string]string{"NUL": `"a\u0000b"`, "raw NUL": "\"a\x00b\"", "invalid UTF-8": "\"a\xff\xfeb\"", "half a surrogate": `"\ud800"`, "turned text": `"a\u202eb"`,
		"LIKE": `"%_!%"`, "long": `"` + strings.Repeat("a", 70_000) + `"`, "number": "1e400", "big number": "99999999999999999999999", "negative": "-1", "fraction": "0.5",
		"list": `["a","b"]`, "object": `{"a":"b"}`, "nested": strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "bool": "true", "null": "null", "empty": `""`, "spaces": `"   "`, "cut off": `"abc`}
	queries := []string{"%00", "%FF%FE", "%25_", strings.Repeat("a", 5000), "'; DROP TABLE directories; --", "%F0%9F%98%80", "a%0D%0Ab", "[]", "-1"}
	run(t, func(t *testing.T, w *world) {
		w.h.Rate.Limit, w.h.Rate.Per = 1_000_000, DefaultRate.Per
		org := w.organization("Halden")
		dir := w.directory(org)
		path := "/directories/" + dir
		person := w.person(dir, `{"userName":"kari"}`)
		user := w.user("kari@halden.example")
		w.member(org, user, "member")
		for route, bodies := range map[string][]string{
			"POST /directories": {`{"organization_id":{},"type":"okta scim v2.0"}`, `{"organization_id":"` + org + `","type":{}}`, `{"organization_id":"` + org + `","type":"okta scim v2.0","name":{}}`,
				`{"organization_id":"` + org + `","type":"okta scim v2.0","attribute_map":{}}`, `{"organization_id":"` + org + `","type":"okta scim v2.0","attribute_map":{"a":{}}}`, `{"organization_id":"` + org + `","type":"okta scim v2.0","attribute_map":{{}:"title"}}`, `{}`},
			"PATCH " + path:                  {`{"name":{}}`, `{"state":{}}`, `{"type":{}}`, `{"attribute_map":{}}`, `{"attribute_map":{"a":{}}}`, `{"trust_roles":{}}`, `{"jit_provisioning":{}}`, `{}`},
			"POST " + path + "/tokens":       {`{"expires_at":{}}`, `{}`},
			"PATCH " + path + "/safeguard":   {`{"state":{}}`, `{"max_deactivations":{}}`, `{"max_percent":{}}`, `{"window_seconds":{}}`, `{}`},
			"PUT " + path + "/role_mappings": {`[{"directory_group_id":{},"role_slug":"member"}]`, `[{"directory_group_id":"directory_group_01HZZZZZZZZZZZZZZZZZZZZZZZ","role_slug":{}}]`, `[{}]`, `{}`},
			"POST /user_management/users/" + user + "/api_keys": {`{"name":{},"organization_id":"` + org + `"}`, `{"name":"a","organization_id":{}}`, `{"name":"a","organization_id":"` + org + `","permissions":{}}`,
				`{"name":"a","organization_id":"` + org + `","permissions":[{}]}`, `{"name":"a","organization_id":"` + org + `","expires_at":{}}`},
			"POST /api_keys/validations": {`{"value":{}}`, `{}`},
		} {
			method, at, _ := strings.Cut(route, " ")
			for _, body := range bodies {
				for name, text := range texts {
					r := w.do(method, at, strings.ReplaceAll(body, "{}", text))
					if r.status >= 500 || len(r.body) > 0 && !json.Valid(r.body) {
						t.Errorf("%s %s in %s: %d %.200s", route, name, body, r.status, r.body)
					}
				}
			}
		}
		for _, at := range []string{"/directories?organization_id=", "/directories?search=", "/directories?domain=", "/directories?type=", "/directories?state=", "/directories?after=",
			"/directory_users?directory=", "/directory_users?group=", "/directory_users?directory=" + dir + "&idp_id=", "/directory_users?directory=" + dir + "&email=", "/directory_users?directory=" + dir + "&after=",
			"/directory_groups?directory=", "/directory_groups?user=", "/directory_groups?user=" + person + "&before=", path + "/tokens?after=", path + "/requests?subject=", path + "/requests?outcome=", path + "/requests?operation=",
			path + "/requests?resource_type=", path + "/requests?token=", path + "/departures?user=", "/directories/", "/directory_users/", "/directory_groups/", path + "/requests/"} {
			for _, text := range queries {
				if r := w.do("GET", at+strings.ReplaceAll(text, " ", "+"), ""); r.status >= 500 || !json.Valid(r.body) {
					t.Errorf("GET %s%.40s: %d %.200s", at, text, r.status, r.body)
				}
			}
		}
	})
}
