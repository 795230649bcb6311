package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"gatehouse/internal/db"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/mfa"
)

// atSecond signs in as far as the page that asks for the second step.
func (s *Server) atSecond(t *testing.T, b *Browser, email string) *Page {
	t.Helper()
	p := b.Get("/login").Submit("email", email).Submit("password", Password)
	if p.URL.Path != "/login/mfa/totp" || p.b.Cookie("gatehouse_session") != "" {
		t.Fatalf("%s is at %s (%d): %s", email, p.URL, p.Status, p.Text())
	}
	return p
}

// try types a code, and computes what the page asks for beside it.
func (p *Page) try(code string) *Page {
	p.b.t.Helper()
	if text := p.Field("puzzle"); text != "" {
		return p.Submit("code", code, "puzzle_answer", solve(text))
	}
	return p.Submit("code", code)
}

// Six digits are soon tried: ten wrong ones, each in a sign-in of its own and
// from a network of its own, end the guessing, and are no wrong passwords
// (attacks P5).
func TestTenWrongCodesEndTheGuessing(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		mara := s.proven(t, "mara@fieldnote.example")
		f := s.withApp(t, mara)
		var codes []string
		s.Tx(func(tx *db.Tx) (err error) { codes, err = mfa.NewRecoveryCodes(tx, mara); return err })
		for i := range 10 {
			p := s.atSecond(t, s.Browser().From(fmt.Sprintf("198.51.%d.7", i)), "mara@fieldnote.example").try(f.wrong(t))
			if p.Status != http.StatusUnprocessableEntity || !p.Has("code") {
				t.Fatalf("try %d: %d at %s: %s", i, p.Status, p.URL, p.Text())
			}
		}
		p := s.atSecond(t, s.Browser().From("203.0.113.9"), "mara@fieldnote.example") // the password is not locked
		if q := p.try(f.code(t, 0)); q.Status != http.StatusTooManyRequests || q.Header.Get("Retry-After") == "" || live(q.b) {
			t.Errorf("the right one: %d at %s", q.Status, q.URL)
		}
		if n := s.events("authentication.mfa_failed"); n != 10 {
			t.Errorf("%d entries", n)
		}
		if q := p.Follow("Recovery code").try(codes[0]); q.URL.Path != "/account" {
			t.Errorf("a stranger took the recovery codes away too: %d at %s: %s", q.Status, q.URL, q.Text())
		}
	})
}

// Whoever guesses passwords must not be able to lock the second step of the
// person who is past theirs (attacks P5).
func TestWrongPasswordsDoNotLockTheSecondStep(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		f := s.withApp(t, s.proven(t, "mara@fieldnote.example"))
		own := s.atSecond(t, s.Browser().From("203.0.113.7"), "mara@fieldnote.example")
		last := 0
		for range 8 { // in the same network
			last = s.Browser().From("203.0.113.7").Post("/login", url.Values{"email": {"mara@fieldnote.example"}, "password": {"not the password at all"}}).Status
		}
		if last != http.StatusTooManyRequests {
			t.Fatalf("the eighth guess was answered %d", last)
		}
		if p := own.try(f.code(t, 0)); p.URL.Path != "/account" || !live(p.b) {
			t.Errorf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
	})
}

// A code is taken a step early or late, because telephones go wrong, and no
// further; an older one is worth nothing after a newer one (attacks P6).
func TestACodeIsTakenAStepEarlyOrLate(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		f := s.withApp(t, s.proven(t, "mara@fieldnote.example"))
		s.Time.Add(2 * time.Minute)
		for _, step := range []struct {
			away int
			ok   bool
		}{{-3, false}, {-2, false}, {2, false}, {3, false}, {-1, true}, {-1, false}, {0, true}, {-1, false}, {1, true}, {0, false}, {1, false}} {
			p := s.atSecond(t, s.Browser(), "mara@fieldnote.example").try(f.code(t, step.away))
			if (p.URL.Path == "/account") != step.ok || live(p.b) != step.ok {
				t.Errorf("%+d steps away: %d at %s", step.away, p.Status, p.URL)
			}
		}
	})
}

