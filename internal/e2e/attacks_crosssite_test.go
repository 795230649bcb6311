package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/browser"
	"gatehouse/oauth"
)

// Another site could make a person's browser act in their name: every route
// that takes a form refuses what another site sent, and changes no cookie.
func TestNoPageTakesAFormOfAnotherSite(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := operator(t, s)
		session := b.Cookie("gatehouse_session")
		from := map[string][]string{
			"a modern browser": {"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"},
			"an old browser":   {"Origin", "https://evil.example"},
			"a sandboxed page": {"Origin", "null"},
			"a sibling":        {"Sec-Fetch-Site", "same-site"},
		}
		asked := 0
		changes := map[string]int{"/login": 0, "/login/password/reset": 0, "/login/mfa": 0, "/login/link": 0, "/login/not-me": 0, "/logout": 0, "/account": 0, "/invite": 0, "/device": 0, "/admin": 0}
		for _, r := range s.App.Handler().Routes() {
			if r.Method != http.MethodPost || !browser.IsPage(r.Path) {
				continue
			}
			asked++
			for part := range changes {
				if r.Path == part || strings.HasPrefix(r.Path, part+"/") {
					changes[part]++
				}
			}
			path := strings.NewReplacer(":org", "org_01J00000000000000000000000", ":token", s.App.Made.SetupToken).Replace(r.Path)
			for who, headers := range from {
				a := s.raw(http.MethodPost, path, "a=b", append(headers, "Content-Type", "application/x-www-form-urlencoded", "Cookie", "gatehouse_session="+session)...)
				if a.Status != http.StatusForbidden || a.Header.Get("Set-Cookie") != "" {
					t.Errorf("%s from %s: %d, cookies %q", r.Path, who, a.Status, a.Header["Set-Cookie"])
				}
			}
		}
		for part, n := range changes {
			if n == 0 {
				t.Errorf("no form of %s was asked", part)
			}
		}
		if asked < 90 {
			t.Errorf("only %d routes were asked", asked)
		}
		if p := b.Get("/account/session"); p.Status != http.StatusOK {
			t.Errorf("the session ended: %d", p.Status)
		}
	})
}

// What is no page trusts no cookie: a form of another site that is posted there,
// with the cookies of somebody who is signed in, changes nothing (attacks P13).
func TestNothingBesidePagesActsByACookie(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := operator(t, s)
		cookie := "gatehouse_session=" + b.Cookie("gatehouse_session") + "; gatehouse_device=" + b.Cookie("gatehouse_device")
		before := s.recordedTypes()
		asked := 0
		for _, r := range s.App.Handler().Routes() {
			if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions || browser.IsPage(r.Path) || strings.Contains(r.Path, "authorize") {
				continue // an application's site may send its own people to sign in
			}
			asked++
			path := strings.NewReplacer(":id", "user_01J00000000000000000000000").Replace(r.Path)
			for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "application/json"} {
				a := s.raw(r.Method, path, "a=b", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Content-Type", kind, "Cookie", cookie)
				if a.Status >= 500 || a.Header.Get("Set-Cookie") != "" || a.Header.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("%s %s as %s: %d, %v", r.Method, r.Path, kind, a.Status, a.Header)
				}
			}
		}
		if asked < 40 {
			t.Errorf("only %d routes were asked", asked)
		}
		if p := b.Get("/account/session"); p.Status != http.StatusOK {
			t.Errorf("the session ended: %d", p.Status)
		}
		for kind, n := range s.recordedTypes() { // that something was refused may be recorded
			if n != before[kind] && kind != "login.error_shown" && !strings.HasSuffix(kind, "_failed") {
				t.Errorf("%d times %s", n-before[kind], kind)
			}
		}
	})
}

// A page that could be framed, or that runs what is injected into it, gives
// its visitors away; forms may end at the application and nowhere else.
func TestPagesRunAndFrameNothing(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := operator(t, s)
		pages := []*Page{b.Get("/admin"), b.Get("/admin/users"), b.Get("/account"), b.Get("/admin/nothing"), b.Get("/logout"),
			s.Browser().Get(s.AuthorizeURL()), s.Browser().Get("/login/signup"), s.Browser().Get(s.AuthorizeURL("redirect_uri", "https://evil.example/"))}
		for _, p := range pages {
			policy := p.Header.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
				if !strings.Contains(policy, part) {
					t.Errorf("%s: %q lacks %q", p.URL, policy, part)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "evil") || p.Header.Get("Cache-Control") != "no-store" || p.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %v", p.URL, p.Header)
			}
		}
		policy := s.Browser().Get(s.AuthorizeURL()).Header.Get("Content-Security-Policy")
		if !strings.HasSuffix(policy, "form-action 'self' http://localhost:3000") {
			t.Errorf("forms may end elsewhere: %s", policy)
		}
	})
}

