package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/seal"
	"gatehouse/tenants"
	"gatehouse/users"
)

const (
	newcomers  = 100 // sign up when the server dies
	refreshers = 100 // refresh their tokens meanwhile
)

// kill -9 at any moment loses nothing that was answered with success: no
// account without its audit entry, no half of one, no client with a dead
// refresh token.
func TestKillLosesNothingThatWasAnswered(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		address := dbtest.SQLiteURL(t)
		killAndCheck(t, Env(t, address), address)
	})
	dbtest.OnPostgres(t, func(t *testing.T, address string) { killAndCheck(t, Env(t, address), address) })
}

func killAndCheck(t *testing.T, env []string, address string) {
	p := Start(t, env)
	s := &storm{t: t, url: p.URL, answered: map[string]string{}}
	s.unproven(address)
	s.prepare()
	s.run(p)
	again := Start(t, env)
	s.checkRefreshers()
	s.checkNewcomers()
	s.checkRows(address)
	again.Kill()
}

// storm is the load under which the server dies, and what it had answered.
type storm struct {
	t   testing.TB
	url string

	mu       sync.Mutex
	answered map[string]string // newcomers' addresses and session cookies
	clients  []*refresher
}

func (s *storm) signedUp() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.answered)
}

// refresher is a client that keeps what it last heard.
type refresher struct {
	token   string
	renewed int
}

