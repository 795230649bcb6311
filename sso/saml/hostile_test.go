package saml

import (
	"bytes"
	"encoding/base64"
	"runtime"
	"strings"
	"testing"
	"time"

	"gatehouse/sso/saml/samltest"
	"gatehouse/sso/trail"
)

// hostile are documents that are only there to cost time or memory
// (SECURITY.md S9).
func hostile() map[string][]byte {
	bytesOf := func(s string) []byte { return []byte(s) }
	wrap := func(s string) []byte {
		return []byte(`<samlp:Response xmlns:samlp="` + protocolNS + `">` + s + `</samlp:Response>`)
	}
	var namespaces strings.Builder
	for i := range 20_000 {
		namespaces.WriteString(" xmlns:n" + count(i) + `="urn:x"`)
	}
	declared, used := prefixed(60)
	return map[string][]byte{
		"10 MB":                       wrap(strings.Repeat("a", 10<<20)),
		"10 MB of nothing":            make([]byte, 10<<20),
		"100,000 deep":                bytesOf(strings.Repeat("<a>", 100_000)),
		"1,000,000 attributes":        bytesOf("<a" + attributes(1_000_000) + "/>"),
		"attributes within the limit": bytesOf("<a" + attributes(40_000) + "/>"),
		"namespaces":                  bytesOf("<a" + namespaces.String() + "/>"),
		"100,000 elements":            wrap(strings.Repeat("<a/>", 100_000)),
		"comments around text":        wrap(strings.Repeat("a<!---->", 60_000)),
		"CDATA around text":           wrap(strings.Repeat("<![CDATA[a]]>", 35_000)),
		"entity bomb":                 bytesOf(bomb + "<a>&d;</a>"),
		"open entities":               wrap(strings.Repeat("&a", 200_000)),
		"one long name":               bytesOf("<" + strings.Repeat("a", 500_000)),
		"one long value":              bytesOf(`<a b="` + strings.Repeat("&#38;", 100_000)),
		"one long id":                 bytesOf(`<a ID="` + strings.Repeat("a", 500_000) + `"/>`),
		"full elements":               wrap(strings.Repeat("<a"+attributes(60)+"/>", 1_000)),
		"a DOCTYPE without end":       bytesOf("<!DOCTYPE a [" + strings.Repeat("<!ENTITY b 'c'>", 30_000)),
		"a signature of everything":   signatureOfEverything("urn:x", "<a/>", 19_000),
		"a long namespace":            signatureOfEverything("urn:"+strings.Repeat("x", 200_000), "<q:a/>", 15_000),
		"a long namespace outside":    wrap(`<x xmlns:p="urn:` + strings.Repeat("x", 200_000) + `">` + strings.Repeat("<p:a/>", 15_000) + `</x>`),
		"namespaces of attributes":    wrap(`<x` + declared + `>` + strings.Repeat("<a"+used+"/>", 350) + `</x>`),
		"what escapes make longer":    wrap(strings.Repeat(">", 400_000)),
		"an empty element":            bytesOf("<a/>"),
		"an empty response":           wrap(""),
	}
}

// signatureOfEverything makes us canonicalize as much as an unverified
// signature can: so many elements, and a namespace that each of them spells out.
func signatureOfEverything(namespace, element string, times int) []byte {
	var prefixes, declared strings.Builder
	for i := range maxPrefixes {
		prefixes.WriteString(" p" + count(i))
		declared.WriteString(" xmlns:p" + count(i) + `="urn:x"`)
	}
	info := `<SignedInfo><CanonicalizationMethod Algorithm="` + excC14N + `"><ec:InclusiveNamespaces xmlns:ec="` + excC14N + `" PrefixList="` + prefixes.String() + `"/></CanonicalizationMethod>` +
		strings.Repeat(element, times) + `</SignedInfo><SignatureValue>eA==</SignatureValue>`
	return []byte(`<samlp:Response xmlns:samlp="` + protocolNS + `" xmlns:saml="` + assertionNS + `"` + declared.String() + ` xmlns:q="` + namespace + `" ID="_r" Version="2.0" Destination="` + ourACS + `"><samlp:Status><samlp:StatusCode Value="` + success + `"/></samlp:Status>` +
		`<saml:Assertion ID="_a" Version="2.0"><Signature xmlns="` + signatureNS + `">` + info + `</Signature></saml:Assertion></samlp:Response>`)
}

