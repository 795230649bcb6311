package e2e

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// Deployment is the servers behind one base URL, and the first of them.
type Deployment struct {
	*Server
	servers []*Server
}

// RunNodes runs fn with two servers on one Postgres database, which share
// nothing else, and with the one server that SQLite can have.
func RunNodes(t *testing.T, fn func(t *testing.T, d *Deployment)) {
	t.Helper()
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		d := &Deployment{}
		for _, node := range nodes {
			s := &Server{T: t, DB: node, Time: &Clock{}}
			if d.Server != nil {
				s.Base, s.Time = d.Base, d.Time
			}
			d.servers = append(d.servers, start(t, s, slog.New(slog.DiscardHandler)))
			d.Server = d.servers[0]
		}
		fn(t, d)
	})
}

// node is the server that the nth request goes to.
func (d *Deployment) node(n int) *Server { return d.servers[n%len(d.servers)] }

// atOnce tries n times at once, over all servers in turn, and counts what went
// through.
func (d *Deployment) atOnce(n int, try func(s *Server, i int) bool) int {
	var through atomic.Int64
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			if try(d.node(i), i) {
				through.Add(1)
			}
		})
	}
	close(begin)
	all.Wait()
	return int(through.Load())
}

// once fails unless exactly one of n tries at once goes through, and none later.
func (d *Deployment) once(n int, try func(s *Server, i int) bool) {
	d.T.Helper()
	if won := d.atOnce(n, try); won != 1 {
		d.T.Errorf("%d of %d went through", won, n)
	}
	for i := range d.servers {
		if try(d.node(i), i) {
			d.T.Errorf("it works again on server %d", i)
		}
	}
}

// another is a browser with the same cookies whose requests reach another server.
func (b *Browser) another(s *Server) *Browser {
	other := s.Browser()
	other.client.Jar = b.client.Jar
	return other
}

// grant asks the token endpoint of the wire.
func (s *Server) grant(kind string, more ...string) Answer {
	s.T.Helper()
	if kind != "password" && kind != "refresh_token" && kind != "authorization_code" {
		kind = "urn:workos:oauth:grant-type:" + kind
	}
	body := map[string]any{"grant_type": kind}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i]] = more[i+1]
	}
	return s.Tokens(body)
}

// pending is the token of a sign-in that waits for its next step.
func (s *Server) pending(t *testing.T, email, gate string) string {
	t.Helper()
	a := s.grant("password", "email", email, "password", Password)
	if a.Status != http.StatusForbidden || a.Text("code") != gate && a.Text("error") != gate || a.Text("pending_authentication_token") == "" {
		t.Fatalf("want %s: %d %s", gate, a.Status, a.Raw)
	}
	return a.Text("pending_authentication_token")
}

// made calls the API and fails unless something was made or answered.
func (s *Server) made(t *testing.T, method, path string, body any) Answer {
	t.Helper()
	a := s.Call(method, path, APIKey, body)
	if a.Status >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Raw)
	}
	return a
}

// proven is a person with a password whose address was proven.
func (s *Server) proven(t *testing.T, email string) id.User {
	t.Helper()
	return id.User(s.made(t, http.MethodPost, "/user_management/users", map[string]any{"email": email, "password": Password, "email_verified": true}).Text("id"))
}

// phone is a person's authenticator app.
type phone struct {
	s           *Server
	factor, key string
}

// withApp gives a person an authenticator app whose first code was right, and
// puts the clock at the beginning of a step whose code is unused.
func (s *Server) withApp(t *testing.T, user id.User) *phone {
	t.Helper()
	now := s.Time.Now()
	s.Time.Add(now.Truncate(30 * time.Second).Add(31 * time.Second).Sub(now))
	a := s.made(t, http.MethodPost, "/user_management/users/"+string(user)+"/auth_factors", map[string]any{"type": "totp"})
	factor, _ := a.Body["authentication_factor"].(map[string]any)
	secret, _ := factor["totp"].(map[string]any)
	f := &phone{s: s}
	f.factor, _ = factor["id"].(string)
	f.key, _ = secret["secret"].(string)
	challenge, _ := a.Body["authentication_challenge"].(map[string]any)
	v := s.made(t, http.MethodPost, "/auth/challenges/"+challenge["id"].(string)+"/verify", map[string]any{"code": f.code(t, -1)})
	if v.Body["valid"] != true {
		t.Fatalf("the first code: %s", v.Raw)
	}
	return f
}

// code is what the app shows so many steps from now.
func (f *phone) code(t *testing.T, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(f.key, f.s.Time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// wrong is a code that the app shows at no time near.
func (f *phone) wrong(t *testing.T) string {
	t.Helper()
	near := map[string]bool{f.code(t, -2): true, f.code(t, -1): true, f.code(t, 0): true, f.code(t, 1): true, f.code(t, 2): true}
	for _, code := range []string{"000000", "111111", "222222", "333333", "444444", "555555"} {
		if !near[code] {
			return code
		}
	}
	t.Fatal("unreachable: five codes are near, and here are six")
	return ""
}

// challenge asks for a code of the app.
func (f *phone) challenge(t *testing.T) string {
	t.Helper()
	return f.s.made(t, http.MethodPost, "/auth/factors/"+f.factor+"/challenge", map[string]any{}).Text("id")
}

// second takes the second step of a pending sign-in at a server.
func (f *phone) second(s *Server, pending, challenge, code string) Answer {
	return s.grant("mfa-totp", "pending_authentication_token", pending, "authentication_challenge_id", challenge, "code", code)
}

// events is how many of a type the log has.
func (s *Server) events(kinds ...string) (n int) {
	s.T.Helper()
	s.All(func(tx *db.AllTx) error {
		found, err := audit.List(tx, audit.Filter{Types: kinds})
		n = len(found)
		return err
	})
	return n
}

// recordedTypes is how often the log has each type.
func (s *Server) recordedTypes() map[string]int {
	s.T.Helper()
	types := map[string]int{}
	s.All(func(tx *db.AllTx) error {
		all, err := audit.List(tx, audit.Filter{})
		for _, e := range all {
			types[e.Type]++
		}
		return err
	})
	return types
}