// Whoever has a second step is asked for it whichever way they come; the way
// that does not ask is the one that thieves take (attacks P7, P8).
func TestNoWayInGoesAroundTheSecondStep(t *testing.T) {
	const mara = "mara@fieldnote.example"
	last := func(t *testing.T, s *Server) mailtest.Letter { return mailtest.Last(t, s.DB, mara) }
	for name, way := range map[string]func(t *testing.T, s *Server, b *Browser) *Page{
		"a password": func(_ *testing.T, _ *Server, b *Browser) *Page {
			return b.Post("/login", url.Values{"email": {mara}, "password": {Password}})
		},
		"a mailed code": func(t *testing.T, s *Server, b *Browser) *Page {
			return mailed(b, mara).Submit("code", last(t, s).Code)
		},
		"a mailed link": func(t *testing.T, s *Server, b *Browser) *Page {
			mailed(b, mara)
			return b.Get(path(t, s, last(t, s))).Submit()
		},
		"a new password": func(t *testing.T, s *Server, b *Browser) *Page {
			return b.Get(forgotten(t, s, mara)).Submit("password", fresh)
		},
		"signing up once more": func(t *testing.T, s *Server, b *Browser) *Page {
			p := b.Get("/login/signup").Submit("email", mara, "first_name", "E", "last_name", "E").Submit("password", fresh)
			return p.Submit("code", last(t, s).Code)
		},
		"saying that it was not they": func(t *testing.T, s *Server, b *Browser) *Page {
			s.made(t, http.MethodPut, "/user_management/users/"+string(userID(s, mara)), map[string]any{"password": Password})
			s.Browser().Get(forgotten(t, s, mara)).Submit("password", fresh) // a notice of the new password
			b.Get(path(t, s, last(t, s))).Submit()
			return b.Get(path(t, s, last(t, s))).Submit("password", Password)
		},
		"a device": func(_ *testing.T, s *Server, b *Browser) *Page {
			a := s.raw(http.MethodPost, "/user_management/authorize/device", "client_id="+Client, "Content-Type", "application/x-www-form-urlencoded")
			return b.Get("/device").Submit("user_code", a.Text("user_code")).Submit("email", mara).Submit("password", Password)
		},
		"an application that asks for no page": func(_ *testing.T, s *Server, b *Browser) *Page {
			b.Post("/login", url.Values{"email": {mara}, "password": {Password}})
			p := b.Get(s.AuthorizeURL("prompt", "none"))
			if got := p.URL.Query(); got.Get("error") != "login_required" || got.Has("code") {
				s.T.Errorf("a silent answer: %s", p.URL)
			}
			return b.Get(s.AuthorizeURL("login_hint", mara)).Submit("password", Password)
		},
	} {
		t.Run(name, func(t *testing.T) {
			Run(t, func(t *testing.T, s *Server) {
				f := s.withApp(t, s.proven(t, mara))
				b := s.Browser()
				p := way(t, s, b)
				if p.URL.Path != "/login/mfa/totp" || b.Cookie("gatehouse_session") != "" || live(b) || s.events("session.created") != 0 {
					t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
				}
				for _, later := range []string{"/login/mfa/enroll", "/login/mfa/enroll/totp", "/login/organizations", "/login/mfa/recovery-codes"} {
					if q := b.Get(later + "?flow=" + p.URL.Query().Get("flow")); strings.HasPrefix(q.URL.Path, "/login/mfa/enroll") && q.Status == http.StatusOK || live(b) {
						t.Errorf("%s was opened: %d at %s", later, q.Status, q.URL)
					}
				}
				if p = p.try(f.code(t, 0)); !live(b) {
					t.Errorf("with it: %d at %s: %s", p.Status, p.URL, p.Text())
				}
			})
		})
	}
}

