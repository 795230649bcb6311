package dashboard_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"gatehouse/apikeys"
	"gatehouse/audit/archive"
	"gatehouse/audit/views"
	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/export/webhook"
	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/netguard"
	"gatehouse/internal/problem"
	"gatehouse/invitations"
	"gatehouse/mailbox"
	"gatehouse/oauth"
	"gatehouse/portal"
	"gatehouse/scim/provision"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/sso"
	"gatehouse/sso/oidc"
	"gatehouse/sso/saml/samltest"
	"gatehouse/tenants"
	"gatehouse/tenants/dns"
	"gatehouse/tenants/dns/dnstest"
	"gatehouse/users"
	"gatehouse/web/dashboard"
)

// longName is a company as German registers know them, of 64 characters and more.
const longName = "Osterberg & Söhne Versicherungsmakler- und Beteiligungsgesellschaft mbH <b>&amp;"

// world is a deployment with a person of each team role and one customer.
type world struct {
	t       *testing.T
	db      *db.DB
	echo    *echo.Echo
	secrets map[string]string // session cookies by role; "stranger" has none
	people  map[string]*users.User

	system     id.Organization
	org        *tenants.Organization
	domain     *tenants.Domain
	member     *users.User
	membership *users.Membership
	browser    *sessions.Browser // the member's
	client     *oauth.Client
	address    oauth.RedirectURI
	secret     *oauth.ClientSecret
	key        *apikeys.Key
	operator   *users.Membership // the viewer's
	handler    *dashboard.Handler
	dns        *dnstest.Server
	identity   *users.Identity // the member's account at a provider
	mail       id.Mail         // with a code
	invitation id.Invitation
	export     id.AuditExport
	link       id.PortalLink

	connection  *sso.Connection // of the customer, on, with a candidate
	idp         *samltest.IdP
	certificate id.Certificate
	nextKey     id.ConnectionKey
	attempt     sso.Away // a sign-in by it

	directory *directed // of the customer, held

	endpoint id.Endpoint // of the customer
	delivery id.Delivery // a test that waits
	stream   id.Stream   // of the customer

	view id.AuditView // the team's
}

var roles = []string{"owner", "admin", "developer", "support", "viewer"}

// empty is a deployment with its team and nothing else.
func empty(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, db: d, secrets: map[string]string{}, people: map[string]*users.User{}}
	w.do(d.InDeployment(t.Context(), actor.System("test"), func(tx *db.AllTx) (err error) {
		if err = tenants.SeedRoles(tx); err != nil {
			return err
		}
		w.system, err = tenants.EnsureSystemOrganization(tx)
		return err
	}))
	for _, role := range append(roles, "stranger") {
		w.people[role] = w.person(role+"@fieldnote.example", role)
		if role != "stranger" {
			w.do(d.InOrg(t.Context(), w.system, actor.System("test"), func(tx *db.OrgTx) (err error) {
				w.operator, err = users.AddMember(tx, w.people[role].ID, role)
				return err
			}))
		}
		_, w.secrets[role] = w.browse(w.people[role].ID)
	}
	w.echo = echo.New()
	w.echo.HTTPErrorHandler = func(err error, c echo.Context) {
		p := problem.As(err)
		if p == nil {
			t.Errorf("%s %s: %v", c.Request().Method, c.Request().URL, err)
			_ = c.NoContent(http.StatusInternalServerError)
			return
		}
		_ = c.String(p.Status(), p.Message)
	}
	limits := &limit.Limiter{DB: d}
	h := &dashboard.Handler{DB: d, Name: "Fieldnote", Environment: "development", Origin: "http://localhost:8080", Limits: limits, Log: slog.New(slog.DiscardHandler),
		Mailbox: &mailbox.Mailbox{DB: d, Post: mailtest.NewPost(d), Limits: limits, Base: "http://localhost:8080"}}
	w.handler = h
	h.Archive = &archive.Service{DB: d, Base: "http://localhost:8080", Log: slog.New(slog.DiscardHandler)}
	h.Directories = &provision.Service{DB: d, Post: mailtest.NewPost(d), Base: "http://localhost:8080", Log: slog.New(slog.DiscardHandler)}
	h.Invitations = &invitations.Service{Post: mailtest.NewPost(d), Base: "http://localhost:8080"}
	w.dns = dnstest.Start(t)
	h.Domains = &tenants.DomainChecks{DB: d, DNS: dns.New([]netip.AddrPort{w.dns.Addr}, netguard.New(nil))}
	h.Upkeep = &sso.Upkeep{DB: d, HTTP: netguard.New(nil).Client(netguard.Options{})}
	h.Social = &social.Service{DB: d, Party: &oidc.Party{HTTP: netguard.New(nil).Client(netguard.Options{})}, Base: "http://localhost:8080"}
	guard := netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	h.Webhooks = &webhook.Service{DB: d, Guard: guard, HTTP: guard.Client(netguard.Options{}), Log: h.Log}
	h.Streams = &stream.Service{Kinds: sink.Kinds(), Dial: sink.Dial{Guard: guard, Now: d.Now}}
	h.Mount(w.echo)
	return w
}

