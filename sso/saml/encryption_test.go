package saml

import (
	"encoding/base64"
	"testing"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
)

// Keycloak and Shibboleth encrypt with GCM by default; who cannot read it
// cannot sign their people in. Each key transport that they use must open.
func TestEncryptedAssertionsOpen(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	for _, method := range []string{"aes128-gcm", "aes192-gcm", "aes256-gcm"} {
		for _, transport := range []string{"rsa-oaep-mgf1p", "rsa-oaep-mgf1p-sha256", "rsa-oaep"} {
			for _, sign := range []int{samltest.SignAssertion, samltest.SignResponse, samltest.SignBoth} {
				a := honest()
				a.EncryptFor, a.Cipher, a.Transport, a.Sign = ourKey().Certificate, method, transport, sign
				s := connection(p)
				s.WantEncrypted = true
				if got := accepted(t, s, a, p); !got.Encrypted || got.NameID != "ada@a.example" {
					t.Errorf("%s %s: %+v", method, transport, got)
				}
			}
		}
	}
}

// CBC is for providers that can do nothing else, and only where an admin says
// so: SimpleSAMLphp's and AD FS's defaults must then work.
func TestCBCWantsTheSwitch(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	for _, method := range []string{AES128CBC, AES256CBC} {
		for _, sign := range []int{samltest.SignAssertion, samltest.SignResponse, samltest.SignBoth} {
			a := honest()
			a.EncryptFor, a.Cipher, a.Sign = ourKey().Certificate, method, sign
			s := connection(p)
			refused(t, s, p.Respond(a), "saml_encryption_algorithm")
			s.LegacyEncryption = []string{method}
			accepted(t, s, a, p)
		}
	}
}

// While our key rolls over, a provider may still use the old certificate.
func TestEveryKeyOfOursDecrypts(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	old, err := NewKey("old", expected().Now)
	if err != nil {
		t.Fatal(err)
	}
	a := honest()
	a.EncryptFor = old.Certificate
	s := connection(p)
	r := refused(t, s, p.Respond(a), "saml_decryption_failed")
	if r.Received != Fingerprint(old.Certificate) || r.Expected != Fingerprint(ourKey().Certificate) {
		t.Errorf("the diagnosis does not compare the certificates: %+v", r)
	}
	s.DecryptionKeys = append(s.DecryptionKeys, old)
	accepted(t, s, a, p)
}

// Whoever holds somebody's encrypted response must not learn from our refusals
// how to decrypt it (SECURITY.md S16): not by code, text, step or trail.
func TestCBCFailuresLookAlike(t *testing.T) {
	t.Parallel()
	p, stranger := samltest.New(theirID), samltest.Other(theirID)
	s := connection(p)
	s.LegacyEncryption = []string{AES128CBC}
	a := honest()
	a.EncryptFor, a.Cipher = ourKey().Certificate, AES128CBC
	fields := map[string]string{}
	for name, change := range map[string]func([]byte) []byte{
		"last byte":        func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"padding":          func(b []byte) []byte { b[len(b)-17] ^= 0xff; return b },
		"first block":      func(b []byte) []byte { b[20] ^= 1; return b },
		"a block less":     func(b []byte) []byte { return b[:len(b)-16] },
		"not whole blocks": func(b []byte) []byte { return b[:len(b)-5] },
		"one block":        func(b []byte) []byte { return b[:16] },
	} {
		b := a
		b.After = func(response *etree.Element) { tamper(response, change) }
		fields[name] = p.Respond(b)
	}
	unsigned := a
	unsigned.Sign = samltest.SignNothing
	fields["unsigned inside"] = p.Respond(unsigned)
	fields["signed by a stranger"] = stranger.Respond(a)
	changed := a
	changed.Between = func(assertion *etree.Element) { assertion.FindElement(".//NameID").SetText("eve@a.example") }
	fields["changed inside"] = p.Respond(changed)
	garbage := a
	garbage.After = func(response *etree.Element) {
		response.RemoveChild(response.FindElement("./EncryptedAssertion"))
		response.AddChild(samltest.EncryptBytes([]byte("<x/>"), ourKey().Certificate, AES128CBC, ""))
	}
	fields["no assertion"] = p.Respond(garbage)

	var first string
	for name, field := range fields {
		_, steps, err := verify(s, field, expected())
		if err == nil {
			t.Fatalf("%s: accepted", name)
		}
		refused(t, s, field, "saml_decryption_failed")
		got := describe(steps, err)
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("%s is told apart:\n%s\n%s", name, got, first)
		}
	}
}

func tamper(response *etree.Element, change func([]byte) []byte) {
	value := response.FindElement("./EncryptedAssertion/EncryptedData/CipherData/CipherValue")
	b, _ := base64.StdEncoding.DecodeString(value.Text())
	value.SetText(base64.StdEncoding.EncodeToString(change(b)))
}
