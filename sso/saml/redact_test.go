package saml

import (
	"strings"
	"testing"

	"gatehouse/sso/saml/samltest"
)

// A recorded response must help an admin, and be worth nothing to a thief: it
// cannot be posted again, and holds no secret attribute.
func TestRecordedResponsesAreRedacted(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	a := honest()
	a.Attributes = append(a.Attributes,
		samltest.Attribute{Name: "urn:custom:apiKey", Values: []string{"hunter2-key"}},
		samltest.Attribute{Name: "urn:oid:1.2.3", FriendlyName: "userPassword", Values: []string{"hunter2-password"}},
		samltest.Attribute{Name: "shippingAddress", Values: []string{"1 Main St"}})
	document := p.Document(a)
	got := Redact(document)
	for _, kept := range []string{"ada@a.example", ourACS, ourEntityID, "rsa-sha256", "X509Certificate", "1 Main St", "admins"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s is gone: %s", kept, got)
		}
	}
	if strings.Contains(got, "hunter2") {
		t.Errorf("a secret is kept: %s", got)
	}
	if field := p.Respond(a); field == "" {
		t.Fatal("no response")
	}
	root, err := read(document, messageLimits)
	if err != nil {
		t.Fatal(err)
	}
	signature, _ := signatureOf(root.only(assertionNS, "Assertion"))
	if value := signature.only(signatureNS, "SignatureValue").word(); strings.Contains(got, value) {
		t.Error("the signature is kept")
	}
}

// Nobody may fill the recorder: whatever comes is kept bounded, and what is
// hostile is not kept at all.
func TestRecordedDocumentsAreBounded(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"large":   "<a>" + strings.Repeat("ü", 200_000) + "</a>",
		"hostile": "<!DOCTYPE x><a>secret</a>",
		"binary":  string(make([]byte, 100_000)),
		"empty":   "",
	} {
		if got := Redact([]byte(document)); len(got) > maxRedacted+64 || got == "" || strings.Contains(got, "secret") {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
}
