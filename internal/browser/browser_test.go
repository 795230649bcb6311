package browser

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/problem"
)

// through runs a request through middleware and gives its error or nil.
func through(r *http.Request, m echo.MiddlewareFunc) (http.Header, error) {
	w := httptest.NewRecorder()
	c := echo.New().NewContext(r, w)
	err := m(func(c echo.Context) error { return nil })(c)
	return w.Header(), err
}

// A session cookie that another host could set would sign people in as the attacker.
func TestSessionCookie(t *testing.T) {
	for _, tt := range []struct {
		secure bool
		cookie Cookie
		want   string
	}{
		{true, Session, "__Host-gatehouse_session=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"},
		{false, Session, "gatehouse_session=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"},
		{true, SSO.For("01J"), "__Host-gatehouse_sso_01J=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=None"},
		{false, SSO.For("01J"), "gatehouse_sso_01J=v; Path=/; Max-Age=60; HttpOnly"},
		{true, Attempt, "__Host-gatehouse_attempt=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"},
		{false, Attempt.For("tab1"), "gatehouse_attempt_tab1=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"},
		{true, Flash, "__Host-gatehouse_flash=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"},
	} {
		j, w := Jar{Secure: tt.secure}, httptest.NewRecorder()
		j.Set(w, tt.cookie, "v", time.Minute)
		if got := w.Header().Get("Set-Cookie"); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", strings.Split(tt.want, ";")[0])
		if j.Get(r, tt.cookie) != "v" || j.Get(httptest.NewRequest("GET", "/", nil), tt.cookie) != "" {
			t.Error("the value does not come back")
		}
	}
	w := httptest.NewRecorder()
	Jar{Secure: true}.Clear(w, Session)
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") || !strings.Contains(got, "Secure") {
		t.Errorf("clearing: %s", got)
	}
}

// On https the plain name, which a sibling host can set, must not count.
func TestPlainNameIsIgnoredOnHTTPS(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Cookie", "gatehouse_session=evil")
	if (Jar{Secure: true}).Get(r, Session) != "" {
		t.Error("took a cookie that another host may have set")
	}
}

func TestPageHeaders(t *testing.T) {
	h, err := through(httptest.NewRequest("GET", "/login", nil), Pages)
	if err != nil {
		t.Fatal(err)
	}
	policy := h.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy lacks %s", want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "data:") {
		t.Errorf("policy lets injected content run: %s", policy)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
		"Cross-Origin-Opener-Policy": "same-origin", "Referrer-Policy": "same-origin"} {
		if h.Get(name) != want {
			t.Errorf("%s: %q", name, h.Get(name))
		}
	}
	NoReferrer(h)
	if h.Get("Referrer-Policy") != "no-referrer" {
		t.Error("a page with a secret in its address gives it away")
	}
}

func TestHSTSOnlyOnHTTPS(t *testing.T) {
	for _, secure := range []bool{true, false} {
		h, err := through(httptest.NewRequest("GET", "/", nil), Headers(secure))
		if err != nil || (h.Get("Strict-Transport-Security") != "") != secure || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("secure %v: %v %v", secure, h, err)
		}
	}
}

// Without the application's origin Chromium blocks the last redirect of a sign-in.
func TestFormsMayEndAtTheApplication(t *testing.T) {
	for uri, want := range map[string]string{
		"https://app.example.com/cb?x=1":  " https://app.example.com",
		"http://localhost:3000/callback":  " http://localhost:3000",
		"http://[::1]:3000/cb":            " http:",
		"com.example.app:/cb":             " com.example.app:",
		"javascript:alert(1)":             "",
		"https://a.example; script-src *": "",
		"https://a.example,x/":            "",
		"//evil.example":                  "",
		"":                                "",
	} {
		h := http.Header{}
		PageHeaders(h)
		AllowFormTo(h, uri)
		AllowFormTo(h, uri)
		if got := h.Get("Content-Security-Policy"); got != contentPolicy+want {
			t.Errorf("%q: %s", uri, strings.TrimPrefix(got, contentPolicy))
		}
	}
}

