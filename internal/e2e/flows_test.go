package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/lifecycle"
	"gatehouse/tenants"
	"gatehouse/users"
)

// One form with address and password signs in without an attempt, as a
// password manager sends it, and says who is signed in; signing out ends it.
func TestOneFormSignsInAndOut(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		b := s.Browser()
		p := b.Post("/login", url.Values{"email": {"Mara@Fieldnote.example"}, "password": {Password}})
		if p.Status != http.StatusOK || p.URL.Path != "/account" || !p.Has("mara@fieldnote.example") {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		var live struct {
			UserID    string    `json:"user_id"`
			SessionID string    `json:"session_id"`
			ExpiresAt time.Time `json:"expires_at"`
		}
		p = b.Get("/account/session")
		if err := json.Unmarshal([]byte(p.Body), &live); err != nil || p.Status != http.StatusOK || live.UserID == "" || live.ExpiresAt.Before(time.Now()) {
			t.Fatalf("%d %s %v", p.Status, p.Body, err)
		}
		before := b.Cookie("gatehouse_session")
		if p = b.Get("/logout").Submit(); p.URL.Path != "/login/signed-out" {
			t.Fatalf("signed out at %s: %s", p.URL, p.Text())
		}
		if b.Cookie("gatehouse_session") != "" {
			t.Error("the cookie is still there")
		}
		b.Set("Cookie", "gatehouse_session="+before)
		if p = b.Get("/account/session"); p.Status != http.StatusUnauthorized {
			t.Errorf("the old cookie still answers %d", p.Status)
		}
	})
}

// Asking for /logout changes nothing: an image on another site must not sign
// anybody out.
func TestGetNeverSignsOut(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		signUp(t, s, b, "mara@fieldnote.example")
		b.Get("/logout")
		if p := b.Get("/account/session"); p.Status != http.StatusOK {
			t.Fatalf("%d %s", p.Status, p.Body)
		}
	})
}

// Every sign-in has a new session id, or a planted one would become the
// person's (session fixation); the one before no longer works.
func TestEverySignInHasANewSession(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		signUp(t, s, b, "mara@fieldnote.example")
		first := b.Cookie("gatehouse_session")
		p := b.Get(s.AuthorizeURL("prompt", "login"))
		p = p.Submit("email", "mara@fieldnote.example").Submit("password", Password)
		if !strings.HasPrefix(p.URL.String(), Callback) || b.Cookie("gatehouse_session") == first {
			t.Fatalf("ended at %s with the same session: %s", p.URL, p.Text())
		}
		old := s.Browser()
		old.Set("Cookie", "gatehouse_session="+first)
		if p := old.Get("/account/session"); p.Status != http.StatusUnauthorized {
			t.Errorf("the session before answers %d", p.Status)
		}
	})
}

// An address that has an account cannot be taken by signing up again: only its
// mail says so, whose code signs its reader in to the account as it was.
func TestSigningUpTwiceIsASignIn(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		form := func(email string) *Page {
			p := s.Browser().Get("/login/signup").Submit("email", email, "first_name", "Someone", "last_name", "Else")
			return p.Submit("password", "another good passphrase 77")
		}
		p, fresh := form("mara@fieldnote.example"), form("maria@fieldnote.example")
		if a, b := p.Text(), strings.ReplaceAll(fresh.Text(), "maria@", "mara@"); p.Status != fresh.Status || a != b {
			t.Fatalf("known:   %d %s\nunknown: %d %s", p.Status, a, fresh.Status, b)
		}
		if l := mailtest.Last(t, s.DB, "mara@fieldnote.example"); l.Kind != "account_exists" {
			t.Errorf("the mail is a %s: %s", l.Kind, l.Text)
		}
		if p = verify(t, s, p, "mara@fieldnote.example"); p.URL.Path != "/account" {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		for word, path := range map[string]string{"another good passphrase 77": "/login", Password: "/account"} {
			if p = s.Browser().Post("/login", url.Values{"email": {"mara@fieldnote.example"}, "password": {word}}); p.URL.Path != path {
				t.Errorf("with %s: %d at %s", word, p.Status, p.URL)
			}
		}
		s.All(func(tx *db.AllTx) error {
			u, err := users.GetByEmail(tx, "mara@fieldnote.example")
			if err == nil && *u.FirstName != "Mara" {
				t.Errorf("the account became %s's", *u.FirstName)
			}
			return err
		})
	})
}

