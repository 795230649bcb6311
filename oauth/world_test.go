package oauth

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/labstack/echo/v4"

	"gatehouse/apikeys"
	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

const (
	callback     = "https://app.example.com/callback"
	goodPassword = "Correct-horse-42!"
)

// world is a provider with one person, one organization and one application.
type world struct {
	t      testing.TB
	d      *db.DB
	h      *Handler
	server *httptest.Server
	http   *http.Client // a browser: it keeps cookies and follows nothing
	client *Client
	secret string
	apiKey string
	user   *users.User
	org    id.Organization
	how    sessions.Method // what complete says that the person did; a password unless it says otherwise
	via    sessions.Via
}

var tester = actor.System("test")

func newWorld(t testing.TB, d *db.DB, n NewClient) *world {
	t.Helper()
	w := &world{t: t, d: d, how: sessions.Password}
	e := echo.New()
	w.server = httptest.NewServer(e)
	t.Cleanup(w.server.Close)
	hasher := password.New(password.Options{})
	limits := &limit.Limiter{DB: d}
	passwords := &users.Passwords{DB: d, Hasher: hasher, Limits: limits}
	w.h = &Handler{DB: d, Base: w.server.URL, Keys: &Keys{DB: d}, Passwords: passwords,
		Mailbox: &mailbox.Mailbox{DB: d, Post: mailtest.NewPost(d), Limits: limits, Passwords: passwords, Base: w.server.URL},
		MFA:     &mfa.Service{DB: d, Limits: limits, Name: "Fieldnote", Base: w.server.URL}}
	w.h.Login = &login.Handler{DB: d, Passwords: passwords, Mailbox: w.h.Mailbox, MFA: w.h.MFA, Name: "Gatehouse", Log: slog.New(slog.DiscardHandler)}
	w.h.ErrorPage = func(c echo.Context, err error) error {
		return c.HTML(problem.Of(err).Status(), "<h1>"+problem.Of(err).Code+"</h1>")
	}
	e.HTTPErrorHandler = func(err error, c echo.Context) { answer(t, c, err) }
	e.Pre(func(next echo.HandlerFunc) echo.HandlerFunc { // as internal/app does
		return func(c echo.Context) error {
			who := actor.Actor{Kind: actor.KindAnonymous, IP: "127.0.0.1", UserAgent: c.Request().UserAgent()}
			c.SetRequest(browser.WithActor(c.Request().Context(), c.Request(), who))
			return next(c)
		}
	})
	w.h.Mount(e)
	jar, err := cookiejar.New(nil)
	w.must(err)
	w.http = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w.populate(hasher, n)
	return w
}

// answer is what internal/app does with an error.
func answer(t testing.TB, c echo.Context, err error) {
	p := problem.Of(err)
	if p.Kind == problem.Internal {
		t.Errorf("%s %s: %v", c.Request().Method, c.Request().URL.Path, err)
	}
	p.SetHeaders(c.Response().Header())
	body := p.WireBody()
	if strings.HasPrefix(c.Request().URL.Path, "/oauth2/") {
		body = p.OAuthBody()
	}
	if err := c.JSON(p.Status(), body); err != nil {
		t.Error(err)
	}
}

func (w *world) populate(hasher *password.Hasher, n NewClient) {
	hash, err := hasher.Hash(w.t.Context(), "", goodPassword)
	w.must(err)
	if n.Name == "" {
		n.Name = "Fieldnote"
	}
	if n.RedirectURIs == nil {
		n.RedirectURIs = []string{callback}
	}
	w.must(w.d.InDeployment(w.t.Context(), tester, func(tx *db.AllTx) (err error) {
		if err = tenants.SeedRoles(tx); err != nil {
			return err
		}
		_, w.apiKey, err = apikeys.Create(tx, apikeys.New{Name: "test"})
		return err
	}))
	w.write(func(tx *db.Tx) (err error) {
		if w.client, err = CreateClient(tx, n); err != nil {
			return err
		}
		if !w.client.Public() {
			if _, w.secret, err = NewSecret(tx, w.client.ID, "test", nil); err != nil {
				return err
			}
		}
		given := "Ada"
		w.user, err = users.Create(tx, users.New{Email: "ada@example.com", EmailVerified: true, FirstName: &given, PasswordHash: hash})
		return err
	})
	w.org = w.join("Acme", "admin")
}

// join makes an organization that the person belongs to.
func (w *world) join(name, role string) (org id.Organization) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: name})
		if err != nil {
			return err
		}
		org = o.ID
		return tx.In(org, func(tx *db.OrgTx) error {
			_, err := users.AddMember(tx, w.user.ID, role)
			return err
		})
	})
	return org
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.d.Tx(w.t.Context(), tester, fn))
}

// answered is a response that has been read.
type answered struct {
	status   int
	header   http.Header
	body     map[string]any
	text     string
	location *url.URL
}

func (w *world) do(r *http.Request) answered {
	w.t.Helper()
	res, err := w.http.Do(r)
	w.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	a := answered{status: res.StatusCode, header: res.Header, text: string(text)}
	_ = json.Unmarshal(text, &a.body) // pages are no JSON
	if l := res.Header.Get("Location"); l != "" {
		a.location, err = url.Parse(l)
		w.must(err)
	}
	return a
}

func (w *world) get(path string, query url.Values) answered {
	w.t.Helper()
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.server.URL+path, nil)
	w.must(err)
	return w.do(r)
}

