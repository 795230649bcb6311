package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/users"
)

// A cookie that exists before the sign-in is complete opens everything to
// whoever knows the password alone; there is none until the last step.
func TestNoSessionBeforeTheLastStep(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		orgs := join(t, s, "mara@fieldnote.example", "Halden Marine", "Nordby Kraft")
		b := s.Browser()
		b.Get(s.AuthorizeURL()).Submit("email", "mara@fieldnote.example")
		p := s.Browser().Get(s.AuthorizeURL()) // and one that is walked to the picker
		p = p.Submit("email", "mara@fieldnote.example").Submit("password", Password)
		if b.Cookie("gatehouse_session") != "" || p.b.Cookie("gatehouse_session") != "" || p.URL.Path != "/login/organizations" {
			t.Fatalf("a session at %s: %q %q", p.URL, b.Cookie("gatehouse_session"), p.b.Cookie("gatehouse_session"))
		}
		if live := p.b.Get("/account/session"); live.Status != http.StatusUnauthorized {
			t.Errorf("half a sign-in counts: %d", live.Status)
		}
		p.b.Post("/login/organizations", url.Values{"flow": {p.URL.Query().Get("flow")}, "organization_id": {string(orgs[0])}})
		if p.b.Cookie("gatehouse_session") == "" {
			t.Error("no session at the end")
		}
	})
}

// A session id that somebody planted must not become the person's.
func TestAPlantedSessionIsNotTaken(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		attacker := s.Browser()
		signUp(t, s, attacker, "eve@evil.example")
		for _, planted := range []string{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", attacker.Cookie("gatehouse_session")} {
			b := s.Browser()
			home, _ := url.Parse(s.URL)
			b.client.Jar.SetCookies(home, []*http.Cookie{{Name: "gatehouse_session", Value: planted, Path: "/"}})
			p := b.Get("/login?switch=1")
			p = p.Submit("email", "eve@evil.example").Submit("password", Password)
			if now := b.Cookie("gatehouse_session"); now == planted || now == "" {
				t.Errorf("the planted session stayed, at %s", p.URL)
			}
			old := s.Browser()
			old.Set("Cookie", "gatehouse_session="+planted)
			if p := old.Get("/account/session"); p.Status != http.StatusUnauthorized {
				t.Errorf("the planted session is live: %d %s", p.Status, p.Body)
			}
		}
	})
}

// Somebody else's attempt, named in an address, is nothing in another browser:
// else a link would sign its reader in as the sender, or give the sender a code.
func TestAnotherBrowsersSignInCannotBeFinished(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		victim, thief := s.Browser(), s.Browser()
		signUp(t, s, thief, "eve@evil.example")
		p := victim.Get(s.AuthorizeURL("prompt", "login")).Submit("email", "mara@fieldnote.example")
		flow := p.URL.Query().Get("flow")
		for _, path := range []string{"/login", "/login/password", "/login/signup", "/login/signup/details", "/login/organizations"} {
			got := thief.Post(path, url.Values{"flow": {flow}, "email": {"eve@evil.example"}, "password": {Password}, "first_name": {"E"}, "last_name": {"E"}})
			if got.Status != http.StatusBadRequest || strings.Contains(got.URL.String(), "code=") {
				t.Errorf("%s: %d at %s", path, got.Status, got.URL)
			}
		}
		last := victim.Step(http.MethodPost, "/login/password", url.Values{"flow": {flow}, "password": {Password}})
		if !strings.HasPrefix(last.URL.Path, "/oauth2/authorize/resume/") {
			t.Fatalf("the sign-in ended at %s (%d)", last.URL, last.Status)
		}
		for _, b := range []*Browser{thief, s.Browser()} {
			if got := b.Step(http.MethodGet, last.URL.Path, nil); got.Status != http.StatusBadRequest || got.Header.Get("Location") != "" {
				t.Errorf("another browser resumed it: %d to %s", got.Status, got.URL)
			}
		}
		if got := victim.Step(http.MethodGet, last.URL.Path, nil); got.URL.Query().Get("code") == "" {
			t.Errorf("the thief's tries used it up: %d %s", got.Status, got.URL)
		}
		if got := victim.Step(http.MethodGet, last.URL.Path, nil); got.Status != http.StatusBadRequest || got.Header.Get("Location") != "" {
			t.Errorf("one request gave two codes: %d %s", got.Status, got.URL)
		}
	})
}

// A form says who somebody wants to be; what they may be is not the form's.
func TestAFormSetsOnlyItsOwnFields(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		p := b.Get("/login/signup").Submit("email", "eve@evil.example", "first_name", "Eve", "last_name", "E", "email_verified", "true", "id", "user_01J00000000000000000000000", "role", "owner")
		p = p.Submit("password", Password, "email_verified", "true", "user_id", "user_01J00000000000000000000000", "organization_id", string(system(s)), "return_path", "https://evil.example/")
		s.All(func(tx *db.AllTx) error {
			if u, err := users.GetByEmail(tx, "eve@evil.example"); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("an account before its address was proven: %+v, %v", u, err)
			}
			return nil
		})
		p = verify(t, s, p, "eve@evil.example")
		if p.URL.Path != "/account" {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		s.All(func(tx *db.AllTx) error {
			u, err := users.GetByEmail(tx, "eve@evil.example")
			if err == nil && u.ID == "user_01J00000000000000000000000" {
				t.Errorf("%+v", u)
			}
			return err
		})
		if p := b.Get("/admin"); p.Status != http.StatusForbidden {
			t.Errorf("the dashboard opened: %d", p.Status)
		}
	})
}

