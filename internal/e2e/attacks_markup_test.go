package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gatehouse/internal/db"
	"gatehouse/oauth"
	"gatehouse/tenants"
	"gatehouse/users"
)

// marked is what an attacker calls themselves; executed would be one of the
// elements or attributes in it.
const marked = `</style><script>alert(1)</script>"><img src=x onerror=alert(1)>'`

// Names are written by strangers and read by operators: on every page they
// are words, and no element or attribute of the page.
func TestNamesAreWordsOnEveryPage(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := operator(t, s)
		person := s.Browser()
		person.Set("User-Agent", marked)
		p := person.Get(s.AuthorizeURL("screen_hint", "sign-up", "login_hint", marked, "ui_locales", marked))
		p = p.Submit("email", "eve@evil.example", "first_name", marked, "last_name", marked).Submit("password", Password)
		p = verify(t, s, p, "eve@evil.example")
		s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		orgs := join(t, s, "eve@evil.example", marked, marked+"2")
		client, _ := application(s, oauth.NewClient{Name: marked, RedirectURIs: []string{"https://app.example/cb?" + url.QueryEscape(marked)}})
		s.Tx(func(tx *db.Tx) error {
			return tx.In(orgs[0], func(tx *db.OrgTx) error {
				words := marked
				_, err := tenants.SetBranding(tx, tenants.Branding{PanelWords: &words, Layout: tenants.LayoutSplit})
				return err
			})
		})
		s.raw(http.MethodPost, "/api_keys", `{"name":"<script>alert(1)</script>\"><img src=x onerror=alert(1)>"}`, "Authorization", "Bearer "+APIKey)
		eve, org := string(userID(s, "eve@evil.example")), string(orgs[0])
		for _, path := range []string{"/admin", "/admin/organizations", "/admin/organizations/" + org, "/admin/organizations/" + org + "/members", "/admin/organizations/" + org + "/settings", "/admin/organizations/" + org + "/branding", "/admin/organizations/" + org + "/audit-log", "/admin/organizations/" + org + "/delete",
			"/admin/users", "/admin/users/" + eve, "/admin/users/" + eve + "/ban", "/admin/users/" + eve + "/delete", "/admin/applications", "/admin/applications/" + string(client), "/admin/applications/" + string(client) + "/settings", "/admin/applications/" + string(client) + "/delete", "/admin/api-keys",
			"/admin/audit-log", "/admin/audit-log?q=" + url.QueryEscape(marked), "/admin/search?q=" + url.QueryEscape(marked), "/admin/organizations?q=" + url.QueryEscape(marked), "/admin/team"} {
			shown := b.Get(path)
			if shown.Status >= 500 || shown.Status == http.StatusForbidden {
				t.Errorf("%s: %d", path, shown.Status)
			}
			harmless(t, path, shown)
		}
		again := s.Browser()
		picker := again.Get(s.AuthorizeURL("login_hint", marked)).Submit("email", "eve@evil.example").Submit("password", Password)
		if picker.URL.Path != "/login/organizations" || !picker.Has("alert(1)") {
			t.Errorf("no picker at %s: %s", picker.URL, picker.Text())
		}
		harmless(t, "picker", picker)
		harmless(t, "picker's search", again.Get(picker.URL.String()+"&q="+url.QueryEscape(marked)+"&search="+url.QueryEscape(marked)))
		harmless(t, "account", person.Get("/account"))
		harmless(t, "organization", s.Browser().Get(s.AuthorizeURL("organization_id", org)))
		harmless(t, "refused form", s.Browser().Post("/login", url.Values{"email": {marked}}))
		harmless(t, "refused sign-up", s.Browser().Post("/login/signup", url.Values{"email": {marked}, "first_name": {marked}, "last_name": {strings.Repeat(marked, 9)}}))
		harmless(t, "error", s.Browser().Get("/login/error?ref="+url.QueryEscape(marked)))
		harmless(t, "nothing", s.Browser().Get("/login/"+url.PathEscape("<script>alert(1)<script>")))
	})
}

