package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/mfa"
	"gatehouse/oauth"
	"gatehouse/users"
)

// diary keeps what is logged.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(p)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String()
}

// canaries are the secrets that a run met, by what they are.
type canaries map[string]string

func (c canaries) add(what, secret string) {
	if len(secret) >= 12 { // shorter ones are found by chance
		c[what] = secret
	}
}

// A secret in a log is read by everybody who reads logs, and outlives every
// rotation: nothing of a whole day's secrets is in the log at its most
// talkative, or in the audit table, in any way of writing them.
func TestNoSecretIsWrittenDown(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		said := &diary{}
		s := NewWith(t, d, slog.New(slog.NewJSONHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug})), "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
		secrets := canaries{"the bootstrap key": APIKey}
		spend(t, s, secrets)
		mistake(t, s, secrets)
		if len(secrets) < 35 {
			t.Fatalf("only %d secrets were met", len(secrets))
		}
		if !strings.Contains(said.String(), "/user_management/authenticate") {
			t.Fatal("nothing was logged, so nothing is shown")
		}
		kept := auditTable(t, s)
		for what, secret := range secrets {
			for _, written := range []string{secret, url.QueryEscape(secret), strings.ToLower(secret)} {
				if strings.Contains(said.String(), written) {
					t.Errorf("%s is in the log", what)
				}
				if strings.Contains(kept, written) {
					t.Errorf("%s is in the audit table", what)
				}
			}
		}
	})
}

// spend uses every kind of secret that there is, as it is meant to be.
func spend(t *testing.T, s *Server, secrets canaries) {
	t.Helper()
	secrets.add("the set-up token", s.App.Made.SetupToken)
	b := operator(t, s)
	secrets.add("a password", Password)
	secrets.add("an operator's session", b.Cookie("gatehouse_session"))
	person := s.Browser()
	p := signUp(t, s, person, "mara@fieldnote.example")
	secrets.add("a session", person.Cookie("gatehouse_session"))
	secrets.add("a device", person.Cookie("gatehouse_device"))
	secrets.add("a code", p.URL.Query().Get("code"))
	a := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
	secrets.add("an access token", a.Text("access_token"))
	secrets.add("a refresh token", a.Text("refresh_token"))
	a = s.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": a.Text("refresh_token")})
	secrets.add("a second refresh token", a.Text("refresh_token"))
	secrets.add("a second access token", a.Text("access_token"))
	started := s.Browser()
	page := started.Get(s.AuthorizeURL("state", "state-of-an-application-1234", "nonce", "nonce-of-an-application-1234"))
	secrets.add("a state", "state-of-an-application-1234")
	secrets.add("a nonce", "nonce-of-an-application-1234")
	flow := page.URL.Query().Get("flow")
	secrets.add("an attempt's secret", started.Cookie("gatehouse_attempt_"+strings.TrimPrefix(flow, flow[:strings.LastIndex(flow, "_")+1])))
	client, secret := application(s, oauth.NewClient{Name: "Other", RedirectURIs: []string{"https://other.example/callback"}})
	secrets.add("a client secret", secret)
	standard(s, url.Values{"grant_type": {"authorization_code"}, "client_id": {string(client)}, "client_secret": {secret}, "code": {"a-made-up-code-1234"}, "code_verifier": {verifier}})
	secrets.add("a verifier", verifier)
	secrets.add("a made-up code", "a-made-up-code-1234")
	made := s.Call(http.MethodPost, "/api_keys", APIKey, map[string]any{"name": "CI"})
	secrets.add("an API key", made.Text("value"))
	s.Call(http.MethodGet, "/organizations", made.Text("value"), nil)
	orgs := join(t, s, "mara@fieldnote.example", "Halden Marine", "Nordby Kraft")
	customers(t, s, secrets, string(orgs[0]))
	pending := s.Tokens(map[string]any{"grant_type": "password", "email": "mara@fieldnote.example", "password": Password})
	secrets.add("a pending token", pending.Text("pending_authentication_token"))
	s.Call(http.MethodPost, "/user_management/users", APIKey, map[string]any{"email": "new@fieldnote.example", "password": "the-new-persons-own-7714"})
	secrets.add("a password by the API", "the-new-persons-own-7714")
	prove(t, s, secrets)
	hear(t, s, secrets)
	shown := b.Post("/admin/applications/"+string(client)+"/secrets/new", url.Values{"name": {"Server"}})
	secrets.add("a secret of the dashboard", regexp.MustCompile(`cs_[A-Za-z0-9_-]{43}`).FindString(shown.Body))
}

