package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// hostile is text that databases, logs and pages choke on.
var hostile = map[string]string{
	"NUL": `"a\u0000b"`, "raw NUL": "\"a\x00b\"", "invalid UTF-8": "\"a\xff\xfeb\"", "half a surrogate": `"\ud800"`, "turned text": `"a\u202eb"`, "line separator": `"\u2028"`,
	"escape codes": `"\u001b[31mred"`, "CRLF": `"a\r\nX: y"`, "SQL": `"'; DROP TABLE users; --"`, "LIKE": `"%_%"`, "template": `"{{7*7}}${7*7}"`, "long": `"` + strings.Repeat("a", 70_000) + `"`,
	"wide": `"` + strings.Repeat("\U0001F600", 300) + `"`, "number": "1e400", "big number": "99999999999999999999999", "negative": "-1", "list": `["a","b"]`, "object": `{"a":"b"}`, "nested": strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
	"bool": "true", "null": "null", "empty": `""`, "spaces": `"   "`, "cut off": `"abc`, "comment": `/*x*/"a"`,
}

// members are what each endpoint reads; {} stands for the hostile text.
var members = map[string][]string{
	"POST /organizations":                                    {`{"name":{}}`, `{"name":"a","external_id":{}}`, `{"name":"a","metadata":{"k":{}}}`, `{"name":"a","metadata":{}}`, `{"name":"a","domain_data":[{"domain":{}}]}`, `{"name":"a","domain_data":[{"domain":"a.example","state":{}}]}`, `{"name":"a","stripe_customer_id":{}}`},
	"POST /user_management/users":                            {`{"email":{}}`, `{"email":"%d@a.example","first_name":{}}`, `{"email":"%d@a.example","external_id":{}}`, `{"email":"%d@a.example","metadata":{"k":{}}}`, `{"email":"%d@a.example","password":{}}`, `{"email":"%d@a.example","password_hash":{},"password_hash_type":"bcrypt"}`, `{"email":"%d@a.example","locale":{}}`, `{"email":"%d@a.example","email_verified":{}}`},
	"POST /user_management/organization_memberships":         {`{"user_id":{},"organization_id":{}}`, `{"user_id":"user_01J00000000000000000000000","organization_id":"org_01J00000000000000000000000","role_slug":{}}`, `{"role_slugs":{}}`},
	"POST /organization_domains":                             {`{"organization_id":{},"domain":"a.example"}`, `{"organization_id":"org_01J00000000000000000000000","domain":{}}`},
	"POST /api_keys":                                         {`{"name":{}}`, `{"name":"a","permissions":[{}]}`, `{"name":"a","permissions":{}}`, `{"name":"a","expires_at":{}}`, `{"name":"a","organization_id":{}}`},
	"POST /user_management/redirect_uris":                    {`{"uri":{}}`},
	"POST /user_management/sessions/revoke":                  {`{"session_id":{}}`},
	"POST /user_management/authenticate":                     {`{"grant_type":{}}`, `{"grant_type":"password","client_id":"` + Client + `","client_secret":"` + APIKey + `","email":{},"password":"x"}`, `{"grant_type":"password","client_id":"` + Client + `","client_secret":"` + APIKey + `","email":"a@a.example","password":{}}`, `{"grant_type":"authorization_code","client_id":{},"code":{}}`, `{"grant_type":"authorization_code","client_id":"` + Client + `","client_secret":{},"code":{}}`, `{"grant_type":"refresh_token","client_id":"` + Client + `","refresh_token":{}}`, `{"grant_type":"refresh_token","client_id":"` + Client + `","refresh_token":"x","organization_id":{},"ip_address":{},"user_agent":{}}`},
	"PUT /organizations/org_01J00000000000000000000000":      {`{"name":{}}`, `{}`},
	"PUT /user_management/users/user_01J0000000000000000000": {`{"email":{}}`, `{}`},
}

