package sso_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso"
	"gatehouse/sso/saml"
	"gatehouse/tenants"
)

var who = actor.System("test")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func p[T any](v T) *T { return &v }

// providerKeys are keys of providers: making one takes a while, and every test
// may have the same.
var providerKeys = sync.OnceValue(func() []*saml.Key {
	var list []*saml.Key
	for range 3 {
		k, err := saml.NewKey("a provider", time.Now())
		if err != nil {
			panic(err)
		}
		list = append(list, k)
	}
	return list
})

func pem(n int) string { return string(providerKeys()[n].CertificatePEM()) }

func fingerprint(n int) string { return saml.Fingerprint(providerKeys()[n].Certificate) }

// organization makes one that holds domains.
func organization(t *testing.T, d *db.DB, domains ...string) id.Organization {
	t.Helper()
	var o *tenants.Organization
	must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
		if err := tenants.SeedRoles(tx); err != nil {
			return err
		}
		n := tenants.New{Name: "Halden Marine"}
		for _, name := range domains {
			n.Domains = append(n.Domains, tenants.NewDomain{Domain: name, State: tenants.Verified})
		}
		o, err = tenants.Create(tx.Tx, n)
		return err
	}))
	return o.ID
}

// byHand is a complete SAML configuration with the n-th key's certificate.
func byHand(n int) sso.Configure {
	return sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: p("https://idp.halden.example"), IDPSSOURL: p("https://idp.halden.example/sso"), Certificates: &[]string{pem(n)}}}
}

func openID(issuer, secret string) sso.Configure {
	s := config.NewSecret(secret)
	return sso.Configure{OIDC: &sso.OIDCChange{Issuer: &issuer, ClientID: p("gatehouse"), ClientSecret: &s}}
}

// newConnection is one of that type and configuration, before it is made.
func newConnection(t *testing.T, kind sso.Type, c sso.Configure) sso.New {
	t.Helper()
	configuration, secret, err := sso.Configured(kind.Protocol(), c, time.Now())
	must(t, err)
	return sso.New{Type: kind, JIT: true, Configuration: configuration, ClientSecret: secret}
}

func make1(t *testing.T, d *db.DB, org id.Organization, n sso.New) *sso.Connection {
	t.Helper()
	var c *sso.Connection
	must(t, in(t, d, org, func(tx *db.OrgTx) (err error) {
		c, err = sso.Create(tx, n)
		return err
	}))
	return c
}

func in(t *testing.T, d *db.DB, org id.Organization, fn func(tx *db.OrgTx) error) error {
	t.Helper()
	return d.InOrg(t.Context(), org, who, fn)
}

func load(t *testing.T, d *db.DB, c *sso.Connection) *sso.Setup {
	t.Helper()
	var s *sso.Setup
	must(t, d.ReadOrg(t.Context(), c.OrganizationID, func(tx *db.OrgTx) (err error) {
		s, err = sso.Load(tx, c.ID)
		return err
	}))
	return s
}

// happened are the types of the log's entries about connections, oldest first.
func happened(t *testing.T, d *db.DB, org id.Organization) []string {
	t.Helper()
	var types []string
	must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
		rows, err := audit.List(tx, audit.Filter{Oldest: true, Limit: 100})
		for _, e := range rows {
			if rest, ok := strings.CutPrefix(e.Type, "connection."); ok {
				types = append(types, rest)
			}
		}
		return err
	}))
	return types
}

// faulty asserts that err is a 422 that names these members.
func faulty(t *testing.T, err error, members ...string) {
	t.Helper()
	e := problem.As(err)
	if e == nil || e.Status() != 422 {
		t.Errorf("got %v, want a 422 about %v", err, members)
		return
	}
	for _, m := range members {
		if !slices.ContainsFunc(e.Details, func(d problem.Detail) bool { return d.Field == m && d.Message != "" }) {
			t.Errorf("%v does not name %s", e.Details, m)
		}
	}
}

func contains(text, part string) bool { return strings.Contains(text, part) }

// settingsOf is what sso/saml is told of a connection.
func settingsOf(t *testing.T, d *db.DB, c *sso.Connection) saml.Settings {
	t.Helper()
	s, err := load(t, d, c).SAML("https://sso.example")
	must(t, err)
	return s
}

// changedMembers are those that the newest connection.updated names.
func changedMembers(t *testing.T, d *db.DB, org id.Organization) []string {
	t.Helper()
	var data struct{ Changed []string }
	must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
		rows, err := audit.List(tx, audit.Filter{Types: []string{"connection.updated"}, Limit: 1})
		if err == nil && len(rows) > 0 {
			err = json.Unmarshal(rows[0].Data, &data)
		}
		return err
	}))
	return data.Changed
}
