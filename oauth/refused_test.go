package oauth

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// O8: until the redirect URI is proven nobody is redirected, whatever else is wrong.
func TestUnprovenRequestsShowAPage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		for _, path := range []string{"/user_management/authorize", "/oauth2/authorize"} {
			for name, query := range map[string]string{
				"nothing":             "",
				"unknown client":      "client_id=client_X&redirect_uri=" + url.QueryEscape(callback),
				"no redirect URI":     w.query("redirect_uri", ""),
				"another host":        w.query("redirect_uri", "https://evil.example/callback"),
				"suffix":              w.query("redirect_uri", callback+"/x"),
				"query added":         w.query("redirect_uri", callback+"?x=1"),
				"user info":           w.query("redirect_uri", "https://app.example.com@evil.example/callback"),
				"case":                w.query("redirect_uri", "https://app.example.com/Callback"),
				"encoded":             w.query("redirect_uri", "https://app.example.com/%63allback"),
				"twice":               w.query("state", "s") + "&state=t",
				"redirect URI twice":  w.query("state", "s") + "&redirect_uri=" + url.QueryEscape("https://evil.example"),
				"invalid UTF-8":       w.query("state", "s") + "&login_hint=%ff%fe",
				"NUL":                 w.query("state", "s") + "&login_hint=a%00b",
				"semicolon, bad code": w.query("state", "s") + "&a=%zz",
			} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+path+"?"+query, nil)
				w.must(err)
				if a := w.do(r); a.status != http.StatusBadRequest || a.location != nil || !strings.Contains(a.text, "<h1>") {
					t.Errorf("%s, %s: %d %v %s", path, name, a.status, a.location, a.text)
				}
			}
		}
		if w.newestRequest() != "" {
			t.Error("a refused request was stored")
		}
	})
}

func (w *world) query(more ...string) string { return w.wireQuery(more...).Encode() }

// Once the address is proven, the application hears what is wrong, with its state.
func TestProvenRequestsHearOfTheirErrors(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		for name, tt := range map[string]struct {
			path, code string
			more       []string
		}{
			"response type":         {"/user_management/authorize", "unsupported_response_type", []string{"response_type", "token"}},
			"no response type":      {"/oauth2/authorize", "invalid_request", []string{"response_type", ""}},
			"plain PKCE":            {"/oauth2/authorize", "invalid_request", []string{"code_challenge", challengeOf(verifier), "code_challenge_method", "plain"}},
			"PKCE without method":   {"/oauth2/authorize", "invalid_request", []string{"code_challenge", challengeOf(verifier)}},
			"challenge is none":     {"/oauth2/authorize", "invalid_request", []string{"code_challenge", "short", "code_challenge_method", "S256"}},
			"max_age":               {"/oauth2/authorize", "invalid_request", []string{"max_age", "soon"}},
			"negative max_age":      {"/oauth2/authorize", "invalid_request", []string{"max_age", "-1"}},
			"response mode":         {"/oauth2/authorize", "invalid_request", []string{"response_mode", "fragment"}},
			"request object":        {"/oauth2/authorize", "request_not_supported", []string{"request", "x"}},
			"request by reference":  {"/oauth2/authorize", "request_uri_not_supported", []string{"request_uri", "https://evil.example"}},
			"no such organization":  {"/user_management/authorize", "organization_invalid", []string{"organization_id", string(id.New[id.Organization]())}},
			"organization nonsense": {"/user_management/authorize", "organization_invalid", []string{"organization_id", "x"}},
			"another provider":      {"/user_management/authorize", "connection_invalid", []string{"provider", "GoogleOAuth"}},
			"connection":            {"/user_management/authorize", "connection_invalid", []string{"connection_id", "conn_01"}},
			"no selector":           {"/user_management/authorize", "invalid_connection_selector", []string{"provider", ""}},
			"nonce":                 {"/oauth2/authorize", "invalid_request", []string{"nonce", strings.Repeat("n", maxNonce+1)}},
		} {
			a := w.get(tt.path, w.wireQuery(tt.more...))
			if a.status != http.StatusFound || !strings.HasPrefix(a.location.String(), callback+"?") || a.location.Query().Get("error") != tt.code || a.location.Query().Get("state") != "s t&a=te" {
				t.Errorf("%s: %d %v", name, a.status, a.location)
			}
		}
		long := w.get("/user_management/authorize", w.wireQuery("state", strings.Repeat("s", maxState+1)))
		if long.status != http.StatusFound || long.location.Query().Get("error") != "invalid_request" {
			t.Errorf("a state that is too long: %d", long.status)
		}
		exact := strings.Repeat("é%", maxState/3)
		done := w.signIn(w.get("/user_management/authorize", w.wireQuery("state", exact)), &w.org)
		if done.location.Query().Get("state") != exact {
			t.Error("a state of 4 KB does not come back as it was")
		}
	})
}

