package e2e

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/api"
	"gatehouse/apikeys"
	"gatehouse/audit/archive"
	"gatehouse/export/signal"
	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/export/webhook"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/invitations"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
	"gatehouse/sessions"
	"gatehouse/sso"
	ssopeople "gatehouse/sso/people"
	"gatehouse/sso/saml/samltest"
	"gatehouse/tenants"
	"gatehouse/users"
)

// elsewhere are the routes that take no API key: pages, the provider and what
// is open. Each says what stands in a key's place.
var elsewhere = map[string]string{
	"/healthz": "open", "/readyz": "open", "/version": "open", "/": "open", "/openapi.json": "open", "/docs": "open", "/assets/*": "open",
	"/assets/brand/:file": "shown to everybody who signs in",
	"/account":            "the browser's session", "/account/session": "the browser's session", "/logout": "the browser's session",
	"/sso/jwks/:client": "open", "/.well-known/openid-configuration": "open", "/.well-known/oauth-authorization-server": "open", "/.well-known/ssf-configuration": "open",
	"/sso/social/:provider/callback":           "the state of a request, and the cookie of the browser that it was made in",
	"/sso/start/:connection":                   "open: it begins a sign-in",
	"/sso/saml/:connection/metadata":           "open: a provider reads it",
	"/sso/saml/:connection/acs":                "a signature of the connection's own provider, and the cookie of the browser that a request was made in",
	"/sso/oidc/:connection/callback":           "the state of a request, and the cookie of the browser that it was made in",
	"/sso/saml/:connection/slo":                "a signature of the connection's own provider",
	"/sso/oidc/:connection/logged-out":         "the state of a sign-out that was begun here",
	"/sso/oidc/:connection/backchannel-logout": "a signature of the connection's own provider",
	"/sso/oidc/:connection/jwks":               "open: a provider reads it",
	"/user_management/authorize/device":        "a client's id: it begins something that a person decides",
	"/user_management/authorize":               "the browser's session", "/user_management/authenticate": "the application's secret",
	"/x/authkit/users/authenticate": "the application's secret", "/user_management/sessions/logout": "the browser's session",
	"/sso/authorize": "the browser's session", "/sso/token": "the application's secret", "/sso/profile": "a token that a code gave",
	"/audit_logs/exports/:id/file": "a signature that an API key was given, for ten minutes",
	"/sso/logout":                  "a token that an API key made",
}

// pages are whole prefixes of such routes. What a directory's token reaches is
// walked by TestATokenReachesItsOwnDirectoryAlone.
var pages = []string{"/scim", "/login", "/device", "/invite", "/account", "/admin", "/oauth2/", "/sso/social", "/portal"}

// One organization's key must never reach another's things, by any route: a
// route that nobody thought of here fails the test.
func TestAnOrganizationsKeyReachesNothingElse(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		key, theirs := twoOrganizations(t, s)
		away, err := (&sso.Service{DB: s.DB, Base: s.URL}).Begin(t.Context(), actor.System("test"), id.Connection(theirs.Connection), sso.For{Bound: "x"})
		if err != nil {
			t.Fatal(err)
		}
		theirs.SSOAttempt, theirs.Reference = string(away.Record), away.Reference
		cases := map[string]api.Case{}
		for _, c := range api.IsolationCases(theirs) {
			cases[c.Method+" "+c.Path] = c
		}
		asked := 0
		for _, r := range s.App.Handler().Routes() {
			if _, known := elsewhere[r.Path]; known || page(r.Path) || r.Method == "echo_route_not_found" {
				continue
			}
			c, ok := cases[r.Method+" "+r.Path]
			if !ok {
				t.Errorf("%s %s has no case: say what another organization's key meets there", r.Method, r.Path)
				continue
			}
			asked++
			ask(t, s, key, theirs, c)
		}
		if asked < 20 {
			t.Errorf("only %d routes were asked", asked)
		}
	})
}

func page(path string) bool {
	if path == "/portal/generate_link" { // an endpoint of the management API
		return false
	}
	for _, p := range pages {
		if path == strings.TrimSuffix(p, "/") || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/") {
			return true
		}
	}
	return false
}

