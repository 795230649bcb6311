package portal_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/app"
	"gatehouse/internal/browser"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/portal"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/tenants/dns/dnstest"
	"gatehouse/users"
)

const (
	apiKey = "sk_test_0123456789abcdefghijklmnop"
	origin = "http://localhost:8080"
)

// longName is a company as German registers know them, of 64 characters and more.
const longName = "Osterberg & Söhne Versicherungsmakler- und Beteiligungsgesellschaft mbH <b>&amp;"

// world is a whole server with two organizations.
type world struct {
	*testing.T
	d     *db.DB
	dns   *dnstest.Server
	app   *app.App
	serve http.Handler
	org   *tenants.Organization
	other *tenants.Organization
	priya *users.User // who makes links
}

// each runs fn with a fresh server on each database.
func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		server := dnstest.Start(t)
		cfg, err := config.Load([]string{"GATEHOUSE_BASE_URL=" + origin, "GATEHOUSE_DNS_SERVERS=" + server.Addr.String(), "GATEHOUSE_DATA_DIR=" + t.TempDir(), "GATEHOUSE_NAME=Fieldnote",
			"GATEHOUSE_BOOTSTRAP_API_KEY=" + apiKey, "GATEHOUSE_HIBP_URL=off", "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := app.New(t.Context(), cfg, d, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, d: d, dns: server, app: a, serve: a.Handler()}
		w.org, w.other = w.organization(longName), w.organization("Nordby Kraft")
		w.priya = w.person("priya@fieldnote.example")
		w.operator(w.priya, tenants.AdminRole)
		fn(w)
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) organization(name string) (o *tenants.Organization) {
	w.Helper()
	w.must(w.d.Tx(w.Context(), actor.System("test"), func(tx *db.Tx) (err error) { o, err = tenants.Create(tx, tenants.New{Name: name}); return err }))
	return o
}

func (w *world) person(email string) (u *users.User) {
	w.Helper()
	w.must(w.d.Tx(w.Context(), actor.System("test"), func(tx *db.Tx) (err error) {
		u, err = users.Create(tx, users.New{Email: email, EmailVerified: true})
		return err
	}))
	return u
}

func (w *world) in(o *tenants.Organization, fn func(tx *db.OrgTx) error) {
	w.Helper()
	w.must(w.d.InOrg(w.Context(), o.ID, actor.System("test"), fn))
}

func (w *world) member(o *tenants.Organization, u *users.User, role string) (m *users.Membership) {
	w.Helper()
	w.in(o, func(tx *db.OrgTx) (err error) { m, err = users.AddMember(tx, u.ID, role); return err })
	return m
}

// operator takes a person into the deployment's team.
func (w *world) operator(u *users.User, role string) (m *users.Membership) {
	w.Helper()
	w.must(w.d.Tx(w.Context(), actor.System("test"), func(tx *db.Tx) error {
		system, _, err := tenants.SystemOrganization(tx)
		if err != nil {
			return err
		}
		return tx.In(system, func(tx *db.OrgTx) error { m, err = users.AddMember(tx, u.ID, role); return err })
	}))
	return m
}

// signIn is the cookie of the person's browser.
func (w *world) signIn(u *users.User, method sessions.Method) (secret string) {
	w.Helper()
	w.must(w.d.Tx(w.Context(), actor.System("test"), func(tx *db.Tx) (err error) {
		_, secret, err = sessions.StartBrowser(tx, u.ID, method, sessions.DefaultLifetimes)
		return err
	}))
	return secret
}

// signInBy is the cookie of a browser in which the person came by a connection
// of the organization.
func (w *world) signInBy(u *users.User, o *tenants.Organization) (secret string) {
	w.Helper()
	w.in(o, func(tx *db.OrgTx) error {
		c, err := sso.Create(tx, oidcConnection("Okta"))
		if err != nil {
			return err
		}
		via := sessions.Via{ConnectionID: &c.ID, SSOOrganizationID: &o.ID}
		_, secret, err = sessions.StartBrowserVia(tx.Tx, u.ID, sessions.SSO, via, sessions.DefaultLifetimes)
		return err
	})
	return secret
}

// link makes one as an operator does.
func (w *world) link(o *tenants.Organization, n portal.NewLink) (token string) {
	w.Helper()
	n.MadeBy, n.Maker = "Priya Raghunathan", &w.priya.ID
	w.in(o, func(tx *db.OrgTx) (err error) { token, _, err = portal.Generate(tx, n); return err })
	return token
}

func (w *world) later(by time.Duration) {
	before := w.d.Now
	w.d.Now = func() time.Time { return before().Add(by) }
}

// chrome is a browser: it keeps cookies and follows nothing.
type chrome struct {
	w       *world
	cookies map[string]string
}

func (w *world) browser() *chrome { return &chrome{w, map[string]string{}} }

// visitor is a browser that has opened a link with these sections.
func (w *world) visitor(o *tenants.Organization, scopes ...portal.Scope) *chrome {
	w.Helper()
	b := w.browser()
	b.want(b.post("/portal/open/"+w.link(o, portal.NewLink{Scopes: scopes})), http.StatusSeeOther)
	return b
}

// admin is a browser in which a member with the role is signed in.
func (w *world) admin(u *users.User) *chrome {
	w.Helper()
	b := w.browser()
	b.cookies[browser.Jar{}.Name(browser.Session)] = w.signIn(u, sessions.Password)
	return b
}

type answer struct {
	*http.Response
	body string
}

func (b *chrome) get(path string) answer { return b.send(http.MethodGet, path, nil) }

// post sends a form of names and values.
func (b *chrome) post(path string, form ...string) answer {
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return b.send(http.MethodPost, path, values)
}

func (b *chrome) send(method, path string, form url.Values, headers ...string) answer {
	b.w.Helper()
	r := httptest.NewRequest(method, origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.carry(r)
}

// carry sends the request with the browser's cookies, and keeps those of the answer.
func (b *chrome) carry(r *http.Request) answer {
	b.w.Helper()
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	recorder := httptest.NewRecorder()
	b.w.serve.ServeHTTP(recorder, r.WithContext(context.WithoutCancel(b.w.Context())))
	response := recorder.Result()
	for _, c := range response.Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	body, err := io.ReadAll(response.Body)
	b.w.must(err)
	return answer{response, string(body)}
}

// want fails unless the answer has the status and holds each text.
func (b *chrome) want(a answer, status int, texts ...string) {
	b.w.Helper()
	if a.StatusCode != status {
		b.w.Errorf("status %d, want %d: %s %.600s", a.StatusCode, status, a.Header.Get("Location"), strip(a.body))
	}
	for _, text := range texts {
		if !strings.Contains(strip(a.body), text) {
			b.w.Errorf("%q is missing in %s", text, strip(a.body))
		}
	}
}

var tags = regexp.MustCompile(`(?s)<[^>]*>|\s+`)

func strip(page string) string {
	return html.UnescapeString(strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " "))
}

// demote makes somebody an ordinary member.
func (w *world) demote(m *users.Membership) {
	w.Helper()
	w.in(w.org, func(tx *db.OrgTx) error {
		_, err := users.ChangeRole(tx, m.ID, tenants.DefaultRole)
		return err
	})
}

func session() string { return browser.Jar{}.Name(browser.Portal) }

func ownSystem() actor.Actor { return actor.System("test") }