// Bad input at the token endpoints is a 4xx in the right shape and changes nothing.
func TestBadTokenRequests(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		code := w.code()
		const form, js = "application/x-www-form-urlencoded", "application/json"
		good := "grant_type=authorization_code&client_id=" + string(w.client.ID) + "&client_secret=" + w.secret + "&code=" + code
		for name, tt := range map[string]struct {
			contentType, body string
			status            int
			code              string
		}{
			"empty":              {js, "", 400, "invalid_request"},
			"not JSON":           {js, "{", 400, "invalid_request"},
			"a list":             {js, "[]", 422, ""},
			"wrong type":         {js, `{"grant_type":1}`, 422, ""},
			"invalid UTF-8":      {js, "{\"grant_type\":\"\xff\"}", 400, "invalid_request"},
			"NUL":                {js, `{"grant_type":"a\u0000"}`, 400, "invalid_request"},
			"unknown grant":      {form, "grant_type=x&client_id=" + string(w.client.ID), 400, "invalid_request"},
			"no client":          {form, "grant_type=refresh_token", 400, "invalid_request"},
			"unknown client":     {form, "grant_type=refresh_token&client_id=client_X", 400, "invalid_client"},
			"wrong secret":       {form, "grant_type=refresh_token&client_secret=no&client_id=" + string(w.client.ID), 400, "invalid_client"},
			"code twice":         {form, good + "&code=" + code, 400, "invalid_request"},
			"bad encoding":       {form, good + "&x=%zz", 400, "invalid_request"},
			"UTF-8 in form":      {form, good + "&x=%ff", 400, "invalid_request"},
			"ten megabytes":      {js, `{"code":"` + strings.Repeat("x", 10<<20) + `"}`, 413, ""},
			"ten megabytes form": {form, "code=" + strings.Repeat("x", 10<<20), 413, ""},
			"too long":           {js, `{"grant_type":"authorization_code","code":"` + strings.Repeat("x", maxMember+1) + `"}`, 400, "invalid_request"},
			"missing code":       {form, strings.TrimSuffix(good, "code="+code), 400, "invalid_request"},
		} {
			a := w.post("/user_management/authenticate", tt.contentType, tt.body)
			if a.status != tt.status || a.get("error") != tt.code || a.body == nil {
				t.Errorf("%s: %d %.200s", name, a.status, a.text)
			}
		}
		if a := w.post("/oauth2/token", js, `{"grant_type":"refresh_token"}`); a.status < 400 || a.status >= 500 || a.get("error") == "" {
			t.Errorf("JSON at the standard endpoint: %d %s", a.status, a.text)
		}
		basic := w.form("/oauth2/token", url.Values{"grant_type": {"authorization_code"}}, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(string(w.client.ID)+":wrong")))
		if basic.status != http.StatusUnauthorized || basic.get("error") != "invalid_client" || !strings.HasPrefix(basic.header.Get("WWW-Authenticate"), "Basic") {
			t.Errorf("wrong secret by Basic: %d %s", basic.status, basic.text)
		}
		two := w.form("/oauth2/token", url.Values{"grant_type": {"authorization_code"}, "client_id": {"client_other"}}, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(string(w.client.ID)+":"+w.secret)))
		if two.get("error") != "invalid_request" {
			t.Errorf("two clients at once: %d %s", two.status, two.text)
		}
		if a := w.post("/user_management/authenticate", form, good); a.status != http.StatusOK {
			t.Errorf("after all that the code does not work: %d %s", a.status, a.text)
		}
	})
}

// O4: no token that we did not sign, and no other kind of ours, opens userinfo.
func TestForgedAccessTokens(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		q := w.wireQuery("scope", "openid")
		code := w.signIn(w.get("/oauth2/authorize", q), &w.org).location.Query().Get("code")
		good := w.form("/oauth2/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "client_id": {string(w.client.ID)}, "client_secret": {w.secret}})
		access := good.get("access_token")
		parts := strings.Split(access, ".")
		var header map[string]any
		w.must(json.Unmarshal(decode(t, parts[0]), &header))
		forge := func(change map[string]any, sign func(text string) []byte) string {
			h := map[string]any{}
			for k, v := range header {
				h[k] = v
			}
			for k, v := range change {
				h[k] = v
			}
			raw, err := json.Marshal(h)
			w.must(err)
			text := base64.RawURLEncoding.EncodeToString(raw) + "." + parts[1]
			return text + "." + base64.RawURLEncoding.EncodeToString(sign(text))
		}
		none := func(string) []byte { return nil }
		public, err := w.h.Keys.Published(t.Context())
		w.must(err)
		asHMAC := func(text string) []byte {
			print, err := public.Keys[0].Thumbprint(crypto.SHA256)
			w.must(err)
			m := hmac.New(sha256.New, print)
			m.Write([]byte(text))
			return m.Sum(nil)
		}
		wireToken := w.session().get("access_token")
		for name, token := range map[string]string{
			"none": forge(map[string]any{"alg": "none"}, none), "nOnE": forge(map[string]any{"alg": "nOnE"}, none), "HS256": forge(map[string]any{"alg": "HS256"}, asHMAC),
			"ES256 with the RSA key": forge(map[string]any{"alg": "ES256"}, none), "kid path": forge(map[string]any{"kid": "../../dev/null"}, none),
			"own key": forge(map[string]any{"jwk": public.Keys[0]}, none), "cut": access[:len(access)-4], "ID token": good.get("id_token"), "wire token": wireToken, "empty": "", "long": strings.Repeat("x", 20000),
			"changed": parts[0] + "." + parts[1][:len(parts[1])-2] + "AA." + parts[2],
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+"/oauth2/userinfo", nil)
			w.must(err)
			r.Header.Set("Authorization", "Bearer "+token)
			if a := w.do(r); a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s: %d %s", name, a.status, a.text)
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+"/oauth2/userinfo", nil)
		w.must(err)
		r.Header.Set("Authorization", "Bearer "+access)
		if a := w.do(r); a.status != http.StatusOK || a.get("sub") != string(w.user.ID) {
			t.Errorf("the token itself: %d %s", a.status, a.text)
		}
	})
}
