package sso

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"gatehouse/sso/oidc"
	"gatehouse/sso/saml"
)

func assertionOf(nameID, format string, all ...saml.Attribute) *saml.Assertion {
	return &saml.Assertion{ID: "a", NameID: nameID, NameIDFormat: format, Attributes: all}
}

func attr(name string, values ...string) saml.Attribute {
	return saml.Attribute{Name: name, Values: values}
}

const (
	entraMail   = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
	entraObject = "http://schemas.microsoft.com/identity/claims/objectidentifier"
)

// Each provider names things its own way: who is not recognized cannot sign
// in, and their admin has to map by hand what everybody's product knows.
func TestNamesThatProvidersUse(t *testing.T) {
	for provider, c := range map[string]struct {
		a    *saml.Assertion
		want Profile
	}{
		"Okta": {assertionOf("ines@halden.example", saml.FormatUnspecified, attr("email", "ines@halden.example"), attr("firstName", "Ines"), attr("lastName", "Halvorsen"), attr("groups", "Crew", "Deck")),
			Profile{Subject: "ines@halden.example", Email: "ines@halden.example", FirstName: "Ines", LastName: "Halvorsen", Groups: []string{"Crew", "Deck"}}},
		"Entra": {assertionOf("ines@halden.example", saml.FormatEmail, attr(entraMail, "ines.h@halden.example"), attr(entraObject, "8a1f"),
			attr("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "b7c2", "b7c3")),
			Profile{Subject: "8a1f", Email: "ines.h@halden.example", Groups: []string{"b7c2", "b7c3"}}},
		"Entra without a mailbox": {assertionOf("ines@halden.example", saml.FormatEmail, attr(entraObject, "8a1f")),
			Profile{Subject: "8a1f", Email: "ines@halden.example"}},
		"Google": {assertionOf("ines@halden.example", saml.FormatUnspecified), Profile{Subject: "ines@halden.example", Email: "ines@halden.example"}},
		"AD FS": {assertionOf("HALDEN\\ines", "", attr(entraMail, "ines@halden.example"), attr("http://schemas.xmlsoap.org/claims/Group", "CN=Crew,OU=Groups,DC=halden", "Domain Users")),
			Profile{Subject: "HALDEN\\ines", Email: "ines@halden.example", Groups: []string{"CN=Crew,OU=Groups,DC=halden", "Domain Users"}}},
		"OneLogin": {assertionOf("ines@halden.example", saml.FormatPersistent, attr("User.Email", "ines@halden.example"), attr("User.FirstName", "Ines"), attr("memberOf", "Crew; Deck;;Crew")),
			Profile{Subject: "ines@halden.example", Email: "ines@halden.example", FirstName: "Ines", Groups: []string{"Crew", "Deck"}}},
		"Keycloak": {assertionOf("G-8a1f", saml.FormatPersistent, attr("email", "N/A", "ines@halden.example"), attr("Role", "/halden/crew"), attr("Role", "offline_access")),
			Profile{Subject: "G-8a1f", Email: "ines@halden.example", Groups: []string{"/halden/crew", "offline_access"}}},
		"Shibboleth": {assertionOf("_abc", saml.FormatTransient, saml.Attribute{Name: "urn:oid:0.9.2342.19200300.100.1.3", FriendlyName: "mail", Values: []string{"ines@halden.example"}},
			attr("urn:oasis:names:tc:SAML:attribute:subject-id", "ines@halden.example"), saml.Attribute{Name: "urn:oid:2.5.4.42", FriendlyName: "givenName", Values: []string{"Ines"}}),
			Profile{Subject: "ines@halden.example", Email: "ines@halden.example", FirstName: "Ines"}},
		"by FriendlyName": {assertionOf("x", saml.FormatPersistent, saml.Attribute{Name: "urn:oid:9.9.9", FriendlyName: "email", Values: []string{"ines@halden.example"}}),
			Profile{Subject: "x", Email: "ines@halden.example"}},
		"the Name before the FriendlyName": {assertionOf("x", saml.FormatPersistent, saml.Attribute{Name: "urn:x", FriendlyName: "email", Values: []string{"evil@elsewhere.example"}}, attr("mail", "ines@halden.example")),
			Profile{Subject: "x", Email: "ines@halden.example"}},
		"a persistent NameID is no address": {assertionOf("ines@halden.example", saml.FormatPersistent), Profile{Subject: "ines@halden.example"}},
		"an address with a line break":      {assertionOf("x", saml.FormatPersistent, attr("email", "ines@halden.example\n@evil.example", "a b@halden.example")), Profile{Subject: "x"}},
	} {
		got, refused := AttributeMap{}.fromSAML(&Connection{Protocol: SAML}, c.a)
		if refused != nil {
			t.Errorf("%s: %v", provider, refused)
			continue
		}
		c.want.GroupsKnown, c.want.NameID, c.want.NameIDFormat, c.want.Raw = true, got.NameID, got.NameIDFormat, got.Raw
		if !reflect.DeepEqual(*got, c.want) {
			t.Errorf("%s:\n%+v\n%+v", provider, *got, c.want)
		}
	}
}

// A list that is too long is no list: whoever is in 200 groups would lose all
// their roles.
func TestGroupsThatAreElsewhereAreUnknown(t *testing.T) {
	p, _ := AttributeMap{}.fromSAML(&Connection{}, assertionOf("x", saml.FormatPersistent, attr(samlGroupsLink, "https://graph.windows.net/…/getMemberObjects"), attr("groups", "one")))
	if p.GroupsKnown || p.Groups != nil {
		t.Errorf("%+v", p)
	}
	entra := &Connection{Type: entraOIDC}
	for name, claims := range map[string]map[string]any{
		"names": {"_claim_names": map[string]any{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.microsoft.example"}}},
		"flag":  {"hasgroups": true},
	} {
		claims["sub"] = "s"
		p, refused := AttributeMap{}.fromOIDC(entra, &oidc.Profile{Subject: "s", Claims: claims})
		if refused != nil || p.GroupsKnown {
			t.Errorf("%s: %+v, %v", name, p, refused)
		}
	}
	if p, _ := (AttributeMap{}).fromOIDC(entra, &oidc.Profile{Subject: "s", Incomplete: true, Claims: map[string]any{"groups": []any{"a"}}}); p.GroupsKnown {
		t.Error("half an answer is taken for the whole")
	}
	if p, _ := (AttributeMap{}).fromOIDC(entra, &oidc.Profile{Subject: "s", Claims: map[string]any{}}); !p.GroupsKnown || len(p.Groups) != 0 {
		t.Error("providers leave an empty list out: whoever left the last group would keep its role")
	}
}

// A subject that is missing, or can be read in two ways, would be somebody
// else's account.
func TestSubjectsThatTellNobodyApart(t *testing.T) {
	chosen := AttributeMap{IDPID: []string{"employee"}}
	for name, c := range map[string]struct {
		m    AttributeMap
		a    *saml.Assertion
		code string
	}{
		"transient":    {AttributeMap{}, assertionOf("_x", saml.FormatTransient), "saml_name_id_transient"},
		"not there":    {chosen, assertionOf("x", saml.FormatPersistent, attr("email", "a@b.example")), "subject_attribute_missing"},
		"twice":        {chosen, assertionOf("x", saml.FormatPersistent, attr("employee", "1", "2")), "subject_attribute_missing"},
		"empty":        {chosen, assertionOf("x", saml.FormatPersistent, attr("employee", " ")), "subject_attribute_missing"},
		"with control": {chosen, assertionOf("x", saml.FormatPersistent, attr("employee", "1\n2")), "subject_attribute_missing"},
		"endless":      {AttributeMap{}, assertionOf(strings.Repeat("x", 600), saml.FormatPersistent), "subject_attribute_missing"},
	} {
		if _, r := c.m.fromSAML(&Connection{}, c.a); r == nil || r.Code() != c.code {
			t.Errorf("%s: %v", name, r)
		}
	}
	if p, r := chosen.fromSAML(&Connection{}, assertionOf("ines", saml.FormatTransient, attr("employee", "0042"))); r != nil || p.Subject != "0042" {
		t.Errorf("%+v, %v", p, r)
	}
	if _, r := (AttributeMap{}).fromOIDC(&Connection{}, &oidc.Profile{Subject: "a\x00b", Claims: map[string]any{}}); r == nil {
		t.Error("a NUL would be cut off by somebody")
	}
}

func claimsOf(t *testing.T, text string) map[string]any {
	t.Helper()
	var c map[string]any
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// What OpenID providers say is nested, numbered and boolean; an admin maps it
// by its path all the same.
func TestClaims(t *testing.T) {
	claims := claimsOf(t, `{"iss":"https://x","sub":"s-1","email":"ines@halden.example","email_verified":"false","given_name":"Ines","groups":["a","b"],
		"realm_access":{"roles":["crew"]},"https://halden.example/department":"Sea","employee":42,"nonce":"n","address":{"country":"NO"}}`)
	m := AttributeMap{Groups: []string{"realm_access.roles"}, ExternalID: []string{"employee"},
		Custom: map[string][]string{"department": {"https://halden.example/department"}, "country": {"address.country"}, "teams": {"groups"}, "none": {"x"}}}
	p, r := m.fromOIDC(&Connection{Type: "GenericOIDC"}, &oidc.Profile{Subject: "s-1", Email: "ines@halden.example", Claims: claims})
	if r != nil || p.Subject != "s-1" || p.ExternalID != "42" || !reflect.DeepEqual(p.Groups, []string{"crew"}) || !p.EmailUnverified || p.FirstName != "Ines" {
		t.Errorf("%+v, %v", p, r)
	}
	if want := map[string]any{"department": "Sea", "country": "NO", "teams": []string{"a", "b"}}; !reflect.DeepEqual(p.Custom, want) {
		t.Errorf("custom %v", p.Custom)
	}
	if _, there := p.Raw["nonce"]; there || p.Raw["address.country"][0] != "NO" {
		t.Errorf("raw %v", p.Raw)
	}
}

// What an admin reads of an answer has no secrets, however deep they stand; and
// numbers that tell people apart are told apart.
func TestWhatIsKeptOfClaims(t *testing.T) {
	d := json.NewDecoder(strings.NewReader(`{"sub":"s-1","employee":90071992547409931,"user":{"api_key":"canary","list":[{"password":"canary"}]},"groups":["Crew"]}`))
	d.UseNumber()
	var claims map[string]any
	if err := d.Decode(&claims); err != nil {
		t.Fatal(err)
	}
	if kept := redactClaims(claims); strings.Contains(kept, "canary") || !strings.Contains(kept, "Crew") || !strings.Contains(kept, "90071992547409931") {
		t.Errorf("kept %s", kept)
	}
	p, r := AttributeMap{IDPID: []string{"employee"}}.fromOIDC(&Connection{Type: "GenericOIDC"}, &oidc.Profile{Subject: "s-1", Claims: claims})
	if r != nil || p.Subject != "90071992547409931" {
		t.Errorf("subject %q, %v", p.Subject, r)
	}
}

// Entra's sub is another for each registration; an address that the tenant
// has not proven is anybody's (SECURITY.md O1).
func TestEntraClaims(t *testing.T) {
	claims := claimsOf(t, `{"sub":"pairwise","oid":"8a1f","tid":"t-1","preferred_username":"ines@halden.example"}`)
	p, r := AttributeMap{}.fromOIDC(&Connection{Type: entraOIDC}, &oidc.Profile{Subject: "pairwise", Claims: claims})
	if r != nil || p.Subject != "8a1f" || p.Email != "ines@halden.example" || p.EmailUnverified {
		t.Errorf("%+v, %v", p, r)
	}
	if p, _ := (AttributeMap{}).fromOIDC(&Connection{Type: "GenericOIDC"}, &oidc.Profile{Subject: "pairwise", Claims: claims}); p.Subject != "pairwise" || p.Email != "" {
		t.Errorf("elsewhere people choose such names themselves: %+v", p)
	}
	claims["email"], claims["xms_edov"] = "ceo@halden.example", false
	if p, _ := (AttributeMap{}).fromOIDC(&Connection{Type: entraOIDC}, &oidc.Profile{Subject: "x", Email: "ceo@halden.example", Claims: claims}); !p.EmailUnverified {
		t.Errorf("%+v", p)
	}
}
