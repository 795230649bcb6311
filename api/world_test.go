package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"gatehouse/apikeys"
	"gatehouse/audit/archive"
	"gatehouse/audit/ingest"
	"gatehouse/audit/sequence"
	"gatehouse/export/webhook"
	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/netguard"
	"gatehouse/internal/objects"
	"gatehouse/internal/problem"
	"gatehouse/invitations"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/oauth"
	"gatehouse/portal"
	"gatehouse/scim/provision"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	rootKey    = "sk_test_0123456789abcdefghijklmnop"
	testClient = id.Client("client_01AP1TESTS0000000000000000")
)

var tester = actor.System("test")

// world is a deployment with one application and one key.
type world struct {
	t      testing.TB
	d      *db.DB
	h      *Handler
	echo   *echo.Echo
	system id.Organization
}

// run runs fn with a fresh world on each database.
func run(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d)) })
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	limits := &limit.Limiter{DB: d}
	w := &world{t: t, d: d, echo: echo.New()}
	hasher := password.New(password.Options{KiB: 64, Passes: 1})
	w.h = &Handler{DB: d, Base: "https://auth.example", Uses: &apikeys.Uses{DB: d}, Limits: limits, Keys: &oauth.Keys{DB: d},
		Passwords: &users.Passwords{DB: d, Hasher: hasher, Limits: limits}}
	w.h.Mailbox = &mailbox.Mailbox{DB: d, Post: mailtest.NewPost(d), Limits: limits, Passwords: w.h.Passwords, Base: w.h.Base}
	w.h.Fetch, w.h.Name = netguard.New(nil).Client(netguard.Options{}), "Fieldnote"
	w.h.Directories = &provision.Service{DB: d, Post: mailtest.NewPost(d), Base: w.h.Base, Log: slog.New(slog.DiscardHandler)}
	store, err := objects.OpenLocal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.h.Ingest = &ingest.Service{DB: d}
	w.h.Archive = &archive.Service{DB: d, Store: store, Signer: &sequence.Signer{DB: d, Log: slog.New(slog.DiscardHandler)}, Post: mailtest.NewPost(d), Base: w.h.Base, Log: slog.New(slog.DiscardHandler)}
	guard := netguard.New(nil)
	w.h.Webhooks = &webhook.Service{DB: d, Guard: guard, HTTP: guard.Client(webhook.ClientOptions), Log: slog.New(slog.DiscardHandler)}
	w.h.Streams = w.signalService()
	w.h.Signer = &sequence.Signer{DB: d, Log: slog.New(slog.DiscardHandler)}
	w.h.Upkeep = &sso.Upkeep{DB: d, HTTP: w.h.Fetch}
	w.h.Invitations = &invitations.Service{Post: mailtest.NewPost(d), Base: w.h.Base}
	w.h.Name, w.h.Portal = "Fieldnote", &portal.Service{Post: mailtest.NewPost(d), Base: w.h.Base}
	w.h.MFA = &mfa.Service{DB: d, Limits: limits, Name: "Fieldnote", Base: w.h.Base, Log: slog.New(slog.DiscardHandler)}
	w.echo.Pre(browser.CanonicalPath)
	w.echo.HTTPErrorHandler = w.answer
	w.h.Mount(w.echo)
	w.all(func(tx *db.AllTx) (err error) {
		if w.system, err = tenants.EnsureSystemOrganization(tx); err != nil {
			return err
		}
		if err := tenants.SeedRoles(tx); err != nil {
			return err
		}
		if err := apikeys.EnsureBootstrap(tx, rootKey); err != nil {
			return err
		}
		_, err = oauth.CreateClient(tx.Tx, oauth.NewClient{ID: testClient, Name: "App", RedirectURIs: []string{"https://app.example/callback"}})
		return err
	})
	return w
}

// answer is what internal/app does with an error.
func (w *world) answer(err error, c echo.Context) {
	p := problem.Of(err)
	if h, ok := err.(*echo.HTTPError); ok && h.Code == http.StatusNotFound { //nolint:errorlint // echo's own
		p = problem.ErrNotFound
	}
	if p.Kind == problem.Internal {
		w.t.Errorf("%s %s: %v", c.Request().Method, c.Request().URL.Path, err)
	}
	p.SetHeaders(c.Response().Header())
	_ = c.JSON(p.Status(), p.WireBody())
}

func (w *world) all(fn func(tx *db.AllTx) error) {
	w.t.Helper()
	if err := w.d.InDeployment(w.t.Context(), tester, fn); err != nil {
		w.t.Fatal(err)
	}
}

// reply is an answer as a test looks at it.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) get(path string) string {
	var v any
	if json.Unmarshal(r.body, &v) != nil {
		return ""
	}
	for _, name := range strings.Split(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			i := 0
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(in) {
				return ""
			}
			v = in[i]
		default:
			return ""
		}
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// send makes a request with further headers, as name and value.
func (w *world) send(key, method, url, body string, headers ...string) reply {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	w.echo.ServeHTTP(answer, r)
	return reply{answer.Code, answer.Header(), answer.Body.Bytes()}
}

func (w *world) do(method, url, body string, headers ...string) reply {
	return w.send(rootKey, method, url, body, headers...)
}

// must is do that wants success.
func (w *world) must(method, url, body string) reply {
	w.t.Helper()
	r := w.do(method, url, body)
	if r.status >= 300 {
		w.t.Fatalf("%s %s: %d %s", method, url, r.status, r.body)
	}
	return r
}

