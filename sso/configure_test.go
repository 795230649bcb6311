package sso_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/sso"
	"gatehouse/sso/saml"
)

// An address that a browser is sent to runs no script, a certificate is one
// that we verify with, and every bound holds: each by its own sentence.
func TestConfigurationsAreChecked(t *testing.T) {
	long := "https://idp.example/" + strings.Repeat("a", 2048)
	for name, c := range map[string]struct {
		change sso.SAMLChange
		field  string
	}{
		"script":             {sso.SAMLChange{IDPSSOURL: p("javascript:alert(1)")}, "saml.idp_sso_url"},
		"data":               {sso.SAMLChange{IDPSSOURL: p("data:text/html,x")}, "saml.idp_sso_url"},
		"script at logout":   {sso.SAMLChange{IDPSLOURL: p("JavaScript://idp.example/%0aalert(1)")}, "saml.idp_slo_url"},
		"script in metadata": {sso.SAMLChange{Metadata: &saml.IdP{EntityID: "x", SSOURL: "javascript:alert(1)"}}, "saml.idp_sso_url"},
		"no host":            {sso.SAMLChange{IDPSSOURL: p("https:///sso")}, "saml.idp_sso_url"},
		"password in it":     {sso.SAMLChange{IDPSSOURL: p("https://a:b@idp.example/")}, "saml.idp_sso_url"},
		"relative":           {sso.SAMLChange{IDPSSOURL: p("/sso")}, "saml.idp_sso_url"},
		"too long":           {sso.SAMLChange{IDPSSOURL: &long}, "saml.idp_sso_url"},
		"file":               {sso.SAMLChange{MetadataURL: p("file:///etc/passwd")}, "saml.metadata_url"},
		"metadata that anybody on the way can write": {sso.SAMLChange{MetadataURL: p("http://idp.example/metadata")}, "saml.metadata_url"},
		"long entity ID":       {sso.SAMLChange{IDPEntityID: p(strings.Repeat("a", 1025))}, "saml.idp_entity_id"},
		"entity ID in lines":   {sso.SAMLChange{IDPEntityID: p("a\nb")}, "saml.idp_entity_id"},
		"no certificate":       {sso.SAMLChange{Certificates: &[]string{"hello"}}, "saml.idp_certificates"},
		"two in one":           {sso.SAMLChange{Certificates: &[]string{pem(0) + pem(1)}}, "saml.idp_certificates"},
		"too many":             {sso.SAMLChange{Certificates: p(slices.Repeat([]string{pem(0)}, 1000))}, ""},
		"clock":                {sso.SAMLChange{ClockSkewSeconds: p(301)}, "saml.clock_skew_seconds"},
		"clock backwards":      {sso.SAMLChange{ClockSkewSeconds: p(-1)}, "saml.clock_skew_seconds"},
		"format":               {sso.SAMLChange{NameIDFormat: p("urn:x")}, "saml.name_id_format"},
		"cipher":               {sso.SAMLChange{LegacyEncryption: &[]string{"aes128-cbc", "tripledes-cbc"}}, "saml.allow_legacy_encryption"},
		"context":              {sso.SAMLChange{AuthnContexts: &[]string{"urn:a b"}}, "saml.requested_authn_context"},
		"binding":              {sso.SAMLChange{IDPSSOBinding: p("artifact")}, "saml.idp_sso_binding"},
		"everything that fits": {sso.SAMLChange{NameIDFormat: p("email"), ClockSkewSeconds: p(0), LegacyEncryption: &sso.Ciphers, IDPSSOURL: p("http://idp.example/sso?x=1")}, ""},
	} {
		_, _, err := sso.Configured(sso.SAML, sso.Configure{SAML: &c.change}, time.Now())
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "":
			t.Run(name, func(t *testing.T) { faulty(t, err, c.field) })
		}
	}
	secret := config.NewSecret("a\nb")
	for name, c := range map[string]struct {
		change sso.OIDCChange
		field  string
	}{
		"http":         {sso.OIDCChange{Issuer: p("http://login.example")}, "oidc.issuer"},
		"query":        {sso.OIDCChange{Issuer: p("https://login.example?x")}, "oidc.issuer"},
		"every tenant": {sso.OIDCChange{Issuer: p("https://login.microsoftonline.com/Common/v2.0")}, "oidc.issuer"},
		"client":       {sso.OIDCChange{ClientID: p("a\x00b")}, "oidc.client_id"},
		"secret":       {sso.OIDCChange{ClientSecret: &secret}, "oidc.client_secret"},
		"method":       {sso.OIDCChange{Authenticate: p("none")}, "oidc.token_endpoint_auth_method"},
		"scope":        {sso.OIDCChange{Scopes: &[]string{"a b"}}, "oidc.scopes"},
	} {
		_, _, err := sso.Configured(sso.OIDC, sso.Configure{OIDC: &c.change}, time.Now())
		t.Run(name, func(t *testing.T) { faulty(t, err, c.field) })
	}
	_, _, err := sso.Configured(sso.OIDC, byHand(0), time.Now())
	faulty(t, err, "saml")
	_, _, err = sso.Configured(sso.SAML, openID("https://login.example", "s"), time.Now())
	faulty(t, err, "oidc")
}