// A weak password is refused beside its field and the address is kept.
func TestAWeakPasswordIsExplained(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.Browser().Get("/login/signup").Submit("email", "mara@fieldnote.example", "first_name", "Mara", "last_name", "Lindqvist")
		p = p.Submit("password", "short")
		if p.Status != http.StatusUnprocessableEntity || !p.Has("at least 8") || !p.Has("mara@fieldnote.example") {
			t.Fatalf("%d: %s", p.Status, p.Text())
		}
		if p = verify(t, s, p.Submit("password", Password), "mara@fieldnote.example"); p.URL.Path != "/account" {
			t.Fatalf("the form lost its way to %s: %s", p.URL, p.Text())
		}
	})
}

// A sign-in that took too long, or whose cookie is another browser's, says so
// and starts over; after the back button a person who is signed in goes on.
func TestAnOldSignInStartsOver(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		p := b.Get(s.AuthorizeURL()).Submit("email", "mara@fieldnote.example")
		password := p.URL.String()
		if other := s.Browser().Get(password); other.Status != http.StatusBadRequest || !other.Has("took too long") {
			t.Errorf("another browser: %d %s", other.Status, other.Text())
		}
		s.Time.Add(31 * time.Minute)
		p = p.Submit("password", Password)
		if p.Status != http.StatusBadRequest || !p.Has("took too long") {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		recorded(t, s, p)
		signUp(t, s, b, "mara@fieldnote.example")
		if p = b.Get(password); p.URL.Path != "/account" {
			t.Errorf("after the back button: %d at %s: %s", p.Status, p.URL, p.Text())
		}
	})
}

// Two tabs sign in beside one another: neither takes the other's way.
func TestTwoTabsKeepTheirWay(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		b := s.Browser()
		one := b.Get(s.AuthorizeURL("state", "one")).Submit("email", "mara@fieldnote.example")
		two := b.Get(s.AuthorizeURL("state", "two")).Submit("email", "mara@fieldnote.example")
		if p := one.Submit("password", Password); p.URL.Query().Get("state") != "one" {
			t.Errorf("the first tab ended at %s", p.URL)
		}
		if p := two.Submit("password", Password); p.URL.Query().Get("state") != "two" {
			t.Errorf("the second tab ended at %s: %s", p.URL, p.Text())
		}
	})
}

// A post that another site made the browser send is refused in place, and the
// page's reference is in the audit log.
func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		b.Set("Origin", "https://elsewhere.example")
		b.Set("Sec-Fetch-Site", "cross-site")
		p := b.Post("/login", url.Values{"email": {"mara@fieldnote.example"}})
		if p.Status != http.StatusForbidden {
			t.Fatalf("%d: %s", p.Status, p.Text())
		}
		recorded(t, s, p)
	})
}

// Pages speak the language that was asked for, and remember a switch.
func TestPagesSpeakTheLanguageThatWasAskedFor(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		if p := s.Browser().Get(s.AuthorizeURL("ui_locales", "de")); !p.Has("Weiter") {
			t.Errorf("ui_locales: %s", p.Text())
		}
		german := s.Browser()
		german.Set("Accept-Language", "de-AT,de;q=0.9")
		if p := german.Get("/login"); !p.Has("Weiter") {
			t.Errorf("Accept-Language: %s", p.Text())
		}
		german.Get("/login").Follow("English")
		if p := german.Get("/login/signup"); !p.Has("Continue") {
			t.Errorf("the switch was forgotten: %s", p.Text())
		}
	})
}

