package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
	"gatehouse/users"
)

// set changes the deployment's settings.
func set(s *Server, change func(*tenants.Settings)) {
	s.T.Helper()
	s.Tx(func(tx *db.Tx) error {
		settings := tenants.DefaultSettings()
		change(&settings)
		return tenants.SetSettings(tx, settings)
	})
}

// policy gives an organization one.
func policy(s *Server, org id.Organization, p wire.OrganizationPolicy) {
	s.T.Helper()
	s.Tx(func(tx *db.Tx) error {
		return tx.In(org, func(tx *db.OrgTx) error { _, err := tenants.SetPolicy(tx, p, nil); return err })
	})
}

// path is the page behind a mail's first link.
func path(t *testing.T, s *Server, l mailtest.Letter) string {
	t.Helper()
	if len(l.Links) == 0 || !strings.HasPrefix(l.Links[0], s.URL+"/") {
		t.Fatalf("the mail leads to %v: %s", l.Links, l.Text)
	}
	return strings.TrimPrefix(l.Links[0], s.URL)
}

// mailed has a code mailed and returns the page that asks for it.
func mailed(b *Browser, email string) *Page {
	b.t.Helper()
	p := b.Get("/login").Submit("email", email)
	return p.Follow("Email me a code").Submit()
}

func live(b *Browser) bool { return b.Get("/account/session").Status == http.StatusOK }

// A mailed code signs in whoever has the address, makes the account of whoever
// has none where people may, and looks the same for both; where they may not,
// nothing is mailed and the page says the same still.
func TestACodeSignsIn(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		known, unknown := mailed(s.Browser(), "mara@fieldnote.example"), mailed(s.Browser(), "maria@fieldnote.example")
		if a, b := known.Text(), strings.ReplaceAll(unknown.Text(), "maria@", "mara@"); known.URL.Path != "/login/code" || known.Status != unknown.Status || a != b {
			t.Fatalf("known:   %d %s\nunknown: %d %s", known.Status, a, unknown.Status, b)
		}
		if wrong := known.Submit("code", "000000"); wrong.Status != http.StatusUnprocessableEntity || live(wrong.b) {
			t.Errorf("a wrong code: %d at %s", wrong.Status, wrong.URL)
		}
		for email, p := range map[string]*Page{"mara@fieldnote.example": known, "maria@fieldnote.example": unknown} {
			code := mailtest.Last(t, s.DB, email).Code
			if in := p.Submit("code", code[:3]+" "+code[3:]); in.URL.Path != "/account" || !in.Has(email) {
				t.Errorf("%s ended at %s (%d): %s", email, in.URL, in.Status, in.Text())
			}
		}
		set(s, func(x *tenants.Settings) { x.SignUp = false })
		p := mailed(s.Browser(), "nobody@fieldnote.example")
		if p.URL.Path != "/login/code" || len(mailtest.All(t, s.DB, "nobody@fieldnote.example")) != 0 {
			t.Errorf("without sign-up: %d at %s, %d mails", p.Status, p.URL, len(mailtest.All(t, s.DB, "nobody@fieldnote.example")))
		}
	})
}

// Of two codes only the newer works, and it works once.
func TestOnlyTheNewestCodeWorksOnce(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		b := s.Browser()
		p := mailed(b, "mara@fieldnote.example")
		first := mailtest.Last(t, s.DB, "mara@fieldnote.example").Code
		s.Time.Add(time.Second)
		p = b.Post("/login/code/send", url.Values{"flow": {p.URL.Query().Get("flow")}})
		second := mailtest.Last(t, s.DB, "mara@fieldnote.example").Code
		if !p.Has("Another code is on its way") || first == second {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		if old := p.Submit("code", first); old.Status != http.StatusUnprocessableEntity {
			t.Errorf("the older code: %d at %s", old.Status, old.URL)
		}
		if in := p.Submit("code", second); in.URL.Path != "/account" {
			t.Fatalf("the newer code: %d at %s: %s", in.Status, in.URL, in.Text())
		}
		if again := s.Browser().Post("/login/code", url.Values{"flow": {p.URL.Query().Get("flow")}, "code": {second}}); live(again.b) {
			t.Error("the code worked twice")
		}
	})
}

