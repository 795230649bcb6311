package saml

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/problem"
	"gatehouse/sso/saml/samltest"
)

// What we publish must be what we do: the addresses, both keys of a roll-over,
// and an encryption certificate only when it is wanted, because AD FS encrypts
// as soon as it sees one.
func TestOurMetadata(t *testing.T) {
	t.Parallel()
	s := connection(samltest.New(theirID))
	next, err := NewKey("next", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.Published = []*x509.Certificate{next.Certificate, ourKey().Certificate}
	document, err := s.Metadata(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	root, err := read(document, metadataLimits)
	if err != nil {
		t.Fatalf("our own reader refuses it: %v", err)
	}
	role := root.only(metadataNS, "SPSSODescriptor")
	keys := role.elements(metadataNS, "KeyDescriptor")
	if root.attribute("entityID") != ourEntityID || role.only(metadataNS, "AssertionConsumerService").attribute("Location") != ourACS || len(keys) != 2 || role.attribute("AuthnRequestsSigned") != "true" {
		t.Errorf("metadata %s", document)
	}
	if strings.Contains(string(document), "encryption") {
		t.Error("an encryption certificate is published although nobody wants encryption")
	}
	s.WantEncrypted, s.LegacyEncryption = true, []string{AES128CBC}
	document, err = s.Metadata(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(document), `use="encryption"`) != 1 || !strings.Contains(string(document), "aes256-gcm") || !strings.Contains(string(document), "aes128-cbc") || strings.Contains(string(document), "aes256-cbc") {
		t.Errorf("metadata for encryption %s", document)
	}
}

// A provider's metadata is how most connections are made: what it says must
// arrive, all certificates of a roll-over included.
func TestProvidersMetadata(t *testing.T) {
	t.Parallel()
	idp := samltest.Start(t)
	idp.SPCertificate = ourKey().Certificate
	idp.ExtraKeys = []*x509.Certificate{samltest.Other("").Certificate, idp.Certificate}
	got, err := ParseMetadata([]byte("\ufeff"+idp.Metadata()), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got.EntityID != idp.EntityID || got.SSOURL != idp.URL+"/sso" || got.SSOBinding != Redirect || got.SLOURL != idp.URL+"/slo" || !got.WantsSignedRequest || len(got.Certificates) != 2 {
		t.Errorf("metadata %+v", got)
	}
	posted, err := ParseMetadata([]byte(strings.ReplaceAll(idp.Metadata(), "HTTP-Redirect", "SOAP")), time.Now())
	if err != nil || posted.SSOBinding != Post {
		t.Errorf("a provider with POST alone: %+v %v", posted, err)
	}
}

// Keycloak's older versions and federations publish aggregates.
func TestAggregatesWithOneProvider(t *testing.T) {
	t.Parallel()
	one := samltest.Start(t).Metadata()
	sp, err := connection(samltest.New(theirID)).Metadata(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	wrap := func(inner string) []byte {
		return []byte(`<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` + inner + `</EntitiesDescriptor>`)
	}
	_, service, _ := strings.Cut(string(sp), "?>")
	if got, err := ParseMetadata(wrap(service+one), time.Now()); err != nil || got.SSOURL == "" {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := ParseMetadata(wrap(one+one), time.Now()); problem.As(err) == nil || !strings.Contains(err.Error(), "2 identity providers") {
		t.Errorf("two providers: %v", err)
	}
}

// Admins paste anything. Each mistake gets the sentence that helps, and
// nothing gets a 500.
func TestWhatIsNotMetadata(t *testing.T) {
	t.Parallel()
	idp := samltest.Start(t)
	good := idp.Metadata()
	sp, err := connection(idp.IdP).Metadata(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for document, want := range map[string]string{
		"":   "empty",
		"  ": "empty",
		"<!DOCTYPE html><html><body>Sign in</body></html>": "web page",
		"<html><body>Sign in</body></html>":                "web page",
		"https://idp.example/metadata":                     "address",
		string(CertificatePEM(idp.Certificate)):            "certificate alone",
		`{"issuer":"https://idp.example"}`:                 "JSON",
		"\xff\xfe<\x00":                                    "UTF-16",
		"<a/>":                                             "not EntityDescriptor",
		string(sp):                                         "service provider",
		"<!DOCTYPE x [<!ENTITY a \"b\">]>" + good:          "DOCTYPE",
		good + "<x/>":                                      "second root",
		strings.ReplaceAll(good, "SingleSignOnService", "NameIDMappingService"):              "no sign-in address",
		strings.ReplaceAll(good, `entityID="`, `entityID="" x="`):                            "no entity ID",
		strings.ReplaceAll(good, `use="signing"`, `use="encryption"`):                        "no signing certificate",
		strings.ReplaceAll(good, idp.CertificateBase64(), "AAAA"):                            "not a certificate",
		strings.Replace(good, " entityID", ` validUntil="2020-01-01T00:00:00Z" entityID`, 1): "2020-01-01",
		strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100):                             "too large",
	} {
		_, err := ParseMetadata([]byte(document), time.Now())
		p := problem.As(err)
		if p == nil || p.Kind != problem.Invalid || !strings.Contains(p.Message, want) {
			t.Errorf("%.60q: %v, want a sentence with %q", document, err, want)
		}
	}
}

// A browser that is sent to "javascript:…" runs it as us (SECURITY.md S18).
func TestAddressesInMetadataAreHTTP(t *testing.T) {
	t.Parallel()
	idp := samltest.Start(t)
	for _, location := range []string{"javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)", "//evil.example", "/sso", "https:///x", "ftp://idp.example/", "https://user:pass@idp.example/", "java&#9;script:alert(1)"} {
		for _, path := range []string{"/sso", "/slo"} {
			document := strings.ReplaceAll(idp.Metadata(), idp.URL+path, location)
			if _, err := ParseMetadata([]byte(document), time.Now()); problem.As(err) == nil || problem.As(err).Code != "saml_location_invalid" {
				t.Errorf("%s at %s: %v", location, path, err)
			}
		}
	}
}

// The library looks at names alone: elements and attributes of a foreign
// vocabulary must not stand in for SAML's.
func TestForeignNamesInMetadataAreNotRead(t *testing.T) {
	t.Parallel()
	idp := samltest.Start(t)
	document := strings.Replace(idp.Metadata(), "<md:IDPSSODescriptor", `<x:IDPSSODescriptor xmlns:x="urn:x"><x:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="javascript:alert(1)"/></x:IDPSSODescriptor><md:IDPSSODescriptor`, 1)
	got, err := ParseMetadata([]byte(document), time.Now())
	if err != nil || got.SSOURL != idp.URL+"/sso" {
		t.Errorf("%+v %v", got, err)
	}
}