// A secret that was given for one issuer must not be sent to another, whoever
// changes the address: SECURITY.md X5.
func TestAnotherIssuerHasNoSecret(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		c := make1(t, d, org, newConnection(t, "GenericOIDC", openID("https://login.halden.example", "s3cret")))
		if s := load(t, d, c); s.LiveSecret.Reveal() != "s3cret" || c.State != sso.Active {
			t.Fatalf("%+v", s)
		}
		moved := sso.Configure{OIDC: &sso.OIDCChange{Issuer: p("https://evil.example")}}
		update := func(ch sso.Configure) error {
			return in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.Update(tx, c.ID, sso.Change{Configure: ch}); return err })
		}
		faulty(t, update(moved), "oidc.client_secret")
		faulty(t, in(t, d, org, func(tx *db.OrgTx) error { return sso.SetCandidate(tx, c.ID, moved) }), "oidc.client_secret")
		if s := load(t, d, c); s.Live.OIDC.Issuer != "https://login.halden.example" || s.Candidate != nil {
			t.Errorf("a refused change was kept: %+v", s.Live.OIDC)
		}
		must(t, in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.Deactivate(tx, c.ID); return err }))
		must(t, update(moved))
		if s := load(t, d, c); !s.LiveSecret.Empty() || s.Live.OIDC.Issuer != "https://evil.example" {
			t.Errorf("%+v", s.Live.OIDC)
		}
		// and the same again with its secret, which a change of nothing else keeps
		must(t, update(openID("https://login.halden.example", "s3cret")))
		must(t, update(sso.Configure{OIDC: &sso.OIDCChange{ClientID: p("other")}}))
		if s := load(t, d, c); s.LiveSecret.Reveal() != "s3cret" || s.Live.OIDC.ClientID != "other" {
			t.Errorf("%+v", s.Live.OIDC)
		}
	})
}

// A change says in the log which members changed, and one of nothing leaves no
// trace.
func TestUpdateSaysWhatChanged(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		c := make1(t, d, org, newConnection(t, "GenericSAML", byHand(0)))
		change := sso.Change{Name: p("Halden"), JIT: p(false), Domains: &[]string{"halden.example"}, DefaultRole: p(p("admin")),
			RoleMappings: &[]sso.RoleMapping{{Group: "crew", RoleSlug: "member"}}, Configure: sso.Configure{SAML: &sso.SAMLChange{ForceAuthn: p(true)}}}
		for range 2 {
			must(t, in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.Update(tx, c.ID, change); return err }))
		}
		if got := happened(t, d, org); !slices.Equal(got, []string{"created", "activated", "updated"}) {
			t.Errorf("%v", got)
		}
		if got, want := changedMembers(t, d, org), []string{"name", "jit_provisioning", "default_role", "role_mappings", "domains", "saml.force_authn"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		s := load(t, d, c)
		if s.Connection.Name != "Halden" || s.Connection.JIT || s.Connection.RoleMappings[0].Group != "crew" || !s.Live.SAML.ForceAuthn || len(s.Live.SAML.Certificates) != 1 {
			t.Errorf("%+v %+v", s.Connection, s.Live.SAML)
		}
		if err := in(t, d, org, func(tx *db.OrgTx) error {
			_, err := sso.Update(tx, c.ID, sso.Change{Configure: sso.Configure{SAML: &sso.SAMLChange{Certificates: &[]string{}}}})
			return err
		}); err == nil {
			t.Error("an active connection lost its last certificate")
		}
	})
}
