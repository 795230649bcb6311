package e2e

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// solve computes what a browser's script does.
func solve(puzzle string) string {
	for n := 0; ; n++ {
		answer := strconv.Itoa(n)
		if sum := sha256.Sum256([]byte(puzzle + "." + answer)); binary.BigEndian.Uint32(sum[:])>>(32-17) == 0 {
			return answer
		}
	}
}

// fail types wrong passwords until nothing more is taken, and lets the wait pass.
func fail(t *testing.T, s *Server, b *Browser, email string) {
	t.Helper()
	for range 7 {
		p := b.Post("/login", url.Values{"email": {email}, "password": {"not the password at all"}})
		if p.Status == http.StatusTooManyRequests {
			if p.Header.Get("Retry-After") != "120" || !p.Has("Wait 2 minutes or email yourself a code") {
				t.Errorf("Retry-After %q: %s", p.Header.Get("Retry-After"), p.Text())
			}
			s.Time.Add(2*time.Minute + time.Second)
			return
		}
	}
	t.Fatal("never asked to wait")
}

// After the wait each try costs a puzzle, or else a guesser goes on as before:
// without it the password is not even looked at, for an address that somebody
// has and for one that nobody has alike, and an answer counts once.
func TestFailuresMakeTriesCostAPuzzle(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		text := map[string]string{}
		for _, email := range []string{"mara@fieldnote.example", "maria@fieldnote.example"} {
			b := s.Browser().From("203.0.113.7")
			fail(t, s, b, email)
			p := b.Post("/login", url.Values{"email": {email}, "password": {Password}})
			if p.Status != http.StatusUnprocessableEntity || p.Field("puzzle") == "" || !p.Has("short check") {
				t.Fatalf("%s: %d at %s: %s", email, p.Status, p.URL, p.Text())
			}
			text[email] = p.Text()
			if again := p.Submit("password", Password, "puzzle_answer", "1"); again.Status != http.StatusUnprocessableEntity || !again.Has("isn’t done") {
				t.Errorf("%s, a wrong answer: %d at %s: %s", email, again.Status, again.URL, again.Text())
			}
			if email != "mara@fieldnote.example" {
				continue
			}
			answer := solve(p.Field("puzzle"))
			wrong := p.Submit("password", "not the password at all", "puzzle_answer", answer)
			if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("don’t match") {
				t.Errorf("a paid try: %d: %s", wrong.Status, wrong.Text())
			}
			s.Time.Add(4*time.Minute + time.Second)
			if twice := p.Submit("password", Password, "puzzle_answer", answer); twice.URL.Path == "/account" {
				t.Error("one answer paid for two tries")
			} else if in := twice.Submit("password", Password, "puzzle_answer", solve(twice.Field("puzzle"))); in.URL.Path != "/account" {
				t.Errorf("with an answer of its own: %d at %s: %s", in.Status, in.URL, in.Text())
			}
		}
		if a, b := text["mara@fieldnote.example"], text["maria@fieldnote.example"]; strings.ReplaceAll(b, "maria@", "mara@") != a {
			t.Errorf("known:   %s\nunknown: %s", a, b)
		}
	})
}

// Without script nobody computes: a minute's wait on the page does, and the
// minute does not begin anew with an impatient try.
func TestWithoutScriptAMinuteIsTheAnswer(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		b := s.Browser().From("203.0.113.7")
		fail(t, s, b, "mara@fieldnote.example")
		p := b.Get("/login").Submit("email", "mara@fieldnote.example")
		s.Time.Add(40 * time.Second)
		early := p.Submit("password", Password)
		if early.Status != http.StatusUnprocessableEntity || !early.Has("Wait a minute") || early.Field("puzzle") != p.Field("puzzle") {
			t.Fatalf("%d: %s", early.Status, early.Text())
		}
		s.Time.Add(21 * time.Second)
		if in := early.Submit("password", Password); in.URL.Path != "/account" {
			t.Errorf("%d at %s: %s", in.Status, in.URL, in.Text())
		}
	})
}

