package saml

import (
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/sso/trail"
)

// providerCase is a response that a provider of another hand has sent, with
// what both sides had set up.
type providerCase struct {
	Why           string    `json:"why"`
	EntityID      string    `json:"entity_id"`
	ACSURL        string    `json:"acs_url"`
	IdPEntityID   string    `json:"idp_entity_id"`
	Certificates  []string  `json:"idp_certificates"`
	DecryptionKey string    `json:"decryption_key"`
	RequestID     string    `json:"request_id"`
	Unsolicited   bool      `json:"unsolicited"`
	Now           time.Time `json:"now"`
	NameID        string    `json:"name_id"`
	Encrypted     bool      `json:"encrypted"`
}

func (c providerCase) settings(t *testing.T) Settings {
	t.Helper()
	s := Settings{EntityID: c.EntityID, ACSURL: c.ACSURL, IdPEntityID: c.IdPEntityID, LegacyEncryption: []string{AES128CBC}}
	for _, text := range c.Certificates {
		certificate, err := ParseCertificate(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Certificates = append(s.Certificates, certificate)
	}
	if c.DecryptionKey != "" {
		k, err := ParseKey([]byte(c.DecryptionKey))
		if err != nil {
			t.Fatal(err)
		}
		s.DecryptionKeys = []*Key{k}
	}
	return s
}

// Responses that SimpleSAMLphp, LemonLDAP::NG and samlify really sent, in every
// way in which they sign and encrypt: a change that refuses one of them is
// found here, before a browser is started.
func TestResponsesOfRealProviders(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob(filepath.Join("testdata", "providers", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			c, document := readProvider(t, folder)
			s, field, e := c.settings(t), encodeField(document), Expect{RequestID: c.RequestID, Unsolicited: c.Unsolicited, Now: c.Now}
			got, _, err := verify(s, field, e)
			if err != nil {
				t.Fatalf("%s\n%v %+v", c.Why, err, trail.As(err))
			}
			if got.NameID != c.NameID || got.NameID == "" || len(got.Attributes) == 0 || got.Encrypted != c.Encrypted || len(got.Warnings) > 0 {
				t.Errorf("%s\n%+v", c.Why, got)
			}
			c.refusesElsewhere(t, s, field, e)
		})
	}
}

// refusesElsewhere: the same response at another connection, at another time,
// under another key and for another request.
func (c providerCase) refusesElsewhere(t *testing.T, s Settings, field string, e Expect) {
	t.Helper()
	for code, change := range map[string]func(*Settings, *Expect){
		"saml_destination_mismatch":    func(s *Settings, _ *Expect) { s.ACSURL = strings.Replace(s.ACSURL, "/acs", "/other", 1) },
		"saml_audience_mismatch":       func(s *Settings, _ *Expect) { s.EntityID += "/other" },
		"saml_issuer_mismatch":         func(s *Settings, _ *Expect) { s.IdPEntityID += "/other" },
		"saml_expired":                 func(_ *Settings, e *Expect) { e.Now = e.Now.Add(2 * time.Hour) },
		"saml_not_yet_valid":           func(_ *Settings, e *Expect) { e.Now = e.Now.Add(-time.Hour) },
		"saml_in_response_to_mismatch": func(_ *Settings, e *Expect) { e.RequestID, e.Unsolicited = "_another", false },
		"saml_signature_invalid": func(s *Settings, _ *Expect) {
			s.Certificates = []*x509.Certificate{testCertificate(t, "stranger")}
		},
	} {
		other, expect := s, e
		change(&other, &expect)
		_, _, err := verify(other, field, expect)
		if r := trail.As(err); r == nil || r.Code() != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}

func readProvider(t *testing.T, folder string) (c providerCase, document []byte) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(folder, "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatal(err)
	}
	if document, err = os.ReadFile(filepath.Join(folder, "response.xml")); err != nil {
		t.Fatal(err)
	}
	return c, document
}
