package e2e

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/lifecycle"
	"gatehouse/oauth"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Step opens an address and follows no redirect: the page's URL is then where
// it leads.
func (b *Browser) Step(method, address string, form url.Values) *Page {
	b.t.Helper()
	follow := b.client.CheckRedirect
	defer func() { b.client.CheckRedirect = follow }()
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b.do(method, address, form)
}

// raw sends a request as it is, without a cookie and without following.
func (s *Server) raw(method, path, body string, headers ...string) Answer {
	s.T.Helper()
	r, err := http.NewRequestWithContext(s.T.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header[http.CanonicalHeaderKey(headers[i])] = []string{headers[i+1]}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.T.Fatalf("%s %s: %v", method, path, err)
	}
	return answerOf(s.T, response)
}

func answerOf(t testing.TB, response *http.Response) Answer {
	t.Helper()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := Answer{Status: response.StatusCode, Header: response.Header, Raw: string(text)}
	_ = json.Unmarshal(text, &a.Body) // pages have no members
	return a
}

// says is the whole answer as text: status, headers and body.
func (a Answer) says() string {
	var b strings.Builder
	for name, values := range a.Header {
		b.WriteString(name + ": " + strings.Join(values, ", ") + "\n")
	}
	return b.String() + a.Raw
}

// operator makes the first operator and signs them in.
func operator(t *testing.T, s *Server) *Browser {
	t.Helper()
	p := s.Browser().Get(lifecycle.SetupPrefix + s.App.Made.SetupToken)
	p.Submit("email", "priya@fieldnote.example", "first_name", "Priya", "last_name", "Raman", "password", Password)
	b := s.Browser()
	p = b.Get("/admin").Submit("email", "priya@fieldnote.example").Submit("password", Password)
	if p.Status != http.StatusOK || p.URL.Path != "/admin" {
		t.Fatalf("the operator ended at %s (%d): %s", p.URL, p.Status, p.Text())
	}
	return b
}

// system is the operators' own organization.
func system(s *Server) (org id.Organization) {
	s.All(func(tx *db.AllTx) (err error) {
		org, _, err = tenants.SystemOrganization(tx)
		return err
	})
	return org
}

// userID is who has that address.
func userID(s *Server, email string) (user id.User) {
	s.All(func(tx *db.AllTx) error {
		u, err := users.GetByEmail(tx, email)
		if err == nil {
			user = u.ID
		}
		return err
	})
	return user
}

// application registers another client with a secret.
func application(s *Server, n oauth.NewClient) (client id.Client, secret string) {
	s.Tx(func(tx *db.Tx) error {
		c, err := oauth.CreateClient(tx, n)
		if err != nil {
			return err
		}
		client = c.ID
		if c.Public() {
			return nil
		}
		_, secret, err = oauth.NewSecret(tx, c.ID, "test", nil)
		return err
	})
	return client, secret
}

// code signs a person who has an account in and is what their browser brings back.
func code(t *testing.T, s *Server, email string, more ...string) string {
	t.Helper()
	p := s.Browser().Get(s.AuthorizeURL(more...)).Submit("email", email).Submit("password", Password)
	got := p.URL.Query().Get("code")
	if got == "" {
		t.Fatalf("no code at %s (%d): %s", p.URL, p.Status, p.Text())
	}
	return got
}

// claim is a text in a token's payload, unverified: the token came from the
// server itself.
func claim(t *testing.T, token, name string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %q", token)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	text, _ := claims[name].(string)
	return text
}

var tester = actor.System("test")