func ask(t *testing.T, s *Server, key string, theirs api.Theirs, c api.Case) {
	t.Helper()
	a := request(t, s, c.Method, c.URL, key, c.Body)
	if a.Status != c.Want {
		t.Errorf("%s %s: %d, want %d: %s", c.Method, c.URL, a.Status, c.Want, a.Raw)
	}
	for _, secret := range []string{theirs.Organization, theirs.User, theirs.Membership, theirs.Domain, theirs.Session, theirs.APIKey} {
		if c.Hides && strings.Contains(a.Raw, secret) {
			t.Errorf("%s %s shows %s: %s", c.Method, c.URL, secret, a.Raw)
		}
	}
}

func request(t *testing.T, s *Server, method, path, key, body string) Answer {
	t.Helper()
	if method == http.MethodGet || body == "" {
		return s.Call(method, path, key, nil)
	}
	return s.Call(method, path, key, rawJSON(body))
}

type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }

// twoOrganizations makes one with a key, and another with one of everything.
func twoOrganizations(t *testing.T, s *Server) (key string, theirs api.Theirs) {
	t.Helper()
	ours := join(t, s, "", "Halden Marine")[0]
	p := signUp(t, s, s.Browser(), "sofie@nordby.example")
	tokens := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
	external := "nordby/1"
	s.Tx(func(tx *db.Tx) error {
		u, err := users.GetByEmail(tx, "sofie@nordby.example")
		if err != nil {
			return err
		}
		mark := "sofie-1"
		if _, err = users.Update(tx, u.ID, users.Change{ExternalID: ptr(&mark)}); err != nil {
			return err
		}
		o, err := tenants.Create(tx, tenants.New{Name: "Nordby Kraft", ExternalID: &external, Domains: []tenants.NewDomain{{Domain: "nordby.example", State: tenants.Verified}}})
		if err != nil {
			return err
		}
		theirs = api.Theirs{Organization: string(o.ID), ExternalID: url.PathEscape(external), User: string(u.ID), UserExternalID: mark,
			RedirectURI: string(id.New[id.RedirectURI]())}
		return tx.In(o.ID, func(tx *db.OrgTx) error { return furnish(tx, u.ID, &theirs) })
	})
	s.Tx(func(tx *db.Tx) error {
		return tx.In(ours, func(tx *db.OrgTx) (err error) {
			_, key, err = apikeys.CreateForOrganization(tx, apikeys.New{Name: "Halden's own"})
			return err
		})
	})
	if tokens.Status != http.StatusOK {
		t.Fatalf("%d %s", tokens.Status, tokens.Raw)
	}
	return key, theirs
}

// furnish gives the other organization a member, a domain, a key and a session.
func furnish(tx *db.OrgTx, u id.User, theirs *api.Theirs) error {
	m, err := users.AddMember(tx, u, tenants.OwnerRole)
	if err != nil {
		return err
	}
	domains, err := tenants.Domains(tx)
	if err != nil {
		return err
	}
	k, _, err := apikeys.CreateForOrganization(tx, apikeys.New{Name: "Nordby's own"})
	if err != nil {
		return err
	}
	invited, err := (&invitations.Service{Base: "https://nordby.example"}).Create(tx, invitations.New{Email: "kim@nordby.example"})
	if err != nil {
		return err
	}
	theirs.Invitation, theirs.InvitationToken = string(invited.ID), invited.Token
	org := tx.Organization()
	session, err := sessions.Start(tx.Tx, sessions.New{User: u, Client: Client, Organization: &org, Method: sessions.Password})
	if err != nil {
		return err
	}
	if err := errors.Join(giveConnection(tx, theirs), giveDirectory(tx, theirs), giveStream(tx, theirs), giveWebhook(tx, theirs), giveSignals(tx, theirs), giveExport(tx, theirs)); err != nil {
		return err
	}
	theirs.Membership, theirs.Domain, theirs.APIKey, theirs.Session = string(m.ID), string(domains[0].ID), string(k.ID), string(session.ID)
	return nil
}