// The wire's grants ask as the pages do, and what they give meanwhile opens
// nothing (attacks P7, P8).
func TestNoGrantGoesAroundTheSecondStep(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		f := s.withApp(t, s.proven(t, "mara@fieldnote.example"))
		code := s.made(t, http.MethodPost, "/user_management/magic_auth", map[string]any{"email": "mara@fieldnote.example"}).Text("code")
		for name, a := range map[string]Answer{
			"password": s.grant("password", "email", "mara@fieldnote.example", "password", Password),
			"code":     s.grant("magic-auth:code", "email", "mara@fieldnote.example", "code", code),
		} {
			pending := a.Text("pending_authentication_token")
			if a.Status != http.StatusForbidden || a.Text("code") != "mfa_challenge" || pending == "" || strings.Contains(a.Raw, "access_token") || strings.Contains(a.Raw, "refresh_token") {
				t.Fatalf("%s: %d %s", name, a.Status, a.Raw)
			}
			if u := s.raw(http.MethodGet, "/oauth2/userinfo", "", "Authorization", "Bearer "+pending); u.Status != http.StatusUnauthorized {
				t.Errorf("%s: userinfo takes it: %d", name, u.Status)
			}
			for grant, member := range map[string]string{"refresh_token": "refresh_token", "authorization_code": "code"} {
				if got := s.grant(grant, member, pending); got.Status < 400 || got.Status >= 500 {
					t.Errorf("%s as %s: %d %s", name, member, got.Status, got.Raw)
				}
			}
			if p := s.Browser(); p.Get("/account/session?token="+url.QueryEscape(pending)).Status != http.StatusUnauthorized {
				t.Errorf("%s: a page takes it", name)
			}
			own := s.made(t, http.MethodPost, "/user_management/users/"+string(userID(s, "mara@fieldnote.example"))+"/auth_factors", map[string]any{"type": "totp"})
			challenge, _ := own.Body["authentication_challenge"].(map[string]any)
			secret, _ := own.Body["authentication_factor"].(map[string]any)["totp"].(map[string]any)
			theirs := &phone{s: s, key: secret["secret"].(string)}
			if got := theirs.second(s, pending, challenge["id"].(string), theirs.code(t, 0)); got.Status == http.StatusOK {
				t.Errorf("%s: with an app that nobody had used: %s", name, got.Raw)
			}
			s.Time.Add(30 * time.Second)
			if got := f.second(s, pending, f.challenge(t), f.code(t, 0)); got.Status != http.StatusOK || got.Text("access_token") == "" {
				t.Errorf("%s, with it: %d %s", name, got.Status, got.Raw)
			}
		}
	})
}

// bcrypt looks at 72 bytes and C at none behind a NUL: a password counts as a
// whole here, those that were moved here too (attacks P12).
func TestAPasswordCountsAsAWhole(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		long := (strings.Repeat("kestrel tundra lantern orbit ", 4))[:72]
		hash, err := bcrypt.GenerateFromPassword([]byte(long), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		s.made(t, http.MethodPost, "/user_management/users", map[string]any{"email": "mara@fieldnote.example", "password": long + "one", "email_verified": true})
		s.made(t, http.MethodPost, "/user_management/users", map[string]any{"email": "ines@haldenmarine.example", "password_hash": string(hash), "password_hash_type": "bcrypt", "email_verified": true})
		for email, right := range map[string]string{"mara@fieldnote.example": long + "one", "ines@haldenmarine.example": long} {
			for _, wrong := range []string{long + "two", long[:71], long + "one\x00", long + "\x00x", long[:40] + "\x00"} {
				s.Time.Add(time.Hour)
				a := s.grant("password", "email", email, "password", wrong)
				p := s.Browser().Post("/login", url.Values{"email": {email}, "password": {wrong}})
				if a.Status < 400 || a.Status >= 500 || p.Status < 400 || p.Status >= 500 || live(p.b) {
					t.Errorf("%s by %q: %d, and %d at %s", email, wrong, a.Status, p.Status, p.URL)
				}
			}
			s.Time.Add(time.Hour)
			if a := s.grant("password", "email", email, "password", right); a.Status != http.StatusOK {
				t.Errorf("%s by their own: %d %s", email, a.Status, a.Raw)
			}
		}
		for kind, bomb := range map[string]string{"bcrypt": "$2b$31$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "scrypt": "$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + strings.Repeat("A", 43)} {
			began := time.Now()
			a := s.Call(http.MethodPost, "/user_management/users", APIKey, map[string]any{"email": "bomb@fieldnote.example", "password_hash": bomb, "password_hash_type": kind})
			if a.Status != http.StatusBadRequest || a.Text("code") != "invalid_password_hash" || time.Since(began) > 5*time.Second {
				t.Errorf("%s: %d after %v: %s", kind, a.Status, time.Since(began), a.Raw)
			}
		}
	})
}
