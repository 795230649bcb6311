package saml

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/problem"
	"gatehouse/sso/saml/samltest"
	"gatehouse/sso/trail"
)

// seeds are all documents of testdata.
func seeds(f *testing.F) (documents [][]byte) {
	f.Helper()
	for _, kind := range []string{"refused", "accepted"} {
		files, err := filepath.Glob(filepath.Join("testdata", kind, "*", "response.xml"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", kind, err)
		}
		for _, file := range files {
			body, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if len(body) < 16<<10 { // the fuzzer spends its minute on shrinking others
				documents = append(documents, body)
			}
		}
	}
	return documents
}

// trustingAll is a connection that takes all that any case takes.
func trustingAll(t testing.TB) Settings {
	return attackCase{Certificates: []string{"idp", "p256", "p384", "p521"}, LegacyEncryption: []string{AES128CBC, AES256CBC}}.settings(t)
}

// signedNames are all whom the keys of testdata have ever signed something
// valid about: somebody else can only come out of a forgery.
var signedNames = []string{"ada@a.example", "admin@a.example.evil.example", "ada", `EXAMPLE\ada`, "G-8c1d", "ådä@a.example"}

// FuzzResponse: whatever bytes come, a response is refused with a 4xx, or it
// is about somebody whom a configured key has signed; what was read and what
// is written for verification are the same document, to us and to others.
func FuzzResponse(f *testing.F) {
	for _, document := range seeds(f) {
		f.Add(document)
	}
	s := trustingAll(f)
	f.Fuzz(func(t *testing.T, document []byte) {
		if text := Redact(document); len(text) > maxRedacted+64 {
			t.Errorf("redacted to %d bytes", len(text))
		}
		r, err := ReadResponse(encodeField(document))
		if err != nil {
			refusedProperly(t, err)
			return
		}
		readsAgain(t, document, r.root)
		for _, e := range []Expect{{RequestID: requestID, Now: casesAt.Add(time.Second)}, {Unsolicited: true, Now: casesAt.Add(time.Second)}} {
			got, steps, err := s.Verify(r, e)
			switch {
			case err != nil:
				refusedProperly(t, err)
				if steps.Failure() == nil {
					t.Errorf("refused without a failed step: %v", err)
				}
			case !slices.Contains(signedNames, got.NameID) || got.Issuer != theirID || got.ID != "_assertion-1":
				t.Errorf("forged: %+v\n%s", got, document)
			}
		}
	})
}

func refusedProperly(t *testing.T, err error) {
	t.Helper()
	r := trail.As(err)
	if r == nil || r.Problem.Status() < 400 || r.Problem.Status() > 499 || r.Check == "" {
		t.Errorf("refused as %v", err)
	}
}

// readsAgain: parse(c14n(x)) is x, and goxmldsig and etree see the same.
func readsAgain(t *testing.T, document []byte, root *node) {
	t.Helper()
	written := canonical(root, nil, nil)
	again, err := read(written, limits{bytes: 8 << 20, elements: messageLimits.elements, depth: messageLimits.depth, attributes: 2 * messageLimits.attributes})
	if err != nil {
		t.Fatalf("what we wrote cannot be read: %v\n%s", err, written)
	}
	if !same(root, again) {
		t.Fatalf("reads differently after canonicalization\n%s\n%s", document, written)
	}
	agreesWithGoxmldsig(t, document, root)
}

// same compares two trees but for their namespace declarations and the order
// of attributes.
func same(a, b *node) bool {
	if a.prefix != b.prefix || a.local != b.local || a.space != b.space || len(a.attrs) != len(b.attrs) || len(a.children) != len(b.children) {
		return false
	}
	for _, x := range a.attrs {
		if !slices.Contains(b.attrs, x) {
			return false
		}
	}
	for i, c := range a.children {
		d := b.children[i]
		if c.text != d.text || (c.element == nil) != (d.element == nil) || c.element != nil && !same(c.element, d.element) {
			return false
		}
	}
	return true
}

// FuzzMetadata: whatever an admin uploads or a provider serves is metadata that
// can be used, or a 422 with a sentence.
func FuzzMetadata(f *testing.F) {
	server := samltest.Server{IdP: samltest.New(theirID), URL: "https://idp.example"}
	f.Add([]byte(server.Metadata()))
	f.Add([]byte(`<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` + server.Metadata() + `</EntitiesDescriptor>`))
	ours, err := connection(server.IdP).Metadata(casesAt)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ours)
	files, _ := filepath.Glob(filepath.Join("testdata", "metadata", "*.xml"))
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		p, err := ParseMetadata(document, casesAt)
		if err != nil {
			if e := problem.As(err); e == nil || e.Kind != problem.Invalid || e.Message == "" {
				t.Errorf("refused as %v", err)
			}
			return
		}
		if p.EntityID == "" || len(p.Certificates) == 0 || !usableAddress(p.SSOURL) || p.SLOURL != "" && !usableAddress(p.SLOURL) || p.SLOResponseURL != "" && !usableAddress(p.SLOResponseURL) {
			t.Errorf("read as %+v\n%s", p, document)
		}
	})
}

// FuzzLogoutQuery: a redirected logout message is refused, or a configured key
// has signed just this.
func FuzzLogoutQuery(f *testing.F) {
	p := generator(f, "idp")
	l := samltest.Logout{ID: "_logout-1", Destination: ourSLO, NameID: "ada@a.example", SessionIndexes: []string{"_s"}, RelayState: "a b", Now: casesAt}
	f.Add(p.LogoutQuery(l))
	l.LowerCase = true
	f.Add(p.LogoutQuery(l))
	l.InResponseTo = "_request-1"
	f.Add(p.LogoutQuery(l))
	l.Unsigned = true
	f.Add(p.LogoutQuery(l))
	s := trustingAll(f)
	f.Fuzz(func(t *testing.T, query string) {
		m, err := ReadLogoutQuery(query)
		if err != nil {
			refusedProperly(t, err)
			return
		}
		e := ExpectLogout{RequestID: requestID, Now: casesAt}
		if m.IsRequest() {
			got, _, err := s.VerifyLogoutRequest(m, e)
			if err != nil {
				refusedProperly(t, err)
			} else if got.NameID != "ada@a.example" || got.RelayState != "a b" {
				t.Errorf("forged: %+v", got)
			}
			return
		}
		got, _, err := s.VerifyLogoutResponse(m, e)
		if err != nil {
			refusedProperly(t, err)
		} else if got.RelayState != "a b" {
			t.Errorf("forged: %+v", got)
		}
	})
}
