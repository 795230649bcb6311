package saml

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/url"
	"testing"
	"time"

	crewjam "github.com/crewjam/saml"

	"gatehouse/sso/saml/samltest"
)

// benchmarked are documents that the library takes too: with some 970 elements
// it gives up, so 900 groups are its largest.
func benchmarked() map[string]samltest.Answer {
	documents := map[string]samltest.Answer{}
	for name, sign := range map[string]int{"assertion": samltest.SignAssertion, "response": samltest.SignResponse, "both": samltest.SignBoth} {
		a := honest()
		a.Sign = sign
		documents[name] = a
	}
	a := honest()
	groups := samltest.Attribute{Name: "groups"}
	for i := range 800 {
		groups.Values = append(groups.Values, fmt.Sprintf("cn=group-%04d,ou=groups,dc=a,dc=example", i))
	}
	a.Attributes = append(a.Attributes, groups)
	documents["800groups"] = a
	return documents
}

var benchmarkOrder = []string{"assertion", "response", "both", "800groups"}

// BenchmarkVerify is everything that stands between the form field and an
// identity, all guards included.
func BenchmarkVerify(b *testing.B) {
	p := samltest.New(theirID)
	s, e := connection(p), expected()
	for _, name := range benchmarkOrder {
		field := p.Respond(benchmarked()[name])
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := verify(s, field, e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBareLibrary is crewjam/saml's own ParseXMLResponse on the same
// documents.
func BenchmarkBareLibrary(b *testing.B) {
	p := samltest.New(theirID)
	for _, name := range benchmarkOrder {
		field := p.Respond(benchmarked()[name])
		sp, acs := bareLibrary(b, p), must(url.Parse(ourACS))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				document, err := base64.StdEncoding.DecodeString(field)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := sp.ParseXMLResponse(document, []string{requestID}, *acs); err != nil {
					b.Fatal(err.(*crewjam.InvalidResponseError).PrivateErr)
				}
			}
		})
	}
}

func bareLibrary(b *testing.B, p *samltest.IdP) *crewjam.ServiceProvider {
	b.Helper()
	now := time.Now()
	before := crewjam.TimeNow
	crewjam.TimeNow = func() time.Time { return now } // it gives up 90 seconds after a response was issued
	b.Cleanup(func() { crewjam.TimeNow = before })
	server := samltest.Server{IdP: p, URL: "https://idp.example"}
	var idp crewjam.EntityDescriptor
	if err := xml.Unmarshal([]byte(server.Metadata()), &idp); err != nil {
		b.Fatal(err)
	}
	return &crewjam.ServiceProvider{EntityID: ourEntityID, AcsURL: *must(url.Parse(ourACS)), IDPMetadata: &idp, Key: ourKey().Private, Certificate: ourKey().Certificate}
}

// BenchmarkRSACheck is the one thing that cannot be left out.
func BenchmarkRSACheck(b *testing.B) {
	p := samltest.New(theirID)
	root := must(read(p.Document(honest()), messageLimits))
	signature, _ := signatureOf(root.only(assertionNS, "Assertion"))
	value, _ := decodeBase64(signature.only(signatureNS, "SignatureValue").word())
	signed := canonical(signature.only(signatureNS, "SignedInfo"), nil, nil)
	for b.Loop() {
		if signer([]*x509.Certificate{p.Certificate}, signatureMethods[moreNS+"rsa-sha256"], signed, value) == nil {
			b.Fatal("not verified")
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