// What strangers send is shown to people and handed back to applications: as
// text, within its parameter.
func TestAStateComesBackAsItWasAndAsNothingElse(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		for _, state := range []string{"a\r\nSet-Cookie: gatehouse_session=x", "<script>alert(1)</script>", "x&code=stolen&iss=evil", "a#b", "\u2028", `"><img src=x>`, "%0d%0a", strings.Repeat("s", 4096)} {
			p := s.Browser().Step(http.MethodGet, s.AuthorizeURL("state", state, "prompt", "none"), nil)
			back := p.URL.Query()
			if p.Status != http.StatusFound || back.Get("state") != state || back.Get("error") != "login_required" || back.Has("code") || p.URL.Fragment != "" || len(p.Header["Set-Cookie"]) > 0 {
				t.Errorf("%q came back as %s with %v", state, p.URL, p.Header)
			}
		}
	})
}

// Signing out must not lead to a stranger's page, which would ask for the
// password again.
func TestSigningOutLeadsNowhereElse(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := signUp(t, s, s.Browser(), "mara@fieldnote.example")
		a := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		sid := claim(t, a.Text("access_token"), "sid")
		for _, to := range []string{"https://evil.example/", "//evil.example", `http://localhost:3000\@evil.example/`, "http://localhost:3000@evil.example/", "http://localhost:3000.evil.example/", "http://localhost:30001/",
			"https://localhost:3000/", "javascript:alert(1)", "http://localhost:3000 .evil.example", "http://evil@localhost:3000/", "http:/localhost:3000/", "http:localhost:3000"} {
			p := s.Browser().Step(http.MethodGet, "/user_management/sessions/logout?session_id="+sid+"&return_to="+url.QueryEscape(to), nil)
			if p.Status != http.StatusFound || p.URL.Host != "" && p.URL.Host != strings.TrimPrefix(s.URL, "http://") {
				t.Errorf("%q led to %s (%d)", to, p.URL, p.Status)
			}
		}
		p = s.Browser().Step(http.MethodGet, "/user_management/sessions/logout?session_id="+sid+"&return_to="+url.QueryEscape("http://localhost:3000/bye?x=1"), nil)
		if p.URL.String() != "http://localhost:3000/bye?x=1" {
			t.Errorf("the application's own page: %s", p.URL)
		}
	})
}

// An address that is almost the registered one is not the registered one: a
// code would go to whoever found the difference.
func TestOnlyTheRegisteredAddressGetsTheCode(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		application(s, oauth.NewClient{Name: "Other", RedirectURIs: []string{"https://other.example/callback"}})
		for _, to := range []string{"", "*", Callback + "/", Callback + "?x", Callback + "#f", Callback + "/../x", Callback + "%0d%0aX: y", Callback + " ", " " + Callback, Callback + "\x00", "HTTP://localhost:3000/callback",
			"http://LOCALHOST:3000/callback", "http://localhost:3000/Callback", "http://localhost.:3000/callback", "http://localhost:3001/callback", "http://localhost:03000/callback", "http://evil@localhost:3000/callback",
			"http://localhost:3000@evil.example/callback", `http://localhost:3000\@evil.example/callback`, "http://localhost:3000/%63allback", "http://localhost:3000//callback", "//localhost:3000/callback", "javascript:alert(1)",
			"http://loc\u0430lhost:3000/callback", "http://\uff4cocalhost:3000/callback", "http://127.0.0.1:3000/callback", "http://[::1]:3000/callback", "https://other.example/callback"} {
			p := s.Browser().Step(http.MethodGet, s.AuthorizeURL("redirect_uri", to), nil)
			if p.Status != http.StatusBadRequest || p.Header.Get("Location") != "" {
				t.Errorf("%q: %d, to %s", to, p.Status, p.Header.Get("Location"))
			}
		}
		p := s.Browser().Step(http.MethodGet, s.AuthorizeURL()+"&redirect_uri="+url.QueryEscape("https://evil.example/"), nil)
		if p.Status != http.StatusBadRequest || p.Header.Get("Location") != "" {
			t.Errorf("two addresses: %d, to %s", p.Status, p.Header.Get("Location"))
		}
	})
}
