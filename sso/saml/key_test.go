package saml

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/problem"
	"gatehouse/sso/saml/samltest"
)

// A key that does not survive being sealed and read again loses every
// connection that uses it.
func TestKeysAreReadAgain(t *testing.T) {
	t.Parallel()
	k := ourKey()
	document, err := k.MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKey(document)
	if err != nil || !again.Private.Equal(k.Private) || !again.Certificate.Equal(k.Certificate) {
		t.Errorf("%v", err)
	}
	if until := k.Certificate.NotAfter; until.Before(time.Now().AddDate(9, 11, 0)) {
		t.Errorf("the certificate ends on %s: consoles would refuse it soon", until)
	}
	other, err := NewKey(strings.Repeat("ö", 100), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"nothing": nil, "a certificate alone": k.CertificatePEM(), "another's certificate": append(document[:len(document)-len(k.CertificatePEM())], other.CertificatePEM()...)} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%s is read as a key", name)
		}
	}
}

// A private key in a log is a private key no more.
func TestKeysNeverPrint(t *testing.T) {
	t.Parallel()
	k := ourKey()
	encoded, err := json.Marshal(map[string]any{"key": k})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", k, k, k, k), string(encoded)} {
		if strings.Contains(text, k.Private.D.String()) || !strings.Contains(text, "[redacted]") {
			t.Errorf("printed as %.80s", text)
		}
	}
}

// Admins paste PEM, or the base64 of a metadata file, with whatever line breaks.
func TestCertificatesAsAdminsPasteThem(t *testing.T) {
	t.Parallel()
	want := samltest.New("").Certificate
	b64 := base64.StdEncoding.EncodeToString(want.Raw)
	for _, text := range []string{string(CertificatePEM(want)), "\r\n" + strings.ReplaceAll(string(CertificatePEM(want)), "\n", "\r\n"), b64, b64[:40] + "\n  " + b64[40:], "Bag Attributes\n" + string(CertificatePEM(want))} {
		if got, err := ParseCertificate(text); err != nil || !got.Equal(want) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
	pair, err := ourKey().MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	day := time.Now().Add(24 * time.Hour)
	for text, code := range map[string]string{
		"":                          "saml_certificate_invalid",
		"hello":                     "saml_certificate_invalid",
		"MIIB":                      "saml_certificate_invalid",
		string(pair):                "saml_certificate_invalid",
		strings.Repeat("A", 40<<10): "saml_certificate_invalid",
		string(CertificatePEM(want)) + string(CertificatePEM(want)):                 "saml_certificate_invalid",
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: want.Raw})): "saml_certificate_invalid",
		string(CertificatePEM(samltest.SelfSigned(weak, time.Now(), day))):          "saml_certificate_key",
		string(CertificatePEM(samltest.SelfSigned(curve, time.Now(), day))):         "saml_certificate_key",
	} {
		if _, err := ParseCertificate(text); problem.As(err) == nil || problem.As(err).Code != code {
			t.Errorf("%.60q: %v, want %s", text, err, code)
		}
	}
}

// goxmldsig below 1.6.1 has known holes (GHSA-qhrp-hfff-vphr, CVE-2026-33487),
// and the library that brings it asks for an older one.
func TestSignatureLibraryIsPinned(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(mod), "github.com/russellhaering/goxmldsig v")
	var major, minor, patch int
	if _, err := fmt.Sscanf(after, "%d.%d.%d", &major, &minor, &patch); !found || err != nil {
		t.Fatalf("go.mod names no version of goxmldsig: %v", err)
	}
	if major*1_000_000+minor*1_000+patch < 1_006_001 {
		t.Errorf("goxmldsig %d.%d.%d", major, minor, patch)
	}
}
