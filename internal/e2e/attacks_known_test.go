package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/users"
	"gatehouse/users/password"
)

// seenBy is all of an answer that a stranger can compare, less what each answer
// has of its own.
func (p *Page) seenBy(email string) string {
	head := http.Header{}
	for name, values := range p.Header {
		switch name {
		case "Date", "X-Request-Id", "Content-Length", "Set-Cookie":
		default:
			head[name] = values
		}
	}
	var text strings.Builder
	_ = head.Write(&text)
	return fmt.Sprintf("%d %s\n", p.Status, p.URL.Path) + varies.ReplaceAllString(strings.ReplaceAll(text.String()+p.Body, email, "EMAIL"), "ID")
}

// The forms that need nothing but an address are asked about it most: whether
// somebody has it is in no answer, and in no time that an answer takes
// (attacks P10).
func TestNoFormTellsWhoHasAnAccount(t *testing.T) {
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	flow := func(p *Page) string { return p.URL.Query().Get("flow") }
	for name, way := range map[string]struct {
		tries   int
		prepare func(b *Browser, email string) (path string, form url.Values)
	}{
		"forgot": {100, func(_ *Browser, email string) (string, url.Values) {
			return "/login/password/forgot", form("email", email)
		}},
		"address": {100, func(_ *Browser, email string) (string, url.Values) { return "/login", form("email", email) }},
		"code": {100, func(b *Browser, email string) (string, url.Values) {
			p := b.Post("/login", form("email", email))
			return "/login/code/send", form("flow", flow(p))
		}},
		"sign-up": {40, func(b *Browser, email string) (string, url.Values) {
			p := b.Post("/login/signup", form("email", email, "first_name", "Eve", "last_name", "Adder"))
			return "/login/signup/details", form("flow", flow(p), "password", Password)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			Run(t, func(t *testing.T, s *Server) {
				known := people(t, s, 3*way.tries)
				for round := range 3 { // a busy machine may be slow by chance, and not three times in the same direction
					if apart := timed(t, s, known[round*way.tries:(round+1)*way.tries], way.prepare); apart <= 20*time.Millisecond {
						return
					} else if round == 2 {
						t.Errorf("%v apart in the mean", apart)
					}
				}
			})
		})
	}
}

// people makes accounts, as many as are to be asked about once each.
func people(t *testing.T, s *Server, n int) (emails []string) {
	t.Helper()
	hash, err := password.New(password.Options{}).Hash(t.Context(), "", Password)
	if err != nil {
		t.Fatal(err)
	}
	s.Tx(func(tx *db.Tx) error {
		for i := range n {
			u, err := users.Create(tx, users.New{Email: fmt.Sprintf("known-%04d@fieldnote.example", i), EmailVerified: true, PasswordHash: hash})
			if err != nil {
				return err
			}
			emails = append(emails, u.Email)
		}
		return nil
	})
	return emails
}

// timed asks about people and about nobody in turn, and says how far apart the
// answers were in the mean.
func timed(t *testing.T, s *Server, known []string, prepare func(*Browser, string) (string, url.Values)) time.Duration {
	t.Helper()
	took := map[bool]time.Duration{}
	for i, email := range known {
		answers := map[bool]string{}
		for _, is := range []bool{i%2 == 0, i%2 != 0} { // who is first changes
			asked := email
			if !is {
				asked = strings.Replace(email, "known", "other", 1)
			}
			b := s.Browser().From(fmt.Sprintf("198.51.%d.%d", i/200, i%200))
			path, form := prepare(b, asked)
			began := time.Now()
			p := b.Post(path, form)
			took[is] += time.Since(began)
			answers[is] = p.seenBy(asked)
			if p.Status != http.StatusOK {
				t.Fatalf("%s: %d at %s: %s", asked, p.Status, p.URL, p.Text())
			}
		}
		if answers[true] != answers[false] {
			t.Fatal(difference(answers[true], answers[false]))
		}
	}
	return (took[true] - took[false]).Abs() / time.Duration(len(known))
}
