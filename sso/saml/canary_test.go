package saml

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso/saml/samltest"
)

// A document that makes the server fetch an address reaches what only the
// server can reach (SECURITY.md S10): a listener must see nothing, whatever
// names it.
func TestNoDocumentFetchesAnything(t *testing.T) {
	t.Parallel()
	var seen atomic.Int32
	canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
	t.Cleanup(canary.Close)
	p := samltest.New(theirID)
	server := samltest.Server{IdP: p, URL: "https://idp.example"}
	s := connection(p)
	response := string(p.Document(honest()))
	for _, front := range []string{
		`<!DOCTYPE r SYSTEM "` + canary.URL + `/dtd">`,
		`<!DOCTYPE r [<!ENTITY x SYSTEM "` + canary.URL + `/entity">]>`,
		`<!DOCTYPE r [<!ENTITY % x SYSTEM "` + canary.URL + `/parameter"> %x;]>`,
		`<?xml-stylesheet href="` + canary.URL + `/xsl"?>`,
	} {
		refused(t, s, encodeField([]byte(front+strings.Replace(response, "ada@", "&x;", 1))), "saml_xml_invalid")
		if _, err := ParseMetadata([]byte(front+server.Metadata()), time.Now()); err == nil {
			t.Errorf("metadata with %s is taken", front)
		}
		_ = Redact([]byte(front + response))
	}
	// References and ciphertexts that stand elsewhere are not gone for either.
	external := strings.Replace(response, `URI="#`, `URI="`+canary.URL+`/#`, 1)
	refused(t, s, encodeField([]byte(external)), "saml_reference_mismatch")
	if n := seen.Load(); n > 0 {
		t.Errorf("%d requests were made", n)
	}
}
