package api

import (
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/limit"
)

// Whoever has no key learns nothing, whatever they send in its place.
func TestWithoutAKey(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		expired := w.must("POST", "/api_keys", fmt.Sprintf(`{"name":"short","expires_at":%q}`, time.Now().Add(1500*time.Millisecond).UTC().Format(time.RFC3339Nano)))
		revoked := w.must("POST", "/api_keys", `{"name":"revoked"}`)
		if r := w.do("DELETE", "/api_keys/"+revoked.get("id"), ""); r.status != 204 {
			t.Fatalf("revoking: %d %s", r.status, r.body)
		}
		w.d.Now = func() time.Time { return time.Now().Add(time.Hour) }
		for name, header := range map[string]string{
			"none": "", "empty bearer": "Bearer ", "another scheme": "Basic " + rootKey, "bare": rootKey, "unknown": "Bearer sk_test_unknown_unknown_unknown",
			"endless": "Bearer sk_" + strings.Repeat("a", 5000), "revoked": "Bearer " + revoked.get("value"), "expired": "Bearer " + expired.get("value"),
		} {
			r := w.send("", "GET", "/organizations", "", "Authorization", header)
			if r.status != 401 || strings.TrimSpace(string(r.body)) != `{"message":"Unauthorized"}` {
				t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
		if r := w.send("", "GET", "/organizations", "", "Authorization", "bearer "+rootKey); r.status != 200 {
			t.Errorf("the scheme's case counts: %d", r.status)
		}
	})
}

// A script in a loop must not take the service from everybody else.
func TestRateOfAKey(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.h.Rate = limit.Rate{Limit: 3, Per: time.Hour}
		for i := range 5 {
			r := w.do("GET", "/organizations", "")
			switch {
			case i < 3 && r.status != 200:
				t.Errorf("request %d: %d", i, r.status)
			case i >= 3 && (r.status != 429 || r.header.Get("Retry-After") == "" || r.get("code") != "too_many_requests"):
				t.Errorf("request %d: %d %v %s", i, r.status, r.header, r.body)
			}
		}
	})
}

// Bad input gets a 4xx with a sentence that helps, and changes nothing.
func TestBadInput(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			method, url, body string
			want              int
		}{
			"10 MB":             {"POST", "/organizations", `{"name":"` + strings.Repeat("a", 10<<20) + `"}`, 413},
			"no JSON":           {"POST", "/organizations", `{"name":`, 400},
			"two values":        {"POST", "/organizations", `{"name":"a"} {"name":"b"}`, 400},
			"a list":            {"POST", "/organizations", `["name"]`, 422},
			"invalid UTF-8":     {"POST", "/organizations", "{\"name\":\"\xff\xfe\"}", 400},
			"NUL":               {"POST", "/organizations", `{"name":"a\u0000b"}`, 400},
			"twice":             {"POST", "/organizations", `{"name":"a","name":"b"}`, 400},
			"twice, other case": {"POST", "/organizations", `{"name":"a","Name":"b"}`, 400},
			"deep":              {"POST", "/organizations", `{"name":"a","x":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, 400},
			"long name":         {"POST", "/organizations", `{"name":"` + strings.Repeat("a", 300) + `"}`, 422},
			"control character": {"POST", "/organizations", `{"name":"a\u001bb"}`, 422},
			"long metadata":     {"POST", "/organizations", `{"name":"a","metadata":{"k":"` + strings.Repeat("a", 700) + `"}}`, 400},
			"long external id":  {"POST", "/organizations", `{"name":"a","external_id":"` + strings.Repeat("a", 200) + `"}`, 422},
			"domains: no list":  {"POST", "/organizations", `{"name":"a","domain_data":{"domain":"a.example"}}`, 422},
			"a state of no use": {"POST", "/organizations", `{"name":"a","domain_data":[{"domain":"a.example","state":"legacy"}]}`, 422},
			"query: twice":      {"GET", "/organizations?search=a&search=b", "", 400},
			"query: encoding":   {"GET", "/organizations?search=%zz", "", 400},
			"query: UTF-8":      {"GET", "/organizations?search=%ff", "", 400},
			"query: NUL":        {"GET", "/user_management/users?email=a%00@b.example", "", 400},
			"path: UTF-8":       {"GET", "/organizations/external_id/%ff", "", 400},
			"path: NUL":         {"GET", "/organizations/external_id/a%00", "", 400},
			"path: another id":  {"GET", "/organizations/user_01ARZ3NDEKTSV4RRFFQ69G5FAV", "", 404},
			"path: lower case":  {"GET", "/organizations/org_01arz3ndektsv4rrffq69g5fav", "", 404},
			"path: two slashes": {"GET", "//organizations", "", 404},
			"an id of no kind":  {"POST", membershipPath, `{"user_id":"user_1","organization_id":"org_1"}`, 404},
		} {
			r := w.do(c.method, c.url, c.body)
			if r.status != c.want || r.get("message") == "" || r.get("error") != "" {
				t.Errorf("%s: %d %.200s, want %d", name, r.status, r.body, c.want)
			}
		}
		if r := w.do("GET", "/organizations", ""); r.get("data.0.id") != "" {
			t.Errorf("something was made: %s", r.body)
		}
	})
}

// A length that is not declared is a length that is counted.
func TestABodyWithoutALength(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		body := io.MultiReader(strings.NewReader(`{"name":"`), strings.NewReader(strings.Repeat("a", 2<<20)), strings.NewReader(`"}`))
		r := httptest.NewRequest("POST", "/organizations", body)
		r.ContentLength = -1
		r.Header.Set("Authorization", "Bearer "+rootKey)
		answer := httptest.NewRecorder()
		w.echo.ServeHTTP(answer, r)
		if answer.Code != 413 {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
	})
}

// SDKs send JSON's null, or nothing, to endpoints without parameters.
func TestBodiesThatAreNone(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		for _, body := range []string{"", "null", "{}", "  "} {
			if r := w.do("POST", "/organizations/"+org+"/sessions/revoke_all", body); r.status != 204 || len(r.body) > 0 {
				t.Errorf("%q: %d %s", body, r.status, r.body)
			}
		}
	})
}