// P13: a cross-site post to a page must do nothing.
func TestCrossSitePostsAreRefused(t *testing.T) {
	guard := CrossSite()
	for _, tt := range []struct {
		method, path, site, origin string
		refused                    bool
	}{
		{"POST", "/login/password", "cross-site", "https://evil.example", true},
		{"POST", "/login", "same-site", "https://app.example.com", true},
		{"POST", "/admin/users", "", "https://evil.example", true},
		{"POST", "/admin/users", "", "null", true},
		{"DELETE", "/portal/x", "cross-site", "", true},
		{"POST", "/account", "same-origin", "https://auth.example.com", false},
		{"POST", "/device", "", "https://auth.example.com", false},
		{"POST", "/invite/t", "", "", false}, // no browser
		{"GET", "/login", "cross-site", "", false},
		{"POST", "/portal/generate_link", "cross-site", "https://evil.example", false},
		{"POST", "/sso/saml/conn-1/acs", "cross-site", "https://idp.example", false},
		{"POST", "/oauth2/token", "cross-site", "https://app.example", false},
		{"POST", "/administrators", "cross-site", "https://evil.example", false}, // not a page
	} {
		r := httptest.NewRequest(tt.method, "https://auth.example.com"+tt.path, nil)
		for name, v := range map[string]string{"Sec-Fetch-Site": tt.site, "Origin": tt.origin} {
			if v != "" {
				r.Header.Set(name, v)
			}
		}
		if _, err := through(r, guard); errors.Is(err, problem.ErrCrossSite) != tt.refused {
			t.Errorf("%s %s %s %s: %v", tt.method, tt.path, tt.site, tt.origin, err)
		}
	}
}

// T7: what guard and router could read differently must reach neither.
func TestOddPathsAreRefused(t *testing.T) {
	for path, status := range map[string]int{
		"//admin": 404, "/x//admin": 404, "/%2e/admin": 404, "/x/%2e%2E/admin": 404, "/x/../admin": 404, "/./admin": 404, "/admin;x": 404,
		"/admin/;jsessionid=1": 404, `/\admin`: 404, "/x%5Cadmin": 404, "/organizations/a%5Cb": 404, "/%61dmin": 404, "/admin%2Fx": 404, "/x/..%2fadmin": 404,
		"/a%00b": 400, "/a/%ff": 400, "/a/%0d%0aSet-Cookie": 400,
		"/": 0, "/admin": 0, "/admin/": 0, "/organizations/external_id/a%2Fb%3Bc": 0, "/authorization/permissions/posts:read": 0,
		"/.well-known/openid-configuration": 0, "/scim/v2/directory_1/Users/.search": 0, "/organizations/m%C3%BCnchen": 0, "/a...b/..c": 0,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL = mustURL(t, path)
		_, err := through(r, CanonicalPath)
		got := 0
		if err != nil {
			got = problem.Of(err).Status()
		}
		if got != status {
			t.Errorf("%s: %d, want %d", path, got, status)
		}
	}
}

// P11: an address that the client can choose is no limit.
func TestClientAddress(t *testing.T) {
	proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:f::/48")}
	for _, tt := range []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"no proxy", "192.0.2.1:1", nil, "192.0.2.1"},
		{"spoofed by a stranger", "192.0.2.1:1", []string{"198.51.100.9"}, "192.0.2.1"},
		{"one proxy", "10.0.0.1:1", []string{"198.51.100.9"}, "198.51.100.9"},
		{"spoofed before the proxy's entry", "10.0.0.1:1", []string{"1.1.1.1, 198.51.100.9"}, "198.51.100.9"},
		{"two proxies, two lines", "10.0.0.1:1", []string{"1.1.1.1, 198.51.100.9", "10.2.3.4"}, "198.51.100.9"},
		{"all trusted", "10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"mapped peer is IPv4", "[::ffff:10.0.0.1]:1", []string{"::ffff:198.51.100.9"}, "198.51.100.9"},
		{"IPv6 proxy, port and brackets", "[2001:db8:f::1]:1", []string{`"[2001:db8::7]:443"`}, "2001:db8::7"},
		{"port", "10.0.0.1:1", []string{"198.51.100.9:5555"}, "198.51.100.9"},
		{"junk next to the proxy", "10.0.0.1:1", []string{"198.51.100.9, unknown"}, "10.0.0.1"},
		{"junk behind a proxy", "10.0.0.1:1", []string{"<script>, 10.0.0.7"}, "10.0.0.7"},
		{"empty", "10.0.0.1:1", []string{""}, "10.0.0.1"},
		{"endless", "10.0.0.1:1", []string{"198.51.100.9," + strings.Repeat("10.0.0.2,", 5000) + "10.0.0.2"}, "10.0.0.2"},
		{"zone", "[fe80::1%eth0]:1", nil, "fe80::1"},
		{"socket", "@", []string{"198.51.100.9"}, "0.0.0.0"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		r.Header["X-Forwarded-For"] = tt.forwarded
		if got := proxies.Extractor()(r); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestNetworkIsWhatOneCustomerHas(t *testing.T) {
	for ip, want := range map[string]string{"192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7": "192.0.2.7/32",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::ffff": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64"} {
		if got := Network(netip.MustParseAddr(ip)).String(); got != want {
			t.Errorf("%s: %s", ip, got)
		}
	}
	if got := Network(netip.Addr{}).String(); got != "0.0.0.0/32" {
		t.Errorf("no address: %s", got)
	}
}