// full is an empty one with a customer whose names are long and hostile.
func full(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := empty(t, d)
	w.member = w.person("very.long.local.part.of.forty.characters@osterberg-soehne.example", "")
	ctx, who := t.Context(), actor.System("test")
	w.do(d.Tx(ctx, who, func(tx *db.Tx) (err error) {
		external := "acct_88213"
		w.org, err = tenants.Create(tx, tenants.New{Name: longName, ExternalID: &external, Metadata: map[string]string{"plan": "</script>"}})
		return err
	}))
	w.do(d.InOrg(ctx, w.org.ID, who, func(tx *db.OrgTx) (err error) {
		if w.domain, err = tenants.AddDomain(tx, "osterberg-soehne.example", tenants.Pending); err != nil {
			return err
		}
		if w.membership, err = users.AddMember(tx, w.member.ID, "owner"); err != nil {
			return err
		}
		_, link, err := portal.Generate(tx, portal.NewLink{Scopes: portal.LinkScopes, MadeBy: longName})
		if err != nil {
			return err
		}
		w.link = link.ID
		i, err := w.handler.Invitations.Create(tx, invitations.New{Email: "invited@osterberg-soehne.example", Mail: true})
		if err == nil {
			w.invitation = i.ID
		}
		return err
	}))
	w.do(d.InDeployment(ctx, who, func(tx *db.AllTx) error {
		e, err := archive.CreateForAll(tx, archive.Order{Format: archive.NDJSON, Notify: longName})
		if err == nil {
			w.export = e.ID
		}
		return err
	}))
	w.do(d.InDeployment(ctx, who, func(tx *db.AllTx) error {
		v, err := views.Save(tx, views.New{Name: longName[:40], Query: "result=failed"})
		if err == nil {
			w.view = v.ID
		}
		return err
	}))
	w.connect()
	w.direct()
	w.queue()
	w.tell()
	w.browser, _ = w.browse(w.member.ID)
	w.do(d.Tx(ctx, who, func(tx *db.Tx) error {
		secret := providerSecret
		_, err := social.Create(tx, nil, social.Setup{Type: social.OIDC, Slug: "halden-id", Name: longName[:60], Issuer: "https://login.halden.example", ClientID: "gatehouse", Secret: &secret, Enabled: true})
		return err
	}))
	w.do(d.Tx(ctx, who, func(tx *db.Tx) (err error) {
		w.identity, err = users.AddIdentity(tx, users.Identity{UserID: w.member.ID, Provider: sessions.GoogleOAuth, Issuer: "https://accounts.example", Subject: "<i>1</i>", Email: &w.member.Email})
		if err != nil {
			return err
		}
		_, err = w.handler.Mailbox.Send(tx, mailbox.New{Kind: mailbox.PasswordReset, Email: w.member.Email, User: w.member}, mailbox.Letter{Mail: true})
		return err
	}))
	w.do(d.Read(ctx, func(tx *db.Tx) error {
		kept, _, err := mail.ListKept(tx, db.Page{Limit: 1})
		if err == nil {
			w.mail = kept[0].ID
		}
		return err
	}))
	w.do(d.Tx(ctx, who, func(tx *db.Tx) (err error) {
		if w.client, err = oauth.CreateClient(tx, oauth.NewClient{Name: longName, RedirectURIs: []string{"https://app.example/callback"}}); err != nil {
			return err
		}
		if w.secret, _, err = oauth.NewSecret(tx, w.client.ID, longName, nil); err != nil {
			return err
		}
		_, err = sessions.Start(tx, sessions.New{User: w.member.ID, Client: w.client.ID, Organization: &w.org.ID, Method: sessions.Password, UserAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/145.0"})
		return err
	}))
	w.do(d.InDeployment(ctx, who, func(tx *db.AllTx) (err error) {
		addresses, err := oauth.ListRedirects(tx, w.client.ID)
		if err != nil {
			return err
		}
		w.address = addresses[0]
		w.key, _, err = apikeys.Create(tx, apikeys.New{Name: longName})
		return err
	}))
	return w
}

func (w *world) do(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) person(email, name string) (u *users.User) {
	w.t.Helper()
	w.do(w.db.Tx(w.t.Context(), actor.System("test"), func(tx *db.Tx) (err error) {
		n := users.New{Email: email, EmailVerified: true}
		if name != "" {
			n.FirstName = &name
		}
		u, err = users.Create(tx, n)
		return err
	}))
	return u
}

func (w *world) browse(user id.User) (b *sessions.Browser, secret string) {
	w.t.Helper()
	w.do(w.db.Tx(w.t.Context(), actor.System("test"), func(tx *db.Tx) (err error) {
		b, secret, err = sessions.StartBrowser(tx, user, sessions.Password, sessions.DefaultLifetimes)
		return err
	}))
	return b, secret
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

// get is a page as somebody of that role sees it; "" is nobody.
func (w *world) get(role, path string, cookies ...*http.Cookie) answer {
	w.t.Helper()
	return w.send(role, httptest.NewRequest(http.MethodGet, path, nil), cookies...)
}

// post sends a form of names and values.
func (w *world) post(role, path string, form ...string) answer {
	w.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(role, r)
}

func (w *world) send(role string, r *http.Request, cookies ...*http.Cookie) answer {
	w.t.Helper()
	if secret := w.secrets[role]; secret != "" {
		r.AddCookie(&http.Cookie{Name: browser.Jar{}.Name(browser.Session), Value: secret})
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	recorder := httptest.NewRecorder()
	w.echo.ServeHTTP(recorder, r.WithContext(context.WithoutCancel(w.t.Context())))
	response := recorder.Result()
	body, err := io.ReadAll(response.Body)
	w.do(err)
	return answer{response, string(body)}
}

// want fails unless the answer has the status and holds each text.
func (w *world) want(a answer, status int, texts ...string) {
	w.t.Helper()
	if a.StatusCode != status {
		w.t.Errorf("status %d, want %d: %.300s", a.StatusCode, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			w.t.Errorf("%q is missing in %s", text, strip(a.body))
		}
	}
}

var tags = regexp.MustCompile(`(?s)<[^>]*>|\s+`)

func strip(page string) string { return tags.ReplaceAllString(page, " ") }

// fill puts the world's ids into a route.
func (w *world) fill(route string) string {
	return strings.NewReplacer(append(w.directoryIDs(), ":job", "job_1", ":endpoint", string(w.endpoint), ":delivery", string(w.delivery), ":stream", string(w.stream), ":org", string(w.org.ID), ":domain", string(w.domain.ID), ":user", string(w.member.ID), ":session", string(w.browser.ID),
		":app", string(w.client.ID), ":address", string(w.address.ID), ":secret", string(w.secret.ID), ":key", string(w.key.ID),
		":link", string(w.link), ":factor", string(w.identity.ID), ":mail", string(w.mail), ":invitation", string(w.invitation), ":export", string(w.export), ":view", string(w.view), ":type", "user.created",
		":conn", w.connectionID(), ":certificate", string(w.certificate), ":ourkey", string(w.nextKey), ":attempt", string(w.attempt.Record),
		":app", string(w.client.ID), ":address", string(w.address.ID), ":secret", string(w.secret.ID), ":key", string(w.key.ID), ":provider", "halden-id",
	)...).Replace(strings.Replace(route, ":member", w.memberOf(route), 1))
}

func (w *world) memberOf(route string) string {
	if strings.HasPrefix(route, "/admin/team") {
		return string(w.operator.ID)
	}
	return string(w.membership.ID)
}
