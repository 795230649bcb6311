package e2e

import (
	"compress/flate"
	"crypto/x509"
	"encoding/base64"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

// company is an organization with a connection, on a server.
type company struct {
	*Server
	org      id.Organization
	c        *sso.Connection
	idp      *samltest.IdP
	provider *oidctest.Provider
}

const idpName = "https://idp.halden.example/metadata"

// runCompany runs fn on each database with a server, and an organization that
// has verified halden.example and whose people sign in at a SAML provider.
func runCompany(t *testing.T, fn func(t *testing.T, k *company)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, haldenSAML(New(t, d))) })
}

func haldenSAML(s *Server) *company {
	return newCompany(s, "Halden Marine", "halden.example").saml(samltest.New(idpName))
}

// newServer reaches providers on loopback.
func newServer(t *testing.T, d *db.DB, log *slog.Logger) *Server {
	t.Helper()
	return NewWith(t, d, log, "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
}

func newCompany(s *Server, name string, domains ...string) *company {
	s.T.Helper()
	k := &company{Server: s}
	n := tenants.New{Name: name}
	for _, d := range domains {
		n.Domains = append(n.Domains, tenants.NewDomain{Domain: d, State: tenants.Verified})
	}
	s.Tx(func(tx *db.Tx) error {
		o, err := tenants.Create(tx, n)
		if err == nil {
			k.org = o.ID
		}
		return err
	})
	return k
}

// saml gives the organization a connection to a SAML provider.
func (k *company) saml(idp *samltest.IdP, change ...func(*sso.New)) *company {
	k.T.Helper()
	k.idp = idp
	k.connect("OktaSAML", sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: &idp.EntityID, IDPSSOURL: ptr("https://idp.halden.example/sso"),
		Certificates: &[]string{string(saml.CertificatePEM(idp.Certificate))}}}, change...)
	return k
}

// oidc gives the organization a connection to an OpenID provider.
func (k *company) oidc(p *oidctest.Provider, change ...func(*sso.New)) *company {
	k.T.Helper()
	k.provider = p
	secret := config.NewSecret(oidctest.ClientSecret)
	k.connect("GenericOIDC", sso.Configure{OIDC: &sso.OIDCChange{Issuer: &p.URL, ClientID: ptr(oidctest.ClientID), ClientSecret: &secret}}, change...)
	return k
}

func (k *company) connect(kind sso.Type, c sso.Configure, change ...func(*sso.New)) {
	k.T.Helper()
	configuration, secret, err := sso.Configured(kind.Protocol(), c, time.Now())
	if err != nil {
		k.T.Fatal(err)
	}
	n := sso.New{Type: kind, Name: "Halden Okta", JIT: true, Configuration: configuration, ClientSecret: secret}
	for _, f := range change {
		f(&n)
	}
	k.in(func(tx *db.OrgTx) (err error) {
		k.c, err = sso.Create(tx, n)
		return err
	})
}

func (k *company) in(fn func(tx *db.OrgTx) error) {
	k.T.Helper()
	if err := k.DB.InOrg(k.T.Context(), k.org, actor.System("test"), fn); err != nil {
		k.T.Fatal(err)
	}
}

// require makes the organization's people sign in by the connection alone,
// but for the one who has a password for when it is broken.
func (k *company) require() {
	k.T.Helper()
	hash, err := password.New(password.Options{}).Hash(k.T.Context(), "", Password)
	if err != nil {
		k.T.Fatal(err)
	}
	k.in(func(tx *db.OrgTx) error {
		rescuer, err := users.Create(tx.Tx, users.New{Email: "rescue@halden.example", EmailVerified: true, PasswordHash: hash})
		if err != nil {
			return err
		}
		if _, err = users.AddMember(tx, rescuer.ID, ""); err != nil {
			return err
		}
		_, err = tenants.SetPolicy(tx, wire.OrganizationPolicy{SSORequired: true, BreakGlassUsers: wire.Array[id.User]{rescuer.ID}}, []id.User{rescuer.ID})
		return err
	})
}

func (k *company) start() string { return sso.StartURL(k.URL, k.c.ID) }
func (k *company) acs() string   { return sso.ACSURL(k.URL, k.c.ID) }

// asked is a request that a browser brings to a SAML provider.
type asked struct{ id, relay string }

// ask is the request in the address that the browser was sent to.
func (k *company) ask(at *Page) asked {
	k.T.Helper()
	q := at.URL.Query()
	if !strings.HasPrefix(at.URL.String(), "https://idp.halden.example/sso?SAMLRequest=") {
		k.T.Fatalf("sent to %s (%d): %s", at.URL, at.Status, at.Text())
	}
	return asked{requestOf(k.T, q.Get("SAMLRequest")), q.Get("RelayState")}
}

// by is where the page's link with these words leads: to the provider.
func (k *company) by(p *Page, words string) asked {
	k.T.Helper()
	link := find(p.Doc, func(n *html.Node) bool { return n.Data == "a" && strings.Contains(text(n), words) })
	if link == nil {
		k.T.Fatalf("%s (%d) has no link %q: %s", p.URL, p.Status, words, p.Text())
	}
	to, err := p.URL.Parse(attr(link, "href"))
	if err != nil {
		k.T.Fatal(err)
	}
	return k.ask(&Page{URL: to})
}

