package saml

import (
	"bytes"
	"strings"
	"unicode/utf16"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
)

// swap puts other text in place of the first occurrence.
func swap(old, new string) func([]byte) []byte {
	return func(document []byte) []byte {
		if !bytes.Contains(document, []byte(old)) {
			panic("the document has no " + old)
		}
		return bytes.Replace(document, []byte(old), []byte(new), 1)
	}
}

func before(prefix string) func([]byte) []byte {
	return func(document []byte) []byte { return append([]byte(prefix), document...) }
}

func behind(suffix string) func([]byte) []byte {
	return func(document []byte) []byte { return append(document, suffix...) }
}

const bomb = `<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>`

// xmlTricks are documents that two readers could see differently, and those
// that would cost a reader too much (SECURITY.md S3, S4, S9, S10).
func xmlTricks() []made {
	refused := func(name, why string, raw func([]byte) []byte) made {
		return made{name: name, attackCase: attackCase{Why: why, Code: "saml_xml_invalid"}, raw: raw}
	}
	return []made{
		refused("doctype", "A DOCTYPE, which some readers act on.", before(`<!DOCTYPE samlp:Response>`)),
		refused("external-entity", "An entity that would be fetched.", before(`<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]>`)),
		refused("entity-bomb", "Entities that grow without end.", func(b []byte) []byte { return append([]byte(bomb), swap("ada@a.example", "&d;")(b)...) }),
		refused("undeclared-entity", "An entity that nobody declared.", swap("ada@a.example", "&owner;")),
		refused("ampersand", "An ampersand that begins no entity (goxmldsig #396).", swap("ada@a.example", "&amp")),
		refused("processing-instruction", "A processing instruction in the digest, which some readers drop and others keep.", swap("<ds:DigestValue>", "<ds:DigestValue><?x y?>")),
		refused("late-declaration", "An XML declaration that is not the first thing.", swap("<saml:Issuer>", `<?xml version="1.0"?><saml:Issuer>`)),
		refused("namespace-declared-again", "A prefix means something else inside.", swap(`<saml:NameID`, `<saml:NameID xmlns:samlp="urn:evil"`)),
		refused("namespace-declared-twice", "A prefix is declared twice on one element.", swap(`<saml:NameID`, `<saml:NameID xmlns:x="urn:a" xmlns:x="urn:b"`)),
		refused("prefix-undeclared", "A prefix that means nothing.", swap(`<saml:NameID`, `<evil:x/><saml:NameID`)),
		refused("two-ids", "Two ID attributes on the assertion.", swap(` ID="_assertion-1"`, ` ID="_assertion-1" ID="_x"`)),
		refused("id-in-another-case", "ID and Id on the assertion: each reader takes its own.", swap(` ID="_assertion-1"`, ` ID="_assertion-1" Id="_x"`)),
		refused("namespaced-twin", "An attribute with a twin in another namespace.", swap(` ID="_assertion-1"`, ` ID="_assertion-1" x:Version="1.1" xmlns:x="urn:x"`)),
		refused("second-root", "A second document after the first.", behind(`<x/>`)),
		refused("text-after-root", "Text after the document.", behind(`x`)),
		refused("ends-early", "The document stops in the middle.", func(b []byte) []byte { return b[:len(b)-20] }),
		refused("crossed-tags", "Elements that are not closed in order.", swap("</saml:SubjectConfirmation></saml:Subject>", "</saml:Subject></saml:SubjectConfirmation>")),
		refused("double-colon", "A name that Go once wrote back as another (CVE-2020-27846).", swap("<saml:Issuer>", "<x::Root/><saml:Issuer>")),
		refused("colon-attribute", "An attribute whose name begins with a colon.", swap("<saml:Issuer>", `<saml:Issuer :attr="x">`)),
		refused("colon-element", "An element whose name begins with a colon.", swap("<saml:Issuer>", `<:x/><saml:Issuer>`)),
		refused("directive-with-comment", "A directive that hides markup in a comment.", swap("<saml:Issuer>", `<! <<!-- -->!--x--><saml:Issuer>`)),
		refused("latin1", "An encoding that is not UTF-8.", before(`<?xml version="1.0" encoding="ISO-8859-1"?>`)),
		refused("broken-utf8", "Bytes that are not UTF-8.", swap("ada@a.example", "ada\xff@a.example")),
		refused("utf16", "UTF-16, which some readers detect.", toUTF16),
		refused("control-character", "A character that XML does not have.", swap("ada@a.example", "ada\x00@a.example")),
		refused("empty", "Nothing but a space.", func([]byte) []byte { return []byte(" ") }),
		refused("id-is-no-name", "An id that is not a name.", swap(` ID="_assertion-1"`, ` ID="&#x20;_assertion-1"`)),
		{name: "not-base64", attackCase: attackCase{Why: "A field that is not base64.", Code: "saml_xml_invalid"}, field: func([]byte) string { return "<samlp:Response/>" }},
		{name: "empty-field", attackCase: attackCase{Why: "An empty field.", Code: "saml_xml_invalid"}, field: func([]byte) string { return "" }},
		{name: "deep", attackCase: attackCase{Why: "Elements that are nested deeper than any reader should go.", Code: "saml_too_large"},
			raw: swap("<saml:Issuer>", strings.Repeat("<x>", 50)+strings.Repeat("</x>", 50)+"<saml:Issuer>")},
		{name: "many-attributes", attackCase: attackCase{Why: "More attributes than an element can need.", Code: "saml_too_large"}, raw: swap("<saml:Issuer>", "<x"+attributes(80)+"/><saml:Issuer>")},
		{name: "many-namespaces", attackCase: attackCase{Why: "More namespaces than a document can need.", Code: "saml_too_large"}, answer: func(a *samltest.Answer) {
			a.After = func(r *etree.Element) {
				for i := range 40 {
					r.CreateAttr("xmlns:n"+count(i), "urn:n")
					r.FindElement("./Assertion").CreateAttr("xmlns:m"+count(i), "urn:m")
				}
			}
		}},
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + count(i) + `="x"`)
	}
	return b.String()
}

func toUTF16(document []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(document))) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}