func (w *world) post(path, contentType, body string, headers ...string) answered {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.server.URL+path, strings.NewReader(body))
	w.must(err)
	r.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return w.do(r)
}

// authenticate posts JSON to the wire's token endpoint, as the SDKs do.
func (w *world) authenticate(members map[string]string, headers ...string) answered {
	w.t.Helper()
	if members["client_id"] == "" {
		members["client_id"] = string(w.client.ID)
	}
	body, err := json.Marshal(members)
	w.must(err)
	return w.post("/user_management/authenticate", "application/json", string(body), headers...)
}

func (w *world) form(path string, members url.Values, headers ...string) answered {
	w.t.Helper()
	return w.post(path, "application/x-www-form-urlencoded", members.Encode(), headers...)
}

// attemptRows stands in for login: the pages have their own tests.
var attemptRows = db.GlobalTable[login.Attempt, id.Attempt]{}

// complete does what login would: it finishes the attempt that a request to
// authorize started, and gives the path to return to and the cookie's secret.
func (w *world) complete(started answered, org *id.Organization) (path, secret string) {
	w.t.Helper()
	if started.status != http.StatusFound || !strings.HasPrefix(started.location.Path, "/login") {
		w.t.Fatalf("authorize: %d %v %s", started.status, started.location, started.text)
	}
	attempt := id.Attempt(started.location.Query().Get("flow"))
	w.write(func(tx *db.Tx) error {
		b, s, err := sessions.StartBrowserVia(tx, w.user.ID, w.how, w.via, sessions.Lifetimes{})
		if err != nil {
			return err
		}
		secret = s
		a, err := attemptRows.Get(tx, attempt)
		if err != nil {
			return err
		}
		path = a.ReturnPath
		_, err = attemptRows.Update(tx, attempt, db.Set{"user_id": w.user.ID, "browser_session_id": b.ID, "auth_method": string(w.how),
			"connection_id": w.via.ConnectionID, "sso_organization_id": w.via.SSOOrganizationID, "sso_guest": w.via.SSOGuest,
			"authenticated_at": tx.Now(), "completed_at": tx.Now(), "organization_id": org})
		return err
	})
	return path, secret
}

// signIn completes the attempt in this browser and follows it back.
func (w *world) signIn(started answered, org *id.Organization) answered {
	w.t.Helper()
	path, secret := w.complete(started, org)
	w.cookie(secret)
	return w.get(path, nil)
}

func (w *world) cookie(secret string) {
	w.t.Helper()
	u, err := url.Parse(w.server.URL)
	w.must(err)
	w.http.Jar.SetCookies(u, []*http.Cookie{{Name: w.h.Jar.Name(browser.Session), Value: secret}})
}

// wireQuery is the authorization URL that the Node SDK builds.
func (w *world) wireQuery(more ...string) url.Values {
	q := url.Values{"client_id": {string(w.client.ID)}, "redirect_uri": {callback}, "response_type": {"code"}, "provider": {"authkit"}, "state": {"s t&a=te"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q
}

// code is a fresh authorization code of the wire surface.
func (w *world) code(more ...string) string {
	w.t.Helper()
	done := w.signIn(w.get("/user_management/authorize", w.wireQuery(more...)), &w.org)
	if done.status != http.StatusFound || done.location.Query().Get("code") == "" {
		w.t.Fatalf("resume: %d %v %s", done.status, done.location, done.text)
	}
	return done.location.Query().Get("code")
}

// session is a whole sign-in at the wire surface.
func (w *world) session() answered {
	w.t.Helper()
	a := w.authenticate(map[string]string{"grant_type": "authorization_code", "code": w.code(), "client_secret": w.secret})
	if a.status != http.StatusOK {
		w.t.Fatalf("code exchange: %d %s", a.status, a.text)
	}
	return a
}

func (a answered) get(name string) string {
	s, _ := a.body[name].(string)
	return s
}

// claims are a token's, unverified.
func claims(t testing.TB, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %q", token)
	}
	var c map[string]any
	if err := json.Unmarshal(decode(t, parts[1]), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// events is how many entries of a type there are.
func (w *world) events(kind string) (n int) {
	w.t.Helper()
	w.must(w.d.ReadDeployment(w.t.Context(), func(tx *db.AllTx) error {
		n = countEvents(w.t, tx, kind)
		return nil
	}))
	return n
}

func emptyJar(t testing.TB) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar
}

// verifiesAt reports whether the key set at path verifies the token.
func verifiesAt(t testing.TB, w *world, path, token string) bool {
	t.Helper()
	a := w.get(path, nil)
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(a.text), &set); err != nil {
		t.Fatalf("%s: %d %s", path, a.status, a.text)
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	var c jwt.Claims
	return parsed.Claims(set, &c) == nil
}

func (w *world) checkSession(session id.Session, ip, agent string) {
	w.t.Helper()
	w.must(w.d.Read(w.t.Context(), func(tx *db.Tx) error {
		s, err := sessions.Get(tx, session)
		if err == nil && (value(s.IPAddress) != ip || value(s.UserAgent) != agent) {
			w.t.Errorf("the session has %v %v", value(s.IPAddress), value(s.UserAgent))
		}
		return err
	}))
}

func (w *world) newestRequest() (key id.Authorization) {
	w.t.Helper()
	w.must(w.d.Read(w.t.Context(), func(tx *db.Tx) error {
		rows, err := requests.List(tx, db.Query{Order: []string{"-id"}, Limit: 1})
		if err == nil && len(rows) == 1 {
			key = rows[0].ID
		}
		return err
	}))
	return key
}
