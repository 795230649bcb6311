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
// identity, all guards included. On one core it takes a third to a fifth of
// what BenchmarkBareLibrary takes, which checks less: some ten times
// BenchmarkRSACheck, where that takes some forty (bench/run.sh prints the
// figures of a run).
//
// Where the library's time goes, as its profile says: the round-trip validator
// makes an encoder with a buffer of 4 KB for each token; the namespaces of each
// element are looked up by climbing to the root and copied into a map, and for
// each of the three decodings once more for the whole document; the tree is
// copied for each transform; and the document is written and parsed again
// before each decoding. Here one pass of the tokenizer makes the tree, names
// get their namespaces on the way, and the canonical form is written in one
// pass over the tree without a copy. What remains is encoding/xml's tokenizer,
// twice (the document, and the bytes that were verified), and the RSA check.
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

func bareLibrary(b testing.TB, p *samltest.IdP) *crewjam.ServiceProvider {
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

// The guards must not cost what the library's copies cost: a tree that is
// copied for each check is how a kilobyte becomes a megabyte. (Allocations are
// counted because they do not depend on the machine.)
func TestVerifyAllocatesLessThanTheBareLibrary(t *testing.T) {
	p := samltest.New(theirID)
	for _, name := range []string{"assertion", "both"} {
		document := p.Document(benchmarked()[name])
		s, e, field := connection(p), expected(), encodeField(document)
		sp, acs := bareLibrary(t, p), must(url.Parse(ourACS))
		ours := testing.AllocsPerRun(5, func() {
			if _, _, err := verify(s, field, e); err != nil {
				t.Fatal(err)
			}
		})
		theirs := testing.AllocsPerRun(5, func() {
			if _, err := sp.ParseXMLResponse(document, []string{requestID}, *acs); err != nil {
				t.Fatal(err)
			}
		})
		if ours*4 > theirs {
			t.Errorf("%s: %.0f allocations with all guards, %.0f of the bare library", name, ours, theirs)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
