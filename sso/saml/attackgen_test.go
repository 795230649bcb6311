package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
)

// The generator of testdata: every case is one entry of a table here, and
// `go test -run Responses -update` writes its folder.

// casesAt is when all documents were issued.
var casesAt = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// made is a case and how its document is made.
type made struct {
	name string
	attackCase
	by     string                 // the signing key; "" is idp
	answer func(*samltest.Answer) // changes an honest answer
	raw    func(document []byte) []byte
	field  func(document []byte) string // the field itself, instead of the document

	unasked bool // the caller knows of no request
}

func writtenCases() map[string][]made {
	return map[string][]made{
		"refused":  join(wrappings(), xmlTricks(), signatureLies(), conditionLies(), subjectLies(), encryptionLies()),
		"accepted": join(honestAnswers(), oddAnswers()),
	}
}

func join(tables ...[]made) (all []made) {
	for _, table := range tables {
		all = append(all, table...)
	}
	return all
}

var keysWritten sync.Once

func writeCases(t *testing.T, kind string, cases []made) {
	t.Helper()
	keysWritten.Do(func() { writeKeys(t) })
	if err := os.RemoveAll(filepath.Join("testdata", kind)); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		c.write(t, filepath.Join("testdata", kind, c.name))
	}
}

func (c made) write(t *testing.T, folder string) {
	t.Helper()
	if c.by == "" {
		c.by = "idp"
	}
	if c.Certificates == nil {
		c.Certificates = []string{"idp"}
	}
	if c.RequestID == "" && !c.Unsolicited && !c.unasked && c.Code != "saml_unsolicited" {
		c.RequestID = requestID
	}
	if c.Now.IsZero() {
		c.Now = casesAt.Add(time.Second)
	}
	a := honest()
	a.ID, a.AssertionID, a.Now = "_response-1", "_assertion-1", casesAt
	if c.answer != nil {
		c.answer(&a)
	}
	document := generator(t, c.by).Document(a)
	if c.raw != nil {
		document = c.raw(document)
	}
	body, err := json.MarshalIndent(c.attackCase, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, "case.json"), append(body, '\n'))
	if c.field != nil {
		writeFile(t, filepath.Join(folder, "response.b64"), []byte(c.field(document)))
		return
	}
	writeFile(t, filepath.Join(folder, "response.xml"), document)
}

// generator is a provider with one of the keys of testdata.
func generator(t testing.TB, key string) *samltest.IdP {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "keys", key+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(body)
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return &samltest.IdP{EntityID: theirID, Key: private.(crypto.Signer), Certificate: testCertificate(t, key)}
}

// writeKeys makes the keys that are not there yet.
func writeKeys(t *testing.T) {
	t.Helper()
	long := casesAt.AddDate(50, 0, 0)
	for name, make := range map[string]func() (crypto.Signer, error){
		"ours":     func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
		"idp":      func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
		"stranger": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
		"p256":     func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
		"p384":     func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) },
		"p521":     func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P521(), rand.Reader) },
	} {
		writeKey(t, name, make, long)
	}
	// The provider's own key with a certificate that has ended.
	if _, err := os.Stat("testdata/keys/idp-expired.crt"); err != nil {
		c := samltest.SelfSigned(generator(t, "idp").Key, casesAt.AddDate(-3, 0, 0), casesAt.AddDate(0, -1, 0))
		writeFile(t, "testdata/keys/idp-expired.crt", CertificatePEM(c))
		c = samltest.SelfSigned(generator(t, "idp").Key, casesAt.AddDate(0, -1, 0), long)
		writeFile(t, "testdata/keys/idp-renewed.crt", CertificatePEM(c))
		c = samltest.SelfSigned(generator(t, "stranger").Key, casesAt.AddDate(-3, 0, 0), casesAt.AddDate(0, -1, 0))
		writeFile(t, "testdata/keys/stranger-expired.crt", CertificatePEM(c))
	}
	writeKey(t, "weak", func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 1024) }, long)
}

func writeKey(t *testing.T, name string, make func() (crypto.Signer, error), until time.Time) {
	t.Helper()
	path := filepath.Join("testdata", "keys", name)
	if _, err := os.Stat(path + ".pem"); err == nil {
		return
	}
	private := must(make())
	der := must(x509.MarshalPKCS8PrivateKey(private))
	c := CertificatePEM(samltest.SelfSigned(private, casesAt.AddDate(-1, 0, 0), until))
	writeFile(t, path+".pem", append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), c...))
	writeFile(t, path+".crt", c)
}

func writeFile(t *testing.T, path string, body []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
}

func encodeField(document []byte) string { return base64.StdEncoding.EncodeToString(document) }

// evil is an assertion like another, about somebody else and unsigned.
func evil(assertion *etree.Element) *etree.Element {
	e := assertion.Copy()
	e.CreateAttr("ID", "_evil-1")
	e.FindElement("./Subject/NameID").SetText("owner@a.example")
	if signature := e.FindElement("./Signature"); signature != nil {
		e.RemoveChild(signature)
	}
	return e
}

// Lies that need another key while a document is being made.
func stranger() *samltest.IdP           { return generator(generating{}, "stranger") }
func idpCertificate() *x509.Certificate { return testCertificate(generating{}, "idp") }
func oursCertificate() *x509.Certificate {
	return testCertificate(generating{}, "ours")
}

// generating stands for the test while tables are turned into documents: what
// goes wrong there is the table's mistake.
type generating struct{ testing.TB }

func (generating) Helper()           {}
func (generating) Fatal(args ...any) { panic(args) }