// A body that nobody foresaw must be refused with a sentence, in the database's
// own terms too: never a 500, which hides what is wrong and may have half happened.
func TestHostileBodiesAreNeverAnError(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		n := 0
		for route, bodies := range members {
			method, path, _ := strings.Cut(route, " ")
			for _, body := range bodies {
				for name, text := range hostile {
					n++
					sent := strings.ReplaceAll(strings.ReplaceAll(body, "{}", text), "%d", fmt.Sprint("u", n))
					a := s.raw(method, path, sent, "Authorization", "Bearer "+APIKey, "Content-Type", "application/json")
					if a.Status >= 500 || !json.Valid([]byte(a.Raw)) || a.Header.Get("X-Request-Id") == "" {
						t.Errorf("%s %s in %s: %d %.200s", route, name, body, a.Status, a.Raw)
					}
				}
			}
		}
	})
}

// Headers and addresses are written by strangers too, and some of them are kept.
func TestHostileHeadersAndQueriesAreNeverAnError(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		texts := []string{"a\xff\xfeb", "\u202e\u2028", strings.Repeat("x", 20_000), `"><script>alert(1)</script>`, "%00", "\t", "{{7*7}}", "::ffff:1.2.3.4, [::1]:80, evil", strings.Repeat("1.1.1.1, ", 500)}
		for _, text := range texts {
			for _, name := range []string{"User-Agent", "X-Forwarded-For", "Accept-Language", "Idempotency-Key", "Authorization", "Referer", "Cookie", "Content-Type", "Accept-Encoding", "Origin"} {
				form := url.Values{"email": {"mara@fieldnote.example"}, "password": {Password}}.Encode()
				value := text
				if name == "Cookie" {
					value = "gatehouse_session=" + text + "; gatehouse_theme=" + text + "; gatehouse_locale=" + text + "; gatehouse_device=" + text + "; gatehouse_flash=" + text
				}
				for _, to := range [][2]string{{"POST", "/login"}, {"GET", "/login"}, {"GET", "/admin"}, {"POST", "/organizations"}, {"POST", "/oauth2/token"}, {"GET", strings.TrimPrefix(s.AuthorizeURL(), s.URL)}} {
					body, kind := "", "application/x-www-form-urlencoded"
					if to[0] == "POST" {
						body = form
					}
					if to[1] == "/organizations" {
						body, kind = `{"name":"Halden"}`, "application/json"
					}
					a := s.raw(to[0], to[1], body, "Content-Type", kind, "Authorization", "Bearer "+APIKey, name, value)
					if a.Status >= 500 || strings.Contains(a.Raw, "<script>alert") {
						t.Errorf("%s %s with %s %.30q: %d %.200s", to[0], to[1], name, text, a.Status, a.Raw)
					}
				}
			}
			for _, path := range []string{"/login?flow=", "/login/password?flow=", "/login/error?ref=", "/login/organizations?search=", "/user_management/authorize?client_id=", "/oauth2/authorize?client_id=" + Client + "&redirect_uri=",
				strings.TrimPrefix(s.AuthorizeURL("prompt", "none"), s.URL) + "&login_hint=", strings.TrimPrefix(s.AuthorizeURL("prompt", "none"), s.URL) + "&max_age=", strings.TrimPrefix(s.AuthorizeURL(), s.URL) + "&login_hint=", strings.TrimPrefix(s.AuthorizeURL(), s.URL) + "&ui_locales=", strings.TrimPrefix(s.AuthorizeURL(), s.URL) + "&nonce=",
				"/user_management/users?email=", "/organizations?search=", "/organizations?domains=", "/audit_logs/events?q=", "/audit_logs/events?actions=", "/audit_logs/events?targets=", "/audit_logs/events?range_start=", "/user_management/sessions/logout?session_id=", "/oauth2/logout?id_token_hint=", "/admin/search?q="} {
				a := s.raw(http.MethodGet, path+url.QueryEscape(text), "", "Authorization", "Bearer "+APIKey)
				// What the log says of a hostile browser is JSON, which no browser takes for a page.
				page := !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") || a.Header.Get("X-Content-Type-Options") != "nosniff"
				if a.Status >= 500 || page && strings.Contains(a.Raw, "<script>alert") {
					t.Errorf("%s%.30q: %d %.200s", path, text, a.Status, a.Raw)
				}
			}
		}
	})
}