// giveStream sends the other organization's log somewhere.
func giveStream(tx *db.OrgTx, theirs *api.Theirs) error {
	service := &stream.Service{Kinds: sink.Kinds(), Dial: sink.Dial{Guard: netguard.New(nil), Now: tx.Now}}
	made, err := service.Create(tx, stream.New{Name: "SIEM", Type: "http", Configuration: map[string]string{"url": "https://siem.nordby.example/in"}, Paused: true})
	if err == nil {
		theirs.Stream = string(made.ID)
	}
	return err
}

// giveConnection gives the other organization a connection to an identity provider.
func giveConnection(tx *db.OrgTx, theirs *api.Theirs) error {
	idp := samltest.New("https://idp.nordby.example")
	configuration, _, err := sso.Configured(sso.SAML, sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: &idp.EntityID, IDPSSOURL: &idp.EntityID,
		Certificates: &[]string{idp.CertificateBase64()}}}, tx.Now())
	if err != nil {
		return err
	}
	c, err := sso.Create(tx, sso.New{Type: "GenericSAML", JIT: true, Configuration: configuration})
	if err != nil {
		return err
	}
	theirs.Connection = string(c.ID)
	a, err := ssopeople.Admit(tx, c, sso.Profile{Subject: "kari", Email: "kari@nordby.example"})
	if err == nil {
		theirs.Profile = string(a.Identity.ID)
	}
	return err
}

// giveExport gives the other organization a file of its log.
func giveExport(tx *db.OrgTx, theirs *api.Theirs) error {
	e, err := archive.Create(tx, archive.Order{})
	if err == nil {
		theirs.Export = string(e.ID)
	}
	return err
}

// giveDirectory gives the other organization a directory with a person and a group.
func giveDirectory(tx *db.OrgTx, theirs *api.Theirs) error {
	d, issued, err := directory.Create(tx, directory.New{Type: directory.Generic})
	if err != nil {
		return err
	}
	u, err := directory.NewUser(d, schema.Resource{"userName": "kari@nordby.example"})
	if err == nil {
		err = directory.InsertUser(tx, u)
	}
	if err != nil {
		return err
	}
	g, err := directory.InsertGroup(tx, d, schema.Resource{"displayName": "Engineers of Nordby"})
	if err != nil {
		return err
	}
	r := &directory.Request{ID: id.New[id.SCIMRequest](), DirectoryID: d.ID, Method: http.MethodPost, Path: "/Users", Operation: "user.created", Outcome: directory.Applied, Status: http.StatusCreated}
	theirs.Directory, theirs.DirectoryUser, theirs.DirectoryGroup, theirs.DirectoryToken, theirs.SCIMRequest = string(d.ID), string(u.ID), string(g.ID), string(issued.ID), string(r.ID)
	return directory.RecordRequest(tx, r)
}

// giveWebhook gives the other organization an endpoint with a delivery.
func giveWebhook(tx *db.OrgTx, theirs *api.Theirs) error {
	e, _, err := (&webhook.Service{Guard: netguard.New(nil)}).Create(tx, webhook.New{URL: "https://hooks.nordby.example", Events: []string{webhook.All}})
	if err != nil {
		return err
	}
	d, err := webhook.SendTest(tx, e.ID, "")
	if err == nil {
		theirs.Webhook, theirs.Delivery = string(e.ID), string(d.ID)
	}
	return err
}

// giveSignals gives the other organization a stream of Shared Signals.
func giveSignals(tx *db.OrgTx, theirs *api.Theirs) error {
	streams := &stream.Service{Others: []sink.Kind{signal.Kind("https://nordby.example", nil)}, Dial: sink.Dial{Guard: netguard.New(nil), Now: time.Now}}
	s, err := streams.Create(tx, stream.New{Name: "Nordby's", Type: signal.KindName, Other: true, Configuration: map[string]string{
		signal.FieldURL: "https://app.nordby.example/events", signal.FieldAudience: "nordby", signal.FieldEvents: signal.SessionRevoked}})
	if err == nil {
		theirs.SignalStream = string(s.ID)
	}
	return err
}

func ptr[T any](v T) *T { return &v }