// prefixed are attributes that each use a namespace of their own.
func prefixed(n int) (declared, used string) {
	var d, u strings.Builder
	for i := range n {
		d.WriteString(" xmlns:n" + count(i) + `="urn:` + strings.Repeat("x", 4_000) + `"`)
		u.WriteString(" n" + count(i) + ":a" + count(i) + `=""`)
	}
	return d.String(), u.String()
}

// One request must not stop a server: each of these is refused at once, with a
// 4xx, and costs less memory than it has bytes, times a small factor.
func TestHostileDocumentsCostLittle(t *testing.T) {
	s := connection(samltest.New(theirID))
	for name, document := range hostile() {
		field := base64.StdEncoding.EncodeToString(document)
		var err error
		took, grown := cost(func() {
			_, _, err = verify(s, field, expected())
			_ = Redact(document) // the recorder keeps whatever was refused
		})
		r := trail.As(err)
		if r == nil || r.Problem.Status() >= 500 || r.Problem.Status() < 400 {
			t.Errorf("%s: %v", name, err)
		}
		if took > most {
			t.Errorf("%s: refused after %s", name, took)
		}
		if limit := uint64(48 << 20); grown > limit {
			t.Errorf("%s: %d MB were allocated for %d bytes", name, grown>>20, len(document))
		}
	}
}

// The same for what admins upload.
func TestHostileMetadataCostsLittle(t *testing.T) {
	for name, document := range hostile() {
		var err error
		took, grown := cost(func() { _, err = ParseMetadata(document, time.Now()) })
		if err == nil || took > most {
			t.Errorf("%s: %v after %s", name, err, took)
		}
		if grown > 48<<20 {
			t.Errorf("%s: %d MB were allocated for %d bytes", name, grown>>20, len(document))
		}
	}
}

// What hostile documents needed must be gone when they are: a server that is
// fed with them for hours has the memory that it had.
func TestMemoryStaysFlatUnderHostileDocuments(t *testing.T) {
	s := connection(samltest.New(theirID))
	documents := hostile()
	round := func() {
		for _, document := range documents {
			_, _, _ = verify(s, base64.StdEncoding.EncodeToString(document), expected())
			_ = Redact(document)
		}
	}
	round()
	before := live()
	for range 5 {
		round()
	}
	if after := live(); after > before+4<<20 {
		t.Errorf("%d KB are live after five rounds, %d KB were after the first", after>>10, before>>10)
	}
}

// A deflated message may be a thousand times what it seems.
func TestDeflatedBombsAreRefused(t *testing.T) {
	bombed := deflate(bytes.Repeat([]byte(" "), 50<<20))
	before := allocated()
	_, err := ReadLogoutQuery("SAMLRequest=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(base64.StdEncoding.EncodeToString(bombed)))
	if r := trail.As(err); r == nil || r.Code() != "saml_too_large" {
		t.Errorf("%v", err)
	}
	if grown := allocated() - before; grown > 16<<20 {
		t.Errorf("%d MB were allocated for %d bytes", grown>>20, len(bombed))
	}
}

// most is what a hostile document may take.
const most = 200 * time.Millisecond

// cost is the time and the memory of a call: the least of three, and of a dozen
// where they were slow, because other tests run beside.
func cost(call func()) (took time.Duration, grown uint64) {
	for i := 0; i < 3 || i < 12 && took > most; i++ {
		start, before := time.Now(), allocated()
		call()
		t, g := time.Since(start), allocated()-before
		if i == 0 || t < took {
			took = t
		}
		if i == 0 || g < grown {
			grown = g
		}
	}
	return took, grown
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