// Forms take the same texts, and a refused one shows them back as text.
func TestHostileFormsAreNeverAnError(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := operator(t, s)
		org := join(t, s, "", "Halden Marine")[0]
		cookie := "gatehouse_session=" + b.Cookie("gatehouse_session")
		forms := map[string][]string{
			"/login": {"email", "password", "flow"}, "/login/signup": {"email", "first_name", "last_name"}, "/login/password": {"flow", "password"},
			"/admin/organizations/new": {"name", "external_id", "domains"}, "/admin/organizations/" + string(org) + "/settings": {"name", "external_id", "stripe_customer_id"}, "/admin/organizations/" + string(org) + "/metadata": {"metadata", "key", "value"},
			"/admin/organizations/" + string(org) + "/members": {"email", "role"}, "/admin/organizations/" + string(org) + "/domains": {"domain"}, "/admin/organizations/" + string(org) + "/branding": {"color", "panel_color", "radius", "layout", "privacy_url"},
			"/admin/applications/new": {"name", "type", "redirect_uri"}, "/admin/api-keys/new": {"name", "organization", "expires"}, "/admin/team/new": {"email", "role"},
		}
		texts := []string{"a\x00b", "a\xffb", "\u202ea", strings.Repeat("a", 5000), `"><script>alert(1)</script>`, "' OR 1=1 --", "javascript:alert(1)", "-1", "99999999999999999999", "=cmd|' /C calc'!A0", "\r\nSet-Cookie: a=b"}
		for path, names := range forms {
			for _, text := range texts {
				for _, hit := range names {
					form := url.Values{}
					for _, name := range names {
						form.Set(name, "x")
					}
					form.Set(hit, text)
					a := s.raw(http.MethodPost, path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie)
					if a.Status >= 500 || strings.Contains(a.Raw, "<script>alert") || strings.Contains(a.Raw, `href="javascript:`) || strings.Contains(a.Raw, `action="javascript:`) || a.Header.Get("Set-Cookie") == "a=b" {
						t.Errorf("%s %s=%.30q: %d %.200s", path, hit, text, a.Status, a.Raw)
					}
				}
			}
		}
	})
}

// Ten megabytes, a hundred thousand parameters or a body that never was what
// its header says cost nothing but their refusal.
func TestLargeRequestsAreRefused(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		big := strings.Repeat("a", 10<<20)
		for _, c := range []struct {
			path, kind, body string
			want             []int
		}{
			{"/organizations", "application/json", `{"name":"` + big + `"}`, []int{413}},
			{"/user_management/authenticate", "application/json", `{"grant_type":"` + big + `"}`, []int{413}},
			{"/oauth2/token", "application/x-www-form-urlencoded", "grant_type=" + big, []int{413}},
			{"/login", "application/x-www-form-urlencoded", "email=" + big, []int{413}},
			{"/login", "application/x-www-form-urlencoded", strings.Repeat("a=b&", 100_000), []int{400, 413}},
			{"/login", "multipart/form-data; boundary=x", "--x\r\n\r\n", []int{415}},
			{"/oauth2/token", "application/json", `{"grant_type":"authorization_code"}`, []int{415}},
		} {
			a := s.raw(http.MethodPost, c.path, c.body, "Content-Type", c.kind, "Authorization", "Bearer "+APIKey)
			ok := false
			for _, want := range c.want {
				ok = ok || a.Status == want
			}
			if !ok {
				t.Errorf("%s with %d bytes of %s: %d %.200s", c.path, len(c.body), c.kind, a.Status, a.Raw)
			}
		}
	})
}

// rawText is text as JSON writes it.
func rawText(text string) (string, error) {
	out, err := json.Marshal(text)
	return string(out), err
}