// An organization's look comes as a stylesheet of its own, kept by its hash.
func TestAnOrganizationHasItsLook(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		org := join(t, s, "", "Halden Marine")[0]
		colour := "#ffcc00"
		s.Tx(func(tx *db.Tx) error {
			return tx.In(org, func(tx *db.OrgTx) error {
				_, err := tenants.SetBranding(tx, tenants.Branding{Color: &colour, SecuredBy: true})
				return err
			})
		})
		b := s.Browser()
		p := b.Get(s.AuthorizeURL("organization_id", string(org)))
		at := strings.Index(p.Body, "/assets/brand/")
		if at < 0 || !p.Has("Halden Marine") {
			t.Fatalf("no look on %s: %s", p.URL, p.Body)
		}
		css := b.Get(p.Body[at : at+strings.IndexByte(p.Body[at:], '"')])
		if css.Status != http.StatusOK || !strings.Contains(css.Body, "--brand:#ffcc00") || !strings.Contains(css.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%d %v: %s", css.Status, css.Header, css.Body)
		}
	})
}

// The set-up link makes one operator: looking at it uses nothing, the first
// post wins, and a second is refused.
func TestTheSetUpLinkMakesOneOperator(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		link := lifecycle.SetupPrefix + s.App.Made.SetupToken
		b := s.Browser()
		b.Get(link)
		form := b.Get(link)
		typed := []string{"email", "priya@fieldnote.example", "first_name", "Priya", "last_name", "Raman", "password", Password}
		if p := form.Submit(typed...); p.Status >= 400 && p.URL.Path == link {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		typed[1] = "second@fieldnote.example"
		if p := form.Submit(typed...); p.Status != http.StatusGone {
			t.Errorf("a second post: %d at %s: %s", p.Status, p.URL, p.Text())
		}
		s.All(func(tx *db.AllTx) error {
			made, err := audit.List(tx, audit.Filter{Types: []string{"operator.created"}})
			if err == nil && len(made) != 1 {
				t.Errorf("%d operators", len(made))
			}
			return err
		})
		p := s.Browser().Get("/admin")
		if p.URL.Path != "/login" {
			t.Errorf("the dashboard asked nobody to sign in: %d at %s", p.Status, p.URL)
		}
		p = p.Submit("email", "priya@fieldnote.example").Submit("password", Password)
		if p.Status != http.StatusOK || p.URL.Path != "/admin" {
			t.Errorf("the operator ended at %s (%d): %s", p.URL, p.Status, p.Text())
		}
		p = s.Browser().Post("/login", url.Values{"email": {"priya@fieldnote.example"}, "password": {Password}})
		if !p.Has("Open the dashboard") {
			t.Errorf("the operator is not shown the way: %s", p.Text())
		}
	})
}

// Who is signed in but no operator is refused by the dashboard, in place.
func TestTheDashboardRefusesWhoIsNoOperator(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		signUp(t, s, b, "mara@fieldnote.example")
		for _, path := range []string{"/admin", "/admin/organizations", "/admin/api-keys"} {
			if p := b.Get(path); p.Status != http.StatusForbidden || p.URL.Path != path {
				t.Errorf("%s: %d at %s: %s", path, p.Status, p.URL, p.Text())
			}
		}
	})
}

// A second start finds everything there and makes nothing but a fresh link.
func TestASecondStartChangesNothing(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		count := func() (n int) {
			s.All(func(tx *db.AllTx) error {
				all, err := audit.List(tx, audit.Filter{})
				n = len(all)
				return err
			})
			return n
		}
		before := count()
		second := New(t, s.DB)
		if after := count(); after != before {
			t.Errorf("%d entries before, %d after", before, after)
		}
		if m := second.App.Made; m.APIKey != "" || m.Client != "" || m.SetupToken == "" || m.SetupToken == s.App.Made.SetupToken {
			t.Errorf("made %v", m.Client)
		}
		if p := s.Browser().Get(lifecycle.SetupPrefix + s.App.Made.SetupToken); p.Status != http.StatusGone {
			t.Errorf("the first start's link still works: %d", p.Status)
		}
	})
}
