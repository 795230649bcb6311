package saml

import (
	"os"
	"path/filepath"
	"testing"
)

// The shapes in which providers publish: Entra ID with its WS-Federation parts
// and a signature, Shibboleth with extensions and back-channel endpoints,
// Keycloak as an aggregate with a second key and POST alone. One that cannot
// be read keeps every customer of that provider out.
func TestMetadataAsProvidersPublishIt(t *testing.T) {
	t.Parallel()
	const entra = "https://login.microsoftonline.com/c9a1f7c0-0000-4000-8000-000000000001/saml2"
	for file, want := range map[string]struct {
		entityID, sso, slo, sloResponse string
		by, sloBy                       Binding
		certificates                    int
		signed                          bool
	}{
		"entra.xml":      {"https://sts.windows.net/c9a1f7c0-0000-4000-8000-000000000001/", entra, entra, "", Redirect, Redirect, 1, false},
		"shibboleth.xml": {"https://idp.uni.example/idp/shibboleth", "https://idp.uni.example/idp/profile/SAML2/Redirect/SSO", "", "", Redirect, Redirect, 2, false},
		"keycloak.xml":   {"https://id.example/realms/acme", "https://id.example/realms/acme/protocol/saml", "https://id.example/realms/acme/protocol/saml", "https://id.example/realms/acme/protocol/saml/done", Post, Post, 2, true},
	} {
		body, err := os.ReadFile(filepath.Join("testdata", "metadata", file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseMetadata(body, casesAt)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if got.EntityID != want.entityID || got.SSOURL != want.sso || got.SLOURL != want.slo || got.SLOResponseURL != want.sloResponse || got.SSOBinding != want.by ||
			got.SLOBinding != want.sloBy || len(got.Certificates) != want.certificates || got.WantsSignedRequest != want.signed || len(got.Warnings) > 0 {
			t.Errorf("%s: %+v", file, got)
		}
		if !got.Certificates[0].Equal(testCertificate(t, "idp")) {
			t.Errorf("%s: the first certificate is not the signing one", file)
		}
	}
}