// The link of that mail is opened by scanners before its reader, and by readers
// in other browsers: neither signs anybody in or uses it up. Only the button,
// in the browser that asked, does.
func TestTheLinkIsForTheBrowserThatAsked(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		b := s.Browser().From("203.0.113.7")
		b.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0")
		mailed(b, "mara@fieldnote.example")
		to := path(t, s, mailtest.Last(t, s.DB, "mara@fieldnote.example"))
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			s.raw(method, to, "", "User-Agent", "SafeLinks 1.0")
		}
		other := s.Browser()
		p := other.Get(to)
		if p.Status != http.StatusOK || !p.Has("Are you signing in from 203.0.113.7 on Firefox") || !p.Has("type the code") || strings.Contains(p.Body, `method="post"`) {
			t.Errorf("elsewhere: %d %s", p.Status, p.Text())
		}
		if q := other.Post(to, nil); q.Status != http.StatusBadRequest || live(other) {
			t.Errorf("posted elsewhere: %d at %s", q.Status, q.URL)
		}
		if p = b.Get(to); live(b) {
			t.Error("looking signed in")
		}
		if p = p.Submit(); p.URL.Path != "/account" {
			t.Fatalf("the button: %d at %s: %s", p.Status, p.URL, p.Text())
		}
		b.Get("/logout").Submit()
		if q := b.Post(to, nil); q.Status != http.StatusBadRequest || live(b) {
			t.Errorf("the link worked twice: %d at %s", q.Status, q.URL)
		}
	})
}

// forgotten has a reset link mailed and returns its page's path.
func forgotten(t *testing.T, s *Server, email string) string {
	t.Helper()
	s.Browser().Get("/login/password/forgot").Submit("email", email)
	return path(t, s, mailtest.Last(t, s.DB, email))
}

const fresh = "another good passphrase 77"

// A reset link works once, only the newest, only while the address is the
// account's; success ends every other session and what applications hold; the
// answer to asking for one is the same for everybody.
func TestAResetLinkIsBoundAndEndsEverythingElse(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		thief := s.Browser()
		p := signUp(t, s, thief, "mara@fieldnote.example")
		tokens := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		ask := func(email string) *Page { return s.Browser().Get("/login/password/forgot").Submit("email", email) }
		known, unknown := ask("mara@fieldnote.example"), ask("maria@fieldnote.example")
		if a, b := known.Text(), strings.ReplaceAll(unknown.Text(), "maria@", "mara@"); known.Status != unknown.Status || a != b {
			t.Errorf("known:   %d %s\nunknown: %d %s", known.Status, a, unknown.Status, b)
		}
		older := path(t, s, mailtest.Last(t, s.DB, "mara@fieldnote.example"))
		s.Time.Add(time.Second)
		newer := forgotten(t, s, "mara@fieldnote.example")
		if q := s.Browser().Post(older, url.Values{"password": {fresh}}); q.Status != http.StatusBadRequest {
			t.Errorf("the older link: %d at %s", q.Status, q.URL)
		}
		s.raw(http.MethodHead, newer, "")
		b := s.Browser()
		if q := b.Get(newer); q.Status != http.StatusOK || !q.Has("mara@fieldnote.example") {
			t.Fatalf("%d %s", q.Status, q.Text())
		}
		if q := b.Get(newer).Submit("password", "short"); q.Status != http.StatusUnprocessableEntity {
			t.Errorf("a weak one: %d", q.Status)
		}
		if q := b.Get(newer).Submit("password", fresh); q.URL.Path != "/account" || !live(b) {
			t.Fatalf("%d at %s: %s", q.Status, q.URL, q.Text())
		}
		if live(thief) {
			t.Error("the session from before lives on")
		}
		if a := s.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": tokens.Text("refresh_token")}); a.Status != http.StatusBadRequest {
			t.Errorf("the refresh token from before: %d %s", a.Status, a.Raw)
		}
		if q := s.Browser().Post(newer, url.Values{"password": {fresh + "x"}}); q.Status != http.StatusBadRequest {
			t.Errorf("used twice: %d", q.Status)
		}
		s.Time.Add(time.Minute)
		moved := forgotten(t, s, "mara@fieldnote.example")
		s.Tx(func(tx *db.Tx) error {
			u, err := users.GetByEmail(tx, "mara@fieldnote.example")
			if err == nil {
				address := "mara@halden.example"
				_, err = users.Update(tx, u.ID, users.Change{Email: &address})
			}
			return err
		})
		if q := s.Browser().Post(moved, url.Values{"password": {fresh + "x"}}); q.Status != http.StatusBadRequest {
			t.Errorf("after the address changed: %d at %s", q.Status, q.URL)
		}
	})
}