// harmless fails where the page has an element or an attribute of marked.
func harmless(t *testing.T, what string, p *Page) {
	t.Helper()
	if p.Doc == nil {
		return // it leads away
	}
	walk(p.Doc, func(n *html.Node) {
		if n.Data == "img" && attr(n, "src") == "x" || n.Data == "script" && n.FirstChild != nil {
			t.Errorf("%s: an element of a name: <%s>", what, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				t.Errorf("%s: <%s %s=%q>", what, n.Data, a.Key, a.Val)
			}
		}
	})
}

// An address that a person is sent to, or that an operator may click, is a web
// address: one that runs code would run as us.
func TestAddressesThatRunCodeAreRefused(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		for _, bad := range []string{"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", " javascript:alert(1)", "http://evil.example/", "//evil.example", "https://", "https://u:p@evil.example/", "https://evil.example/#f", "https://*.evil.example/", "file:///etc/passwd", "\tjavascript:alert(1)"} {
			a := s.Call(http.MethodPost, "/user_management/redirect_uris", APIKey, map[string]any{"uri": bad})
			if a.Status != http.StatusUnprocessableEntity {
				t.Errorf("redirect URI %q: %d %s", bad, a.Status, a.Raw)
			}
			err := s.DB.Tx(t.Context(), tester, func(tx *db.Tx) error {
				_, err := oauth.CreateClient(tx, oauth.NewClient{Name: "x", Type: oauth.Native, HomeURL: bad, SignInURL: bad, RedirectURIs: []string{bad}})
				return err
			})
			if err == nil {
				t.Errorf("a client with %q", bad)
			}
		}
		org := join(t, s, "", "Halden Marine")[0]
		for _, bad := range []string{"javascript:alert(1)", "http://evil.example/", "data:text/html,x", "https:"} {
			err := s.DB.InOrg(t.Context(), org, tester, func(tx *db.OrgTx) error {
				_, err := tenants.SetBranding(tx, tenants.Branding{PrivacyURL: &bad})
				return err
			})
			if err == nil {
				t.Errorf("branding with %q", bad)
			}
		}
		for _, bad := range []string{"red;}body{display:none", "#fff</style>", "url(//evil.example)", "#12345"} {
			err := s.DB.InOrg(t.Context(), org, tester, func(tx *db.OrgTx) error {
				_, err := tenants.SetBranding(tx, tenants.Branding{Color: &bad})
				return err
			})
			if err == nil {
				t.Errorf("a colour %q", bad)
			}
		}
		svg := tenants.Branding{Logo: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)}
		err := s.DB.InOrg(t.Context(), org, tester, func(tx *db.OrgTx) error { _, err := tenants.SetBranding(tx, svg); return err })
		if err == nil {
			t.Error("a logo that is a document")
		}
	})
}

// An address has one owner however it is written: else a look-alike takes the
// account's place.
func TestAnAddressIsOnePersons(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		for _, same := range []string{"MARA@fieldnote.example", "mara@FIELDNOTE.example", " mara@fieldnote.example ", "mara@fieldnote.example.", "mara@\uff46ieldnote.example", "mara@fieldnote\u3002example"} {
			a := s.Call(http.MethodPost, "/user_management/users", APIKey, map[string]any{"email": same})
			if a.Status < 400 {
				t.Errorf("%q made another account: %s", same, a.Raw)
			}
		}
		for _, odd := range []string{"a@b@fieldnote.example", "a,b@fieldnote.example", "mara@fieldnote.example\r\nBcc: x@y.example", `"mara"@fieldnote.example`, "Mara <mara@fieldnote.example>", "mara@fieldnote.example, eve@evil.example", "mara@", "@x", "mara@-x.example", "mara@x..example", "m\u200bara@fieldnote.example"} {
			a := s.Call(http.MethodPost, "/user_management/users", APIKey, map[string]any{"email": odd})
			if a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%q: %d %s", odd, a.Status, a.Raw)
			}
		}
		s.All(func(tx *db.AllTx) error {
			rows, _, err := users.List(tx, users.Query{Page: db.Page{Limit: 100}})
			if err == nil && len(rows) != 1 {
				t.Errorf("%d accounts", len(rows))
			}
			return err
		})
	})
}
