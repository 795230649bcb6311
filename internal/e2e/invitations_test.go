package e2e

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/tenants"
	"gatehouse/users"
)

const sofie = "sofie@haldenmarine.example"

// invite has the API ask somebody into Halden Marine, and is the link of the mail.
func invite(t *testing.T, s *Server, email string) (org id.Organization, link string) {
	t.Helper()
	org = join(t, s, "", "Halden Marine")[0]
	a := s.Call(http.MethodPost, "/user_management/invitations", APIKey, map[string]any{"email": email, "organization_id": org, "role_slug": "admin"})
	if a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Raw)
	}
	letter := mailtest.Last(t, s.DB, email)
	if len(letter.Links) != 1 || letter.Links[0] != a.Text("accept_invitation_url") {
		t.Fatalf("mailed %v, answered %s", letter.Links, a.Raw)
	}
	return org, letter.Links[0]
}

// roleIn is the person's role, or "".
func roleIn(s *Server, org id.Organization, email string) (role string) {
	s.T.Helper()
	s.All(func(tx *db.AllTx) error {
		u, err := users.GetByEmail(tx, email)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		mine, err := users.LocateMemberships(tx, u.ID)
		for _, m := range mine {
			if m.Organization == org {
				role = m.Role
			}
		}
		return err
	})
	return role
}

func wantRole(t *testing.T, s *Server, org id.Organization, email, role string) {
	t.Helper()
	if got := roleIn(s, org, email); got != role {
		t.Errorf("%s is %q, want %q", email, got, role)
	}
}

// landed fails unless the browser is where people go who have accepted.
func landed(t *testing.T, p *Page) {
	t.Helper()
	if p.URL.Path != "/account" {
		t.Fatalf("stopped at %s (%d): %s", p.URL, p.Status, p.Text())
	}
}

// account makes a person who has proven their address and is signed in in b.
func account(t *testing.T, s *Server, email string) *Browser {
	t.Helper()
	b := s.Browser()
	signUp(t, s, b, email)
	return b
}

// A new person accepts by making an account with a password, even where people
// do not make their own: the code of their mailbox makes account and membership
// at once.
func TestANewPersonAcceptsBySigningUp(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		s.Tx(func(tx *db.Tx) error {
			settings := tenants.DefaultSettings()
			settings.SignUp = false
			return tenants.SetSettings(tx, settings)
		})
		org, link := invite(t, s, sofie)
		b := s.Browser()
		p := b.Get(link)
		for _, words := range []string{"Halden Marine", "Admin", sofie, "Create account"} {
			if !p.Has(words) {
				t.Errorf("no %q: %s", words, p.Text())
			}
		}
		if p.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("the link leaks by the referrer: %s", p.Header.Get("Referrer-Policy"))
		}
		p = p.Submit("with", "sign-up")
		p = p.Submit("first_name", "Sofie", "last_name", "Berg", "email", "other@elsewhere.example")
		p = p.Submit("password", Password)
		wantRole(t, s, org, sofie, "") // not before the mailbox is proven
		landed(t, verify(t, s, p, sofie))
		wantRole(t, s, org, sofie, "admin")
		if p := s.Browser().Get(link); p.Status != http.StatusBadRequest || !p.Has("no longer works") {
			t.Errorf("the link once more: %d %s", p.Status, p.Text())
		}
	})
}

// A new person accepts by a mailed code alone.
func TestANewPersonAcceptsByACode(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		org, link := invite(t, s, sofie)
		p := s.Browser().Get(link).Submit("with", "sign-in")
		if !p.Has(sofie) {
			t.Fatalf("the address is not there: %s", p.Text())
		}
		p = p.Submit("email", "eve@elsewhere.example") // no form changes the address
		p = p.Follow("code").Submit()
		landed(t, p.Submit("code", mailtest.Last(t, s.DB, sofie).Code))
		wantRole(t, s, org, sofie, "admin")
	})
}

// Who has an account accepts with its password, or with one button where they
// are signed in.
func TestSomebodyWithAnAccountAccepts(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		own := account(t, s, sofie)
		org, link := invite(t, s, sofie)
		p := s.Browser().Get(link).Submit("with", "sign-in").Submit()
		landed(t, p.Submit("password", Password))
		wantRole(t, s, org, sofie, "admin")

		second := join(t, s, "", "Nordby Kraft")[0]
		a := s.Call(http.MethodPost, "/user_management/invitations", APIKey, map[string]any{"email": sofie, "organization_id": second})
		p = own.Get(a.Text("accept_invitation_url"))
		if !p.Has("Accept invitation") || p.Has("Create account") {
			t.Fatalf("%s", p.Text())
		}
		landed(t, p.Submit())
		wantRole(t, s, second, sofie, "member")
	})
}

// T2: whoever is signed in as somebody else is told so, and comes in by nothing
// but the other mailbox.
func TestAnotherAccountDoesNotAccept(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		account(t, s, sofie)
		b := account(t, s, "eve@elsewhere.example")
		org, link := invite(t, s, sofie)
		p := b.Get(link)
		if !p.Has("This invitation is for "+sofie) || !p.Has("eve@elsewhere.example") {
			t.Fatalf("%s", p.Text())
		}
		for _, with := range []string{"session", "sign-up", ""} {
			if forced := p.Submit("with", with); forced.Status != http.StatusForbidden || !forced.Has(sofie) {
				t.Errorf("%q: %d %s", with, forced.Status, forced.Text())
			}
		}
		token := link[strings.LastIndexByte(link, '/')+1:]
		if p := b.Get(s.AuthorizeURL("invitation_token", token)); p.Status != http.StatusForbidden || !p.Has("Switch account") {
			t.Errorf("by the application: %d %s", p.Status, p.Text())
		}
		p = p.Submit("with", "switch")
		if p.URL.Path != "/login" || !p.Has(sofie) {
			t.Fatalf("switched to %s: %s", p.URL, p.Text())
		}
		p = p.Submit()
		if wrong := p.Submit("password", "not the password at all"); wrong.Status != http.StatusUnprocessableEntity {
			t.Errorf("%d %s", wrong.Status, wrong.Text())
		}
		wantRole(t, s, org, "eve@elsewhere.example", "")
		wantRole(t, s, org, sofie, "")
		landed(t, p.Submit("password", Password))
		wantRole(t, s, org, sofie, "admin")
		wantRole(t, s, org, "eve@elsewhere.example", "")
	})
}

