package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/tenants"
	"gatehouse/users"
)

// signUp walks the sign-up from the application's link to its callback.
func signUp(t *testing.T, s *Server, b *Browser, email string) *Page {
	t.Helper()
	p := b.Get(s.AuthorizeURL("screen_hint", "sign-up"))
	p = p.Submit("email", email, "first_name", "Mara", "last_name", "Lindqvist")
	p = verify(t, s, p.Submit("password", Password), email)
	if !strings.HasPrefix(p.URL.String(), Callback+"?") {
		t.Fatalf("the sign-up ended at %s (%d): %s", p.URL, p.Status, p.Text())
	}
	return p
}

// verify types the code that was mailed to prove the address.
func verify(t *testing.T, s *Server, p *Page, email string) *Page {
	t.Helper()
	if p.URL.Path != "/login/verify-email" {
		t.Fatalf("no code was asked for at %s (%d): %s", p.URL, p.Status, p.Text())
	}
	return p.Submit("code", mailtest.Last(t, s.DB, email).Code)
}

// The main job: a person signs up, the application gets its tokens, and a
// second visit needs no password.
func TestSignUpEndsAtTheApplicationWithACode(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		p := signUp(t, s, b, "mara@fieldnote.example")
		if p.URL.Query().Get("state") != "xyz" || p.URL.Query().Get("code") == "" {
			t.Fatalf("callback %s", p.URL)
		}
		a := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		if a.Status != http.StatusOK || a.Text("access_token") == "" || a.Text("refresh_token") == "" {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
		if r := s.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": a.Text("refresh_token")}); r.Status != http.StatusOK {
			t.Fatalf("refresh: %d %s", r.Status, r.Raw)
		}
		again := b.Get(s.AuthorizeURL())
		if !strings.HasPrefix(again.URL.String(), Callback) {
			t.Fatalf("the second sign-in stopped at %s: %s", again.URL, again.Text())
		}
	})
}

// A wrong password and an unknown address must look the same, or addresses
// can be found out.
func TestWrongPasswordAndUnknownPersonLookTheSame(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		try := func(email string) *Page {
			return s.Browser().Get(s.AuthorizeURL()).Submit("email", email).Submit("password", "not the password at all")
		}
		known, unknown := try("mara@fieldnote.example"), try("missing@fieldnote.example")
		if known.Status != http.StatusUnprocessableEntity || known.Status != unknown.Status {
			t.Fatalf("status %d and %d", known.Status, unknown.Status)
		}
		if a, b := known.Text(), strings.ReplaceAll(unknown.Text(), "missing@", "mara@"); a != b {
			t.Fatalf("known:   %s\nunknown: %s", a, b)
		}
		if !known.Has("don’t match") {
			t.Fatalf("no words for it: %s", known.Text())
		}
	})
}

// Many wrong passwords make a stranger wait, and the message says how long;
// the person's own browser is not locked out by them.
func TestStrangersWaitAndThePersonDoesNot(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		own := s.Browser()
		signUp(t, s, own, "mara@fieldnote.example")
		own.Get("/logout").Submit()
		var p *Page
		for range 12 {
			p = s.Browser().From("203.0.113.7").Get("/login").Submit("email", "mara@fieldnote.example", "password", "wrong wrong wrong")
			if p.Status == http.StatusTooManyRequests {
				break
			}
		}
		if p.Status != http.StatusTooManyRequests || p.Header.Get("Retry-After") == "" || !p.Has("Too many tries") {
			t.Fatalf("%d %v: %s", p.Status, p.Header, p.Text())
		}
		p = own.Get(s.AuthorizeURL()).Submit("email", "mara@fieldnote.example").Submit("password", Password)
		if !strings.HasPrefix(p.URL.String(), Callback) {
			t.Fatalf("the person was kept out at %s (%d): %s", p.URL, p.Status, p.Text())
		}
	})
}

// A person of several organizations picks one, and the tokens are for it; of
// one, it is entered without a question.
func TestThePickerDecidesTheOrganization(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		signUp(t, s, b, "mara@fieldnote.example")
		orgs := join(t, s, "mara@fieldnote.example", "Halden Marine", "Nordby Kraft")
		p := b.Get(s.AuthorizeURL())
		if p.URL.Path != "/login/organizations" || !p.Has("Halden Marine") || !p.Has("Nordby Kraft") {
			t.Fatalf("no picker at %s: %s", p.URL, p.Text())
		}
		if wrong := p.Submit("organization_id", string(id.New[id.Organization]())); wrong.Status != http.StatusUnprocessableEntity {
			t.Fatalf("somebody else's organization: %d %s", wrong.Status, wrong.URL)
		}
		p = p.Submit("organization_id", string(orgs[1]))
		a := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		if a.Text("organization_id") != string(orgs[1]) {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
		if p := b.Get(s.AuthorizeURL("organization_id", string(orgs[0]))); !strings.HasPrefix(p.URL.String(), Callback) {
			t.Fatalf("a member was stopped at %s: %s", p.URL, p.Text())
		}
	})
}

// Who is no member of the organization that the application asked for is told
// so, under a reference that the audit log knows.
func TestNotAMemberIsToldInPlace(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		signUp(t, s, b, "mara@fieldnote.example")
		orgs := join(t, s, "", "Halden Marine")
		p := b.Get(s.AuthorizeURL("organization_id", string(orgs[0])))
		if p.Status != http.StatusForbidden || !p.Has("Halden Marine") {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		recorded(t, s, p)
	})
}

// recorded fails unless the audit log has the page's reference.
func recorded(t *testing.T, s *Server, p *Page) {
	t.Helper()
	at := strings.Index(p.Text(), "GH-")
	if at < 0 {
		t.Fatalf("no reference on %s: %s", p.URL, p.Text())
	}
	reference := p.Text()[at : at+12]
	s.All(func(tx *db.AllTx) error {
		found, err := audit.List(tx, audit.Filter{Reference: reference, Types: []string{"login.error_shown"}})
		if err == nil && len(found) == 0 {
			t.Errorf("the audit log does not know %s", reference)
		}
		return err
	})
}

// join makes organizations, with the person as a member of each where email
// is somebody's.
func join(t *testing.T, s *Server, email string, names ...string) []id.Organization {
	t.Helper()
	var orgs []id.Organization
	s.Tx(func(tx *db.Tx) error {
		for _, name := range names {
			o, err := tenants.Create(tx, tenants.New{Name: name})
			if err != nil {
				return fmt.Errorf("creating %s: %w", name, err)
			}
			orgs = append(orgs, o.ID)
			if email == "" {
				continue
			}
			u, err := users.GetByEmail(tx, email)
			if err != nil {
				return err
			}
			err = tx.In(o.ID, func(tx *db.OrgTx) error { _, err := users.AddMember(tx, u.ID, ""); return err })
			if err != nil {
				return err
			}
		}
		return nil
	})
	return orgs
}