// unproven has the server take addresses as they come: the account and its
// session are then made by the one request whose answer is lost or not.
func (s *storm) unproven(address string) {
	s.t.Helper()
	d := s.open(address)
	defer d.Close()
	err := d.Tx(context.WithoutCancel(s.t.Context()), actor.System("test"), func(tx *db.Tx) error {
		settings := tenants.DefaultSettings()
		settings.VerifyEmails = false
		return tenants.SetSettings(tx, settings)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// open opens the server's database beside it.
func (s *storm) open(address string) *db.DB { return beside(s.t, address) }

// beside opens the database of a process beside it.
func beside(t testing.TB, address string) *db.DB {
	t.Helper()
	keys, err := seal.NewKeyring([][]byte{[]byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Options{URL: address, Keys: keys, MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// prepare signs people in, each with a refresh token.
func (s *storm) prepare() {
	s.t.Helper()
	const people = 4 // many sessions of few people: the passwords are not what is tested
	for i := range people {
		body := map[string]any{"email": fmt.Sprintf("settled%d@fieldnote.example", i), "password": Password}
		if a := call(s.t, s.url, http.MethodPost, "/user_management/users", APIKey, body); a.Status != http.StatusCreated {
			s.t.Fatalf("%d %s", a.Status, a.Raw)
		}
	}
	for i := range refreshers {
		a := call(s.t, s.url, http.MethodPost, "/user_management/authenticate", "", map[string]any{"grant_type": "password", "client_id": Client,
			"client_secret": APIKey, "email": fmt.Sprintf("settled%d@fieldnote.example", i%people), "password": Password, "ip_address": fmt.Sprintf("198.51.100.%d", i)})
		if a.Status != http.StatusOK {
			s.t.Fatalf("%d %s", a.Status, a.Raw)
		}
		s.clients = append(s.clients, &refresher{token: a.Text("refresh_token")})
	}
}

// run lets all loose at once and kills the server in the middle.
func (s *storm) run(p *Process) {
	var wg sync.WaitGroup
	for i := range newcomers {
		wg.Go(func() { s.signUp(fmt.Sprintf("newcomer%d@fieldnote.example", i)) })
	}
	for _, c := range s.clients {
		wg.Go(func() {
			for s.refresh(c) {
			}
		})
	}
	deadline := time.Now().Add(30 * time.Second)
	for s.signedUp() < newcomers/4 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	p.Kill()
	wg.Wait()
	renewals := 0
	for _, c := range s.clients {
		renewals += c.renewed
	}
	s.t.Logf("killed after %d of %d sign-ups and %d refreshes", len(s.answered), newcomers, renewals)
	if n := len(s.answered); n == 0 || n == newcomers || renewals == 0 {
		s.t.Fatal("the server did not die in the middle, so nothing was tested")
	}
}

// refresh renews a client's token, and says whether to go on.
func (s *storm) refresh(c *refresher) bool {
	a, err := tryCall(s.t, s.url, http.MethodPost, "/user_management/authenticate", "", map[string]any{
		"grant_type": "refresh_token", "client_id": Client, "client_secret": APIKey, "refresh_token": c.token})
	if err != nil {
		return false // the server is gone
	}
	if a.Status != http.StatusOK {
		if a.Status < http.StatusInternalServerError && a.Status != http.StatusTooManyRequests {
			s.t.Errorf("a refresh was refused: %d %s", a.Status, a.Raw)
		}
		return false
	}
	c.token = a.Text("refresh_token")
	c.renewed++
	return true
}

// signUp walks the sign-up; it keeps the session where it was answered.
func (s *storm) signUp(email string) {
	jar, _ := cookiejar.New(nil) // it fails for options alone
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	post := func(path string, form url.Values) *http.Response {
		response, err := client.PostForm(s.url+path, form)
		if err != nil {
			return nil
		}
		response.Body.Close()
		return response
	}
	r := post("/login/signup", url.Values{"email": {email}, "first_name": {"New"}, "last_name": {"Comer"}})
	if r == nil || r.StatusCode != http.StatusSeeOther {
		return
	}
	next, _ := url.Parse(r.Header.Get("Location")) // ours
	r = post(next.Path, url.Values{"flow": {next.Query().Get("flow")}, "password": {Password}})
	if r == nil || r.StatusCode != http.StatusSeeOther {
		return
	}
	for _, c := range r.Cookies() {
		if strings.HasSuffix(c.Name, "gatehouse_session") {
			s.mu.Lock()
			s.answered[email] = c.Name + "=" + c.Value
			s.mu.Unlock()
		}
	}
}

// checkRefreshers: the newest token that a client heard of works, or is the
// predecessor of one whose answer was lost, within its grace.
func (s *storm) checkRefreshers() {
	s.t.Helper()
	for i, c := range s.clients {
		if !s.refresh(c) {
			s.t.Errorf("client %d is left with a dead refresh token after %d renewals", i, c.renewed)
		}
	}
}

// checkNewcomers: who was told that they are signed in, is.
func (s *storm) checkNewcomers() {
	s.t.Helper()
	for email, cookie := range s.answered {
		r, err := http.NewRequest(http.MethodGet, s.url+"/account/session", nil)
		if err != nil {
			s.t.Fatal(err)
		}
		r.Header.Set("Cookie", cookie)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			s.t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			s.t.Errorf("%s was signed in and is not any more: %d", email, response.StatusCode)
		}
	}
}

// checkRows: every account is whole, answered or not: with its password and
// its audit entry; everybody who was answered has one.
func (s *storm) checkRows(address string) {
	s.t.Helper()
	d := s.open(address)
	defer d.Close()
	err := d.ReadDeployment(context.WithoutCancel(s.t.Context()), func(tx *db.AllTx) error {
		created, err := entries(tx, "user.created")
		if err != nil {
			return err
		}
		started, err := entries(tx, "browser_session.created")
		if err != nil {
			return err
		}
		if err := s.checkRenewals(tx); err != nil {
			return err
		}
		return s.checkAccounts(tx, created, started)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// checkRenewals: every refresh that was answered is in the log.
func (s *storm) checkRenewals(tx *db.AllTx) error {
	recorded, err := audit.List(tx, audit.Filter{Types: []string{"session.refreshed"}})
	answered := 0
	for _, c := range s.clients {
		answered += c.renewed
	}
	if err == nil && len(recorded) < answered {
		s.t.Errorf("%d refreshes were answered, %d recorded", answered, len(recorded))
	}
	return err
}

func (s *storm) checkAccounts(tx *db.AllTx, created, started map[string]int) error {
	there := 0
	for i := range newcomers {
		email := fmt.Sprintf("newcomer%d@fieldnote.example", i)
		u, err := users.GetByEmail(tx, email)
		if err != nil {
			if s.answered[email] != "" {
				s.t.Errorf("%s was answered and is gone: %v", email, err)
			}
			continue
		}
		there++
		has, err := users.HasPassword(tx, u.ID)
		if err != nil {
			return err
		}
		if !has || created[string(u.ID)] != 1 || started[string(u.ID)] < 1 {
			s.t.Errorf("%s is half there: password %v, %d user.created, %d sessions started", email, has, created[string(u.ID)], started[string(u.ID)])
		}
	}
	if there < len(s.answered) {
		s.t.Errorf("%d accounts for %d answers", there, len(s.answered))
	}
	return nil
}

// entries counts the audit entries of a type by their last user.
func entries(tx *db.AllTx, eventType string) (map[string]int, error) {
	all, err := audit.List(tx, audit.Filter{Types: []string{eventType}})
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, e := range all {
		for _, target := range e.Targets {
			count[target.ID]++
		}
	}
	return count, nil
}