// requestOf is the ID of a message that goes by redirect.
func requestOf(t testing.TB, parameter string) string {
	t.Helper()
	deflated, err := base64.StdEncoding.DecodeString(parameter)
	if err != nil {
		t.Fatal(err)
	}
	document, err := io.ReadAll(flate.NewReader(strings.NewReader(string(deflated))))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), ` ID="`)
	request, _, _ := strings.Cut(rest, `"`)
	return request
}

// ines is an honest answer about her.
func (k *company) ines(to asked) samltest.Answer {
	return samltest.Answer{ACSURL: sso.ACSURL(k.Base, k.c.ID), Audience: sso.EntityID(k.Base, k.c.ID), RequestID: to.id, NameID: "00u1ines", NameIDFormat: saml.FormatPersistent,
		SessionIndex: "_s1", Attributes: []samltest.Attribute{{Name: "email", Values: []string{"ines@halden.example"}}, {Name: "firstName", Values: []string{"Ines"}}, {Name: "lastName", Values: []string{"Halvorsen"}}}}
}

// bring posts a response as the provider's page makes a browser do it.
func (k *company) bring(b *Browser, to, response, relay string) *Page {
	k.T.Helper()
	b.Set("Origin", "https://idp.halden.example")
	b.Set("Sec-Fetch-Site", "cross-site")
	defer b.header.Del("Origin")
	defer b.header.Del("Sec-Fetch-Site")
	return b.Post(to, url.Values{"SAMLResponse": {response}, "RelayState": {relay}})
}

// signIn walks from the start to where it ends.
func (k *company) signIn(b *Browser, change ...func(*samltest.Answer)) *Page {
	k.T.Helper()
	to := k.ask(b.Get(k.start()))
	a := k.ines(to)
	for _, f := range change {
		f(&a)
	}
	return k.bring(b, k.acs(), k.idp.Respond(a), to.relay)
}

// metadata is the certificate that our metadata shows the provider.
func (k *company) metadata(t *testing.T) *x509.Certificate {
	t.Helper()
	p := k.Browser().Get(sso.MetadataURL(k.URL, k.c.ID))
	_, rest, _ := strings.Cut(p.Body, "X509Certificate")
	_, rest, _ = strings.Cut(rest, ">")
	encoded, _, _ := strings.Cut(rest, "<")
	der, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || p.Status != 200 || p.Header.Get("Content-Type") != "application/samlmetadata+xml" {
		t.Fatalf("%d %s: %s", p.Status, p.Header.Get("Content-Type"), p.Body)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signedIn fails unless the browser is at the account page, with a session.
func (k *company) signedIn(b *Browser, p *Page) {
	k.T.Helper()
	if p.Status != 200 || p.URL.Path != "/account" || b.Cookie("gatehouse_session") == "" {
		k.T.Fatalf("the sign-in ended at %s (%d): %s", p.URL, p.Status, p.Text())
	}
}

// refused fails unless the page refuses in place, with a reference under which
// the attempt is found, without a session, and with one entry that has the code.
func (k *company) refused(b *Browser, p *Page, status int, code string) *sso.Attempt {
	k.T.Helper()
	if p.Status != status || p.Header.Get("Location") != "" {
		k.T.Fatalf("%d at %s: %s; want %d", p.Status, p.URL, p.Text(), status)
	}
	if b.Cookie("gatehouse_session") != "" {
		k.T.Error("a session")
	}
	_, rest, _ := strings.Cut(p.Text(), "GH-")
	if len(rest) < 9 {
		k.T.Fatalf("no reference: %s", p.Text())
	}
	reference := "GH-" + rest[:9]
	var found *sso.Attempt
	k.All(func(tx *db.AllTx) (err error) {
		found, err = sso.LocateReference(tx, reference)
		return err
	})
	if found.Outcome != sso.Failed || found.Code == nil || *found.Code != code {
		k.T.Fatalf("%s is %+v, want %s", reference, found, code)
	}
	if n := k.entries("authentication.sso_failed", reference, code); n != 1 {
		k.T.Errorf("%d entries with %s and %s", n, reference, code)
	}
	return found
}

// entries are how many of that type and reference hold the words.
func (k *company) entries(kind, reference, words string) (n int) {
	k.T.Helper()
	k.All(func(tx *db.AllTx) error {
		all, err := audit.List(tx, audit.Filter{Types: []string{kind}, Limit: 100})
		for _, e := range all {
			if (reference == "" || e.Reference != nil && *e.Reference == reference) && strings.Contains(string(e.Data), words) {
				n++
			}
		}
		return err
	})
	return n
}

// person is the account with that address, or nil.
func (k *company) person(email string) (u *users.User) {
	k.T.Helper()
	k.All(func(tx *db.AllTx) error {
		found, err := users.GetByEmail(tx, email)
		if err == nil {
			u = found
		}
		return nil
	})
	return u
}