// hear has an event delivered to an endpoint that echoes what it is sent.
func hear(t *testing.T, s *Server, secrets canaries) {
	t.Helper()
	signed := make(chan http.Header, 8)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.Header.Write(w)
		select {
		case signed <- r.Header:
		default:
		}
	}))
	defer receiver.Close()
	secrets.add("the query of an endpoint's address", "canary-of-an-address-4412")
	made := s.made(t, http.MethodPost, "/webhook_endpoints", map[string]any{"endpoint_url": receiver.URL + "/?key=canary-of-an-address-4412", "events": []string{"user.created"}})
	secrets.add("an endpoint's secret", made.Text("secret"))
	path := "/webhook_endpoints/" + made.Text("id")
	secrets.add("an endpoint's next secret", s.Call(http.MethodPost, path+"/rotate_secret", APIKey, nil).Text("secret"))
	s.made(t, http.MethodPost, path+"/test", nil)
	stop := s.App.StartJobs(t.Context())
	select {
	case h := <-signed:
		_, hash, _ := strings.Cut(h.Get("WorkOS-Signature"), "v1=")
		secrets.add("a webhook's signature", hash)
		_, standard, _ := strings.Cut(h.Get("webhook-signature"), "v1,")
		secrets.add("a webhook's other signature", strings.Fields(standard)[0])
	case <-time.After(20 * time.Second):
		t.Error("no event was delivered")
	}
	if err := stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// customers uses what an organization's provider and its members have.
func customers(t *testing.T, s *Server, secrets canaries, org string) {
	t.Helper()
	made := s.made(t, http.MethodPost, "/directories", map[string]any{"organization_id": org, "type": "okta scim v2.0"})
	secrets.add("a directory's first token", made.Body["scim"].(map[string]any)["token"].(map[string]any)["value"].(string))
	another := s.made(t, http.MethodPost, "/directories/"+made.Text("id")+"/tokens", nil)
	secrets.add("a directory's token", another.Text("value"))
	secrets.add("a password that a provider sends", "sent-by-a-provider-8823")
	s.raw(http.MethodPost, "/scim/v2/"+made.Text("id")+"/Users", `{"userName":"kari@haldenmarine.example","password":"sent-by-a-provider-8823"}`, "Authorization", "Bearer "+another.Text("value"), "Content-Type", "application/scim+json")
	var user string
	s.Tx(func(tx *db.Tx) error {
		u, err := users.GetByEmail(tx, "mara@fieldnote.example")
		if err == nil {
			user = string(u.ID)
		}
		return err
	})
	key := s.made(t, http.MethodPost, "/user_management/users/"+user+"/api_keys", map[string]any{"name": "CI", "organization_id": org})
	secrets.add("a member's key", key.Text("value"))
	s.Call(http.MethodPost, "/api_keys/validations", APIKey, map[string]any{"value": key.Text("value")})
}