var varies = regexp.MustCompile(`(GH-[0-9A-Z-]{9}|login_attempt_[0-9A-Z]+|flow=[^"&]+|value="[a-z_]+_[0-9A-HJKMNP-TV-Z]{26}"|req_[0-9A-Z]+|value="1\.\d+\.17\.[^"]+"|<span class="avatar[^<]*</span>)`)

// An answer that differs for a known address tells strangers who has an
// account: status, headers and body are the same but for ids.
func TestAnswersTellNotWhoHasAnAccount(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "known@fieldnote.example")
		s.Call(http.MethodPost, "/user_management/users", APIKey, map[string]any{"email": "blank@fieldnote.example"})
		seen := map[string]map[string]string{}
		for _, who := range []string{"known", "blank", "nobody"} {
			email := who + "@fieldnote.example"
			same := func(p *Page) string {
				head := http.Header{}
				for name, values := range p.Header {
					if name != "Date" && name != "X-Request-Id" && name != "Content-Length" && name != "Set-Cookie" {
						head[name] = values
					}
				}
				var text strings.Builder
				_ = head.Write(&text)
				return http.StatusText(p.Status) + "\n" + varies.ReplaceAllString(strings.ReplaceAll(text.String()+p.Body, email, "EMAIL"), "ID")
			}
			b := s.Browser().From("203.0.113." + map[string]string{"known": "1", "blank": "2", "nobody": "3"}[who])
			first := b.Get("/login").Submit("email", email)
			wrong := first.Submit("password", "wrong password 1")
			grant := s.Tokens(map[string]any{"grant_type": "password", "email": email, "password": "wrong password 1"})
			seen[who] = map[string]string{"asked": same(first), "wrong": same(wrong), "grant": http.StatusText(grant.Status) + grant.Raw}
			for range 6 {
				wrong = b.Post("/login", url.Values{"email": {email}, "password": {"wrong password 2"}})
			}
			seen[who]["locked"] = same(wrong)
			if wrong.Status != http.StatusTooManyRequests {
				t.Errorf("%s: never locked: %d", who, wrong.Status)
			}
		}
		for _, who := range []string{"blank", "nobody"} {
			for what, text := range seen[who] {
				if text != seen["known"][what] {
					t.Errorf("%s, %s: %s", who, what, difference(text, seen["known"][what]))
				}
			}
		}
	})
}

// A link that mail scanners and previews open must still be there for its
// reader; of many who post it at once one wins; and it does not live for ever.
func TestTheSetUpLinkIsForOne(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		path := "/admin/setup/" + s.App.Made.SetupToken
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			s.raw(method, path, "", "User-Agent", "Slackbot-LinkExpanding 1.0")
		}
		answers := make(chan int, 8)
		for i := range cap(answers) {
			go func() {
				form := url.Values{"email": {"op" + string(rune('a'+i)) + "@fieldnote.example"}, "first_name": {"O"}, "last_name": {"P"}, "password": {Password}}
				r, _ := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader(form.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				response, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					answers <- 0
					return
				}
				response.Body.Close()
				answers <- response.StatusCode
			}()
		}
		won := 0
		for range cap(answers) {
			switch status := <-answers; status {
			case http.StatusSeeOther:
				won++
			case http.StatusGone, http.StatusServiceUnavailable:
			default:
				t.Errorf("answered %d", status)
			}
		}
		s.All(func(tx *db.AllTx) error {
			made, err := audit.List(tx, audit.Filter{Types: []string{"operator.created"}})
			if err == nil && (won != 1 || len(made) != 1) {
				t.Errorf("%d won, %d operators", won, len(made))
			}
			return err
		})
	})
}

// A link in a terminal's history must not make operators for ever.
func TestTheSetUpLinkEnds(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		s.Time.Add(25 * time.Hour)
		if a := s.raw(http.MethodGet, "/admin/setup/"+s.App.Made.SetupToken, ""); a.Status != http.StatusGone {
			t.Errorf("after a day it answers %d", a.Status)
		}
	})
}

// difference is where two texts begin to differ.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	around := func(s string) string { return s[max(0, i-60):min(len(s), i+60)] }
	return fmt.Sprintf("%q, and %q", around(a), around(b))
}

// Whoever holds half a sign-in by a password must not finish it once the
// password was changed: they may be why it was.
func TestAChangedPasswordEndsHalfASignIn(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		orgs := join(t, s, "mara@fieldnote.example", "Halden Marine", "Nordby Kraft")
		thief := s.Browser()
		p := thief.Get(s.AuthorizeURL()).Submit("email", "mara@fieldnote.example").Submit("password", Password)
		pending := s.Tokens(map[string]any{"grant_type": "password", "email": "mara@fieldnote.example", "password": Password}).Text("pending_authentication_token")
		a := s.Call(http.MethodPut, "/user_management/users/"+string(userID(s, "mara@fieldnote.example")), APIKey, map[string]any{"password": "another good passphrase 77"})
		if p.URL.Path != "/login/organizations" || pending == "" || a.Status != http.StatusOK {
			t.Fatalf("%s, %q, %d %s", p.URL, pending, a.Status, a.Raw)
		}
		p = thief.Post("/login/organizations", url.Values{"flow": {p.URL.Query().Get("flow")}, "organization_id": {string(orgs[0])}})
		if p.Status != http.StatusBadRequest || thief.Cookie("gatehouse_session") != "" {
			t.Errorf("the page: %d at %s", p.Status, p.URL)
		}
		recorded(t, s, p)
		a = s.Tokens(map[string]any{"grant_type": "urn:workos:oauth:grant-type:organization-selection", "pending_authentication_token": pending, "organization_id": string(orgs[0])})
		if a.Status != http.StatusBadRequest || a.Text("code") != "invalid_pending_authentication_token" {
			t.Errorf("the token: %d %s", a.Status, a.Raw)
		}
	})
}