// "This wasn't me" ends everything and mails the way back; a scanner that only
// looks at it ends nothing.
func TestThisWasntMeEndsEverything(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		own := s.Browser()
		signUp(t, s, own, "mara@fieldnote.example")
		s.Time.Add(time.Hour) // a new account's first browsers are no news
		thief := s.Browser()
		thief.Post("/login", url.Values{"email": {"mara@fieldnote.example"}, "password": {Password}})
		notice := mailtest.Last(t, s.DB, "mara@fieldnote.example")
		if notice.Kind != "new_device" || !live(thief) {
			t.Fatalf("the last mail is a %s: %s", notice.Kind, notice.Text)
		}
		to := path(t, s, notice)
		s.raw(http.MethodHead, to, "")
		p := s.Browser().Get(to)
		if !live(thief) {
			t.Fatal("looking ended the sessions")
		}
		p = p.Submit()
		if p.Status != http.StatusOK || live(thief) || live(own) {
			t.Errorf("%d: %s", p.Status, p.Text())
		}
		if q := s.Browser().Post("/login", url.Values{"email": {"mara@fieldnote.example"}, "password": {Password}}); q.URL.Path == "/account" {
			t.Error("the password that the thief knew still works")
		}
		back := mailtest.Last(t, s.DB, "mara@fieldnote.example")
		if back.Kind != "password_reset" {
			t.Fatalf("no way back: %s", back.Kind)
		}
		if q := s.Browser().Get(path(t, s, back)).Submit("password", fresh); q.URL.Path != "/account" {
			t.Errorf("the way back ended at %s (%d): %s", q.URL, q.Status, q.Text())
		}
	})
}

// What is switched off is neither drawn nor taken when posted; an
// organization's policy takes its part away from the pages for it.
func TestWaysThatAreOffAreNotThere(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		set(s, func(x *tenants.Settings) { x.MagicAuth, x.SignUp = false, false })
		b := s.Browser()
		p := b.Get("/login")
		if p.Has("Create an account") {
			t.Error("sign-up is drawn")
		}
		if q := b.Post("/login/signup", url.Values{"email": {"eve@evil.example"}, "first_name": {"E"}, "last_name": {"E"}}); q.Status != http.StatusForbidden {
			t.Errorf("sign-up: %d at %s", q.Status, q.URL)
		}
		p = p.Submit("email", "mara@fieldnote.example")
		if p.URL.Path != "/login/password" || p.Has("Email me a code") {
			t.Errorf("%s: %s", p.URL, p.Text())
		}
		flow := url.Values{"flow": {p.URL.Query().Get("flow")}, "code": {"123456"}}
		for _, to := range []string{"/login/code/send", "/login/code"} {
			if q := b.Post(to, flow); q.Status != http.StatusForbidden {
				t.Errorf("%s: %d at %s", to, q.Status, q.URL)
			}
		}
		set(s, func(x *tenants.Settings) { x.Password = false })
		b = s.Browser()
		if p = b.Get("/login").Submit("email", "mara@fieldnote.example"); p.URL.Path != "/login/code" {
			t.Errorf("without passwords: %s", p.URL)
		}
		if q := b.Post("/login/password", url.Values{"flow": {p.URL.Query().Get("flow")}, "password": {Password}}); q.Status != http.StatusForbidden || live(b) {
			t.Errorf("the password: %d at %s", q.Status, q.URL)
		}
		if q := b.Post("/login/password/forgot", url.Values{"email": {"mara@fieldnote.example"}}); q.Status != http.StatusForbidden {
			t.Errorf("forgot: %d at %s", q.Status, q.URL)
		}
		if q := b.Post("/login/passkey", url.Values{"flow": {p.URL.Query().Get("flow")}}); q.Status != http.StatusForbidden {
			t.Errorf("passkeys where there can be none: %d at %s", q.Status, q.URL)
		}
		set(s, func(*tenants.Settings) {})
		org := join(t, s, "mara@fieldnote.example", "Halden Marine")[0]
		policy(s, org, wire.OrganizationPolicy{AllowedMethods: []string{"magic_auth"}})
		b = s.Browser()
		p = b.Get(s.AuthorizeURL("organization_id", string(org))).Submit("email", "mara@fieldnote.example")
		if p.URL.Path != "/login/code" {
			t.Errorf("the organization takes codes alone: %s: %s", p.URL, p.Text())
		}
		q := b.Post("/login/password", url.Values{"flow": {p.URL.Query().Get("flow")}, "password": {Password}})
		if strings.HasPrefix(q.URL.String(), Callback) || live(b) || !q.Has("another way") {
			t.Errorf("a password for it: %d at %s: %s", q.Status, q.URL, q.Text())
		}
	})
}