// prove uses what people prove a mailbox and themselves with. Codes of six
// digits are found by chance: links and keys stand for them.
func prove(t *testing.T, s *Server, secrets canaries) {
	t.Helper()
	const ines = "ines@haldenmarine.example"
	user := s.proven(t, ines)
	f := s.withApp(t, user)
	secrets.add("an app's key", f.key)
	pending := s.pending(t, ines, "mfa_challenge")
	secrets.add("a token before the second step", pending)
	f.second(s, pending, f.challenge(t), f.wrong(t))
	f.second(s, pending, f.challenge(t), f.code(t, 0))
	var codes []string
	s.Tx(func(tx *db.Tx) (err error) { codes, err = mfa.NewRecoveryCodes(tx, user); return err })
	secrets.add("a recovery code", codes[0])
	s.atSecond(t, s.Browser(), ines).Follow("Recovery code").Submit("code", codes[0])
	asking := s.Browser()
	mailed(asking, ines)
	to := path(t, s, mailtest.Last(t, s.DB, ines))
	secrets.add("a mailed link", to[strings.LastIndex(to, "/")+1:])
	asking.Get(to).Submit()
	to = forgotten(t, s, ines)
	secrets.add("a reset link", to[strings.LastIndex(to, "/")+1:])
	s.Browser().Get(to).Submit("password", fresh)
	to = path(t, s, mailtest.Last(t, s.DB, ines))
	secrets.add("the link of a notice", to[strings.LastIndex(to, "/")+1:])
	s.Browser().Get(to).Submit()
	secrets.add("a reset token", s.made(t, http.MethodPost, "/user_management/password_reset", map[string]any{"email": ines}).Text("password_reset_token"))
	secrets.add("an invitation", s.made(t, http.MethodPost, "/user_management/invitations", map[string]any{"email": "sofie@haldenmarine.example"}).Text("token"))
	device := s.raw(http.MethodPost, "/user_management/authorize/device", "client_id="+Client, "Content-Type", "application/x-www-form-urlencoded")
	secrets.add("a device code", device.Text("device_code"))
	s.raw(http.MethodPost, "/user_management/authenticate", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {Client}, "device_code": {device.Text("device_code")}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// mistake uses secrets where they do not belong: errors are what logs are for.
func mistake(t *testing.T, s *Server, secrets canaries) {
	t.Helper()
	const typed = "typed-in-the-wrong-field-5521"
	secrets.add("a password in the wrong field", typed)
	b := s.Browser()
	b.Post("/login", url.Values{"email": {typed}, "password": {typed}})
	b.Post("/login", url.Values{"email": {"mara@fieldnote.example"}, "password": {typed}})
	s.Tokens(map[string]any{"grant_type": "password", "email": typed, "password": typed})
	s.Tokens(map[string]any{"grant_type": typed, "client_secret": typed, "code": typed})
	for what, secret := range secrets {
		s.raw(http.MethodGet, "/admin/setup/"+url.PathEscape(secret), "")
		for _, page := range []string{"/login/link/", "/login/password/reset/", "/login/not-me/", "/invite/", "/user_management/invitations/by_token/"} {
			s.raw(http.MethodGet, page+url.PathEscape(secret), "", "Authorization", "Bearer "+APIKey)
			s.raw(http.MethodPost, page+url.PathEscape(secret), "a=b", "Content-Type", "application/x-www-form-urlencoded")
		}
		s.raw(http.MethodGet, "/scim/v2/directory_01HZZZZZZZZZZZZZZZZZZZZZZZ/Users?filter="+url.QueryEscape(secret), "", "Authorization", "Bearer "+secret)
		s.raw(http.MethodPost, "/api_keys/validations", fmt.Sprintf(`{"value":%q}`, secret), "Authorization", "Bearer "+APIKey)
		s.raw(http.MethodGet, "/device?user_code="+url.QueryEscape(secret), "")
		s.raw(http.MethodPost, "/admin/setup/"+url.PathEscape(secret), "a=b", "Content-Type", "application/x-www-form-urlencoded")
		s.raw(http.MethodDelete, "/admin/setup/"+url.PathEscape(secret)+"/", "")
		s.raw(http.MethodGet, "/organizations?search="+url.QueryEscape(secret), "", "Authorization", "Bearer "+secret)
		s.raw(http.MethodGet, "/user_management/authorize?client_id="+url.QueryEscape(secret)+"&code="+url.QueryEscape(secret), "", "Cookie", "gatehouse_session="+secret)
		s.raw(http.MethodGet, "/oauth2/userinfo?access_token="+url.QueryEscape(secret), "", "Authorization", "Bearer "+secret)
		s.raw(http.MethodGet, "/oauth2/logout?id_token_hint="+url.QueryEscape(secret), "")
		s.raw(http.MethodPost, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {secret}, "client_id": {Client}, "client_secret": {secret}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		s.raw(http.MethodPost, "/user_management/authenticate", fmt.Sprintf(`{"grant_type":"refresh_token","client_id":%q,"refresh_token":%q`, Client, secret), "Content-Type", "application/json")
		s.raw(http.MethodPost, "/organizations", fmt.Sprintf(`{"name":[%q]}`, secret), "Authorization", "Bearer "+APIKey, "Idempotency-Key", secret)
		if what == "" {
			t.Error("a secret without a name")
		}
	}
}

// auditTable is every entry, as the API and the exports would give it.
func auditTable(t *testing.T, s *Server) string {
	t.Helper()
	var all bytes.Buffer
	s.All(func(tx *db.AllTx) error {
		page := db.Page{Limit: 100}
		for {
			rows, paging, err := search.Find(tx, search.Query{}, page)
			if err != nil {
				return err
			}
			if err := json.NewEncoder(&all).Encode(rows); err != nil {
				return err
			}
			if paging.After == "" {
				return nil
			}
			page.After = paging.After
		}
	})
	if !strings.Contains(all.String(), "session.created") {
		t.Fatal("the audit table was not read")
	}
	return all.String()
}