// Guesses from many networks, below every one's own limit, cost too; the
// person's own browser pays nothing for them.
func TestThePersonPaysNothingForStrangers(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		own := s.Browser()
		signUp(t, s, own, "mara@fieldnote.example")
		own.Get("/logout").Submit()
		for i := range 10 {
			s.Browser().From("198.51.100."+strconv.Itoa(i)).Post("/login", url.Values{"email": {"mara@fieldnote.example"}, "password": {"wrong wrong wrong"}})
		}
		p := s.Browser().From("203.0.113.9").Get("/login").Submit("email", "mara@fieldnote.example")
		if p.Field("puzzle") == "" {
			t.Errorf("the next network is asked for nothing: %s", p.Text())
		}
		p = own.Get("/login").Submit("email", "mara@fieldnote.example")
		if p.Field("puzzle") != "" {
			t.Error("the person's own browser is asked to pay")
		}
		if p = p.Submit("password", Password); p.URL.Path != "/account" {
			t.Errorf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
	})
}

// A deployment that plugs a service in asks that one; while it cannot be
// reached our own puzzle stands in, so that nobody is kept out.
func TestAServiceTakesThePuzzlesPlace(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		verdict, status := `{"success":true}`, http.StatusOK
		service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("secret") != "shh" || r.FormValue("remoteip") != "203.0.113.7" {
				t.Errorf("asked with %v", r.Form)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(verdict))
		}))
		defer service.Close()
		s = NewWith(t, s.DB, s.App.Log, "GATEHOUSE_CHALLENGE_SCRIPT_URL=https://challenges.example/api.js", "GATEHOUSE_CHALLENGE_SITE_KEY=0x4AAA",
			"GATEHOUSE_CHALLENGE_SECRET=shh", "GATEHOUSE_CHALLENGE_VERIFY_URL="+service.URL)
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		b := s.Browser().From("203.0.113.7")
		fail(t, s, b, "mara@fieldnote.example")
		p := b.Get("/login").Submit("email", "mara@fieldnote.example")
		policy := p.Header.Get("Content-Security-Policy")
		if !strings.Contains(p.Body, `data-sitekey="0x4AAA"`) || !strings.Contains(policy, "script-src 'self' https://challenges.example;") || !strings.Contains(policy, "frame-src https://challenges.example") {
			t.Fatalf("no widget: %s\n%s", policy, p.Body)
		}
		const field = "cf-turnstile-response"
		if q := p.Submit("password", Password, "puzzle_answer", solve(p.Field("puzzle"))); q.URL.Path == "/account" {
			t.Error("computing got around the service")
		}
		verdict = `{"success":false}`
		if q := p.Submit("password", Password, field, "token"); q.URL.Path == "/account" {
			t.Error("a response that the service refuses counts")
		}
		status = http.StatusServiceUnavailable
		q := p.Submit("password", Password, field, "token")
		if q.Status != http.StatusUnprocessableEntity || strings.Contains(q.Body, "data-sitekey") || !strings.Contains(q.Body, `data-puzzle-bits="17"`) {
			t.Fatalf("without the service: %d %s", q.Status, q.Body)
		}
		if q = q.Submit("password", Password, "puzzle_answer", solve(q.Field("puzzle"))); q.URL.Path != "/account" {
			t.Errorf("our own puzzle: %d at %s: %s", q.Status, q.URL, q.Text())
		}
		verdict, status = `{"success":true}`, http.StatusOK
		b = s.Browser().From("203.0.113.7")
		if q = b.Get("/login").Submit("email", "mara@fieldnote.example"); q.Field("puzzle") != "" {
			q = q.Submit("password", Password, field, "token")
		} else {
			q = q.Submit("password", Password)
		}
		if q.URL.Path != "/account" {
			t.Errorf("a response that the service takes: %d at %s", q.Status, q.URL)
		}
	})
}