// Where addresses are not proven otherwise, an invitation still asks for the
// mailbox: a stranger may have made the account.
func TestAnInvitationAlwaysAsksForTheMailbox(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		s.Tx(func(tx *db.Tx) error {
			settings := tenants.DefaultSettings()
			settings.VerifyEmails = false
			return tenants.SetSettings(tx, settings)
		})
		b := s.Browser()
		b.Get("/login/signup").Submit("email", sofie, "first_name", "Eve", "last_name", "Adder").Submit("password", Password)
		org, link := invite(t, s, sofie)
		p := b.Get(link).Submit()
		if p.URL.Path != "/login/verify-email" {
			t.Fatalf("the unproven account went on to %s: %s", p.URL, p.Text())
		}
		wantRole(t, s, org, sofie, "")
		landed(t, verify(t, s, p, sofie))
		wantRole(t, s, org, sofie, "admin")
	})
}

// Mail programs look at links: GET and HEAD use nothing up.
func TestLookingAtAnInvitationUsesNothingUp(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		own := account(t, s, sofie)
		org, link := invite(t, s, sofie)
		for range 3 {
			if r := own.do(http.MethodHead, link, nil); r.Status != http.StatusOK {
				t.Errorf("HEAD: %d", r.Status)
			}
			own.Get(link)
		}
		wantRole(t, s, org, sofie, "")
		landed(t, own.Get(link).Submit())
		wantRole(t, s, org, sofie, "admin")
	})
}

// T1: altered, revoked, replaced and late links are all one page, and nothing
// comes of them.
func TestLinksThatWorkNoLonger(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		own := account(t, s, sofie)
		org, link := invite(t, s, sofie)
		open := own.Get(link)
		dead := func(what, link string) {
			t.Helper()
			if p := own.Get(link); p.Status != http.StatusBadRequest || !p.Has("no longer works") {
				t.Errorf("%s: %d %s", what, p.Status, p.Text())
			}
		}
		dead("altered", link[:len(link)-1]+"_")
		dead("of another kind", s.URL+"/invite/eyJhbGciOiJub25lIn0.eyJvcmciOiJ4In0.")
		one := s.Call(http.MethodGet, "/user_management/invitations?email="+url.QueryEscape(sofie), APIKey, nil)
		key := one.Body["data"].([]any)[0].(map[string]any)["id"].(string)
		again := s.Call(http.MethodPost, "/user_management/invitations/"+key+"/resend", APIKey, map[string]any{})
		dead("replaced", link)
		newer := own.Get(again.Text("accept_invitation_url"))
		s.Call(http.MethodPost, "/user_management/invitations/"+key+"/revoke", APIKey, map[string]any{})
		dead("revoked", again.Text("accept_invitation_url"))
		for _, p := range []*Page{open, newer} { // pages that were open meanwhile
			if p := p.Submit(); p.Status != http.StatusBadRequest {
				t.Errorf("%d %s", p.Status, p.Text())
			}
		}
		late := s.Call(http.MethodPost, "/user_management/invitations", APIKey, map[string]any{"email": sofie, "organization_id": org})
		s.Time.Add(8 * 24 * time.Hour)
		dead("late", late.Text("accept_invitation_url"))
		wantRole(t, s, org, sofie, "")
		token := again.Text("token")
		back := own.Get(s.AuthorizeURL("invitation_token", token))
		if got := back.URL.Query().Get("error"); got != "invitation_invalid" {
			t.Errorf("at the application: %q at %s", got, back.URL)
		}
	})
}

// T1: of many clicks at once one accepts.
func TestAcceptsAtOnceAreOne(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		own := account(t, s, sofie)
		org, link := invite(t, s, sofie)
		session := own.Cookie("gatehouse_session")
		statuses := make([]int, 20)
		var done sync.WaitGroup
		for n := range statuses {
			done.Go(func() {
				r, err := http.NewRequest(http.MethodPost, link, strings.NewReader("with=session"))
				if err != nil {
					return
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Origin", s.URL)
				r.Header.Set("Cookie", "gatehouse_session="+session)
				client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
				response, err := client.Do(r)
				if err != nil {
					return
				}
				response.Body.Close()
				statuses[n] = response.StatusCode
			})
		}
		done.Wait()
		counts := map[int]int{}
		for _, status := range statuses {
			counts[status]++
		}
		if counts[http.StatusSeeOther] != 1 || counts[http.StatusBadRequest] != 19 {
			t.Errorf("%v", counts)
		}
		wantRole(t, s, org, sofie, "admin")
	})
}

// An application that hands the token on gets its tokens in the organization
// that invited.
func TestTheApplicationsSignInAccepts(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := account(t, s, sofie)
		join(t, s, sofie, "Nordby Kraft") // where she is already
		org, link := invite(t, s, sofie)
		p := b.Get(s.AuthorizeURL("invitation_token", link[strings.LastIndexByte(link, '/')+1:]))
		a := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		if a.Status != http.StatusOK || a.Text("organization_id") != string(org) {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
		wantRole(t, s, org, sofie, "admin")
	})
}