func (w *world) organization(name string) string {
	w.t.Helper()
	return w.must("POST", "/organizations", fmt.Sprintf(`{"name":%q,"external_id":"x-%s"}`, name, strings.ToLower(name))).get("id")
}

func (w *world) user(email string) string {
	w.t.Helper()
	return w.must("POST", "/user_management/users", fmt.Sprintf(`{"email":%q,"external_id":"x-%s"}`, email, email)).get("id")
}

func (w *world) member(org, user, role string) string {
	w.t.Helper()
	return w.must("POST", membershipPath, fmt.Sprintf(`{"user_id":%q,"organization_id":%q,"role_slug":%q}`, user, org, role)).get("id")
}

func (w *world) orgKey(org string) string {
	w.t.Helper()
	return w.must("POST", "/api_keys", fmt.Sprintf(`{"name":"key","organization_id":%q}`, org)).get("value")
}

// session signs a person in to the application, in an organization or in none.
func (w *world) session(user, org string) string {
	w.t.Helper()
	var s *sessions.Session
	err := w.d.Tx(w.t.Context(), tester, func(tx *db.Tx) (err error) {
		n := sessions.New{User: id.User(user), Client: testClient, Method: sessions.Password, IP: "203.0.113.7", UserAgent: "Agent/1"}
		if org != "" {
			o := id.Organization(org)
			n.Organization = &o
		}
		s, err = sessions.Start(tx, n)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(s.ID)
}

// transcript is a conversation with the API as a golden file: the requests
// that a test makes and what was answered.
type transcript struct {
	w      *world
	text   bytes.Buffer
	seen   map[string]string
	sorted bool // Postgres keeps JSON with its members in another order
}

func (w *world) transcript() *transcript { return &transcript{w: w, seen: map[string]string{}} }

func (s *transcript) do(method, url, body string) reply {
	return s.as(rootKey, method, url, body)
}

func (s *transcript) as(key, method, url, body string) reply {
	r := s.w.send(key, method, url, body)
	fmt.Fprintf(&s.text, "%s %s", method, url)
	if body != "" {
		fmt.Fprintf(&s.text, " %s", body)
	}
	fmt.Fprintf(&s.text, "\n%d\n", r.status)
	if len(r.body) > 0 {
		var pretty bytes.Buffer
		body := bytes.TrimSpace(r.body)
		if s.sorted {
			body = inOrder(body)
		}
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			s.w.t.Errorf("%s %s is no JSON: %s", method, url, r.body)
		}
		s.text.Write(pretty.Bytes())
		s.text.WriteByte('\n')
	}
	s.text.WriteByte('\n')
	return r
}

func inOrder(body []byte) []byte {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return body
	}
	sorted, _ := json.Marshal(v) // what was JSON is JSON
	return sorted
}

var volatile = regexp.MustCompile(`"secret": "[^"]+"|[a-z_]+_[0-9A-HJKMNP-TV-Z]{26}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|"verification_token": "[^"]+"|"token": "[^"]+"|https://auth.example/invite/[A-Za-z0-9_-]+|/by_token/[A-Za-z0-9_-]{30,}|(?:sk|mk|scim)_[A-Za-z0-9_-]{43,}|sk_[A-Za-z0-9_-]{20,}|(?:sk|mk)_\.\.\.[^"]+|"last_four": "[^"]+"` +
	`|conn-[0-9A-HJKMNP-TV-Z]{26}|-----BEGIN CERTIFICATE-----[^"-]+-----END CERTIFICATE-----\\n|MI[A-Za-z0-9+/]{100,}={0,2}|(?:[0-9A-F]{2}:){31}[0-9A-F]{2}`)

// check compares with testdata/name.golden; ids are numbered, times and
// secrets are left out.
func (s *transcript) check(t *testing.T, name string) {
	t.Helper()
	count := map[string]int{}
	got := volatile.ReplaceAllStringFunc(s.text.String(), func(v string) string {
		switch {
		case strings.HasPrefix(v, `"ver`):
			return `"verification_token": "TOKEN"`
		case strings.HasPrefix(v, `"secret`):
			return `"secret": "SECRET"`
		case strings.HasPrefix(v, "-----"), strings.HasPrefix(v, "MI"):
			return "CERTIFICATE"
		case len(v) == 95 && v[2] == ':':
			return "FINGERPRINT"
		case strings.HasPrefix(v, "conn-"):
			return "conn-ID"
		case strings.HasPrefix(v, `"token`):
			return `"token": "TOKEN"`
		case strings.HasPrefix(v, "https"):
			return "https://auth.example/invite/TOKEN"
		case strings.HasPrefix(v, "/by_token"):
			return "/by_token/TOKEN"
		case strings.HasPrefix(v, `"last`):
			return `"last_four": "LAST"`
		case strings.Contains(v, "k_..."):
			return v[:2] + "_...LAST"
		case strings.HasPrefix(v, "sk_"), strings.HasPrefix(v, "mk_"), strings.HasPrefix(v, "scim_") && !strings.HasPrefix(v, "scim_request_"):
			return v[:strings.IndexByte(v, '_')] + "_VALUE"
		case v[4] == '-':
			return "TIME"
		}
		if s.seen[v] == "" {
			kind := v[:strings.LastIndexByte(v, '_')]
			count[kind]++
			s.seen[v] = fmt.Sprintf("%s_%d", kind, count[kind])
		}
		return s.seen[v]
	})
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and read the difference\n%s", path, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, g[i], strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}
