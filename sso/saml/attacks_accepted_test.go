package saml

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso/saml/samltest"
)

// honestAnswers are what providers send by their usual settings.
func honestAnswers() []made {
	accepted := func(name, why string, answer func(*samltest.Answer)) made {
		return made{name: name, attackCase: attackCase{Why: why, NameID: "ada@a.example", Values: 3}, answer: answer}
	}
	legacy := func(m made) made {
		m.LegacyEncryption, m.WantEncrypted = []string{AES128CBC, AES256CBC}, true
		return m
	}
	all := []made{
		accepted("signed-assertion", "The assertion alone is signed: Entra ID, AD FS, Google.", nil),
		accepted("signed-response", "The response alone is signed: CyberArk, OneLogin, Google.", signing(samltest.SignResponse)),
		accepted("signed-both", "Both are signed: Okta, Duo.", signing(samltest.SignBoth)),
		accepted("gcm-signed-response", "Encrypted with GCM in a signed response, nothing signed inside: Shibboleth.", sealed("aes128-gcm", signing(samltest.SignResponse))),
		accepted("gcm-signed-assertion", "Signed, then encrypted with GCM.", sealed("aes256-gcm")),
		accepted("gcm-oaep-sha256", "Encrypted as newer Keycloaks do.", sealed("aes256-gcm", by("rsa-oaep"), signing(samltest.SignBoth))),
		legacy(accepted("cbc-signed-both", "AES-128-CBC, both signed: SimpleSAMLphp.", sealed("aes128-cbc", signing(samltest.SignBoth)))),
		legacy(accepted("cbc-signed-assertion", "AES-256-CBC around a signed assertion: AD FS.", sealed("aes256-cbc"))),
		legacy(accepted("cbc-signed-response", "AES-128-CBC in a signed response.", sealed("aes128-cbc", signing(samltest.SignResponse)))),
		accepted("unsolicited", "The provider starts: a tile in its portal.", func(a *samltest.Answer) { a.RequestID = "" }),
	}
	all[len(all)-1].Unsolicited = true
	for _, curve := range []string{"p256", "p384", "p521"} {
		all = append(all, accepted("ecdsa-"+curve, "An ECDSA key.", nil).signedBy(curve).trusting("idp", curve))
	}
	for _, hash := range []string{"384", "512"} {
		all = append(all, accepted("rsa-sha"+hash, "A longer hash.", func(a *samltest.Answer) { a.Signature = moreNS + "rsa-sha" + hash }))
	}
	return all
}

// oddAnswers are unusual and right; the library refuses or mistakes several.
func oddAnswers() []made {
	accepted := func(name, why string, answer func(*samltest.Answer)) made {
		return made{name: name, attackCase: attackCase{Why: why, NameID: "ada@a.example", Values: 3}, answer: answer}
	}
	named := func(m made, name string) made {
		m.NameID = name
		return m
	}
	values := func(m made, n int) made {
		m.Values = n
		return m
	}
	expired := accepted("expired-certificate", "The stored certificate has ended, and its key is the right one: a warning.", nil).trusting("idp-expired")
	expired.Warned = true
	return []made{
		expired,
		accepted("second-certificate", "A roll-over: the second of two stored certificates.", nil).trusting("stranger", "idp"),
		accepted("key-info-of-another", "KeyInfo shows another certificate than the stored one, whose key verifies.", nil).trusting("idp-renewed"),
		accepted("key-info-gone", "No KeyInfo.", inSignature("/KeyInfo", gone)),
		accepted("key-info-name-alone", "KeyInfo has a KeyName alone: Keycloak.", inSignature("/KeyInfo", func(el *etree.Element) {
			el.Child = nil
			el.CreateElement("ds:KeyName").SetText("key-1")
		})),
		accepted("audience-last", "Several audiences, ours the last.", func(a *samltest.Answer) {
			a.Audiences = []string{"https://other.example/metadata", "urn:x", ourEntityID}
		}),
		accepted("two-restrictions-to-us", "Two restrictions that both name us.", on(conditionsAt, func(el *etree.Element) { el.AddChild(el.FindElement("./AudienceRestriction").Copy()) })),
		accepted("known-conditions", "OneTimeUse and ProxyRestriction.", on(conditionsAt, func(el *etree.Element) {
			el.CreateElement("saml:OneTimeUse")
			el.CreateElement("saml:ProxyRestriction").CreateAttr("Count", "0")
		})),
		accepted("no-destination", "An unsigned response without Destination.", after(func(r *etree.Element) { r.RemoveAttr("Destination") })),
		accepted("no-issuer-on-response", "A response without Issuer.", after(func(r *etree.Element) { gone(r.FindElement("./Issuer")) })),
		accepted("signature-last", "The signature stands at the assertion's end.", inSignature("", func(el *etree.Element) { el.Parent().AddChild(el) })),
		accepted("inclusive-namespaces", "A PrefixList, as OpenSAML writes it, with the prefix declared at the response.", prefixList),
		accepted("default-namespaces", "Default namespaces instead of prefixes: AD FS, Entra ID.", defaultNamespaces),
		accepted("line-breaks-in-base64", "Base64 in lines with carriage returns, as .NET writes it.", nil).as(swap("<ds:SignatureValue>", "<ds:SignatureValue>&#13;\n")),
		accepted("declaration", "An XML declaration in front.", nil).as(before(`<?xml version="1.0" encoding="utf-8"?>` + "\n")),
		named(accepted("comment-in-name", "A comment in the name, put there after it was signed: the name is the whole text (CVE-2017-11427).", func(a *samltest.Answer) { a.NameID = "admin@a.example.evil.example" }).
			as(swap(">admin@a.example.evil", ">admin@a.example<!-- -->.evil")), "admin@a.example.evil.example"),
		accepted("comment-in-digest", "A comment in the digest changes nothing that is read.", nil).as(swap("<ds:DigestValue>", "<ds:DigestValue><!--AAAA-->")),
		accepted("cdata", "A CDATA section is text, and canonicalized as such.", nil).as(swap(">ada@a.example</saml:NameID>", "><![CDATA[ada@a.]]>example</saml:NameID>")),
		named(accepted("name-unspecified-odd", "The format's odd 1.0 form: JumpCloud.", func(a *samltest.Answer) {
			a.NameID, a.NameIDFormat = "ada", "urn:oasis:names:tc:SAML:1.0:nameid-format:unspecified"
		}), "ada"),
		named(accepted("name-windows", "A Windows domain name, in no format.", func(a *samltest.Answer) { a.NameID, a.NameIDFormat = `EXAMPLE\ada`, "" }), `EXAMPLE\ada`),
		named(accepted("name-spaced", "A name with spaces and line breaks around it.", func(a *samltest.Answer) { a.NameID = "\n   G-8c1d  \n" }), "G-8c1d"),
		named(accepted("name-unicode", "A name that is not ASCII.", func(a *samltest.Answer) { a.NameID = "ådä@a.example" }), "ådä@a.example"),
		accepted("second-bearer-confirmation", "The first bearer confirmation is for another address, the second for us.", on(confirmationAt, func(el *etree.Element) {
			other := el.Copy()
			other.FindElement("./SubjectConfirmationData").CreateAttr("Recipient", "https://other.example/acs")
			el.Parent().InsertChildAt(el.Index(), other)
		})),
		accepted("fractions-of-a-second", "Times to a ten-millionth of a second: .NET.", on(statementAt, attribute("AuthnInstant", "2026-11-27T11:59:59.1234567Z"))),
		accepted("session-with-an-end", "A session that ends in eight hours.", on(statementAt, attribute("SessionNotOnOrAfter", "2026-11-27T20:00:00Z"))),
		values(accepted("many-groups", "1,500 groups (the library gives up at some 970 elements).", manyGroups), 1503),
		values(accepted("empty-values", "Empty attribute values, and attributes without any.", func(a *samltest.Answer) {
			a.Attributes = []samltest.Attribute{{Name: "a", Values: []string{""}}, {Name: "b"}}
		}), 1),
		values(accepted("value-is-a-name", "A value that wraps a NameID: eduPersonTargetedID.", on("./Assertion/AttributeStatement/Attribute/AttributeValue", func(el *etree.Element) {
			el.SetText("")
			el.CreateElement("saml:NameID").SetText("wrapped")
		})), 3),
		values(accepted("no-attributes", "No attributes at all.", func(a *samltest.Answer) { a.Attributes = nil }), 0),
	}
}

func manyGroups(a *samltest.Answer) {
	groups := samltest.Attribute{Name: "memberOf"}
	for i := range 1500 {
		groups.Values = append(groups.Values, fmt.Sprintf("g%04d", i))
	}
	a.Attributes = append(a.Attributes, groups)
}

// prefixList signs as OpenSAML does: xs is declared at the response, used in
// values' types alone, and kept by the list. The signed part is written in
// canonical form by hand, and the digest is of what goxmldsig writes.
func prefixList(a *samltest.Answer) {
	a.Sign = samltest.SignNothing
	a.After = func(r *etree.Element) {
		r.CreateAttr("xmlns:xs", "http://www.w3.org/2001/XMLSchema")
		assertion := r.FindElement("./Assertion")
		for _, value := range assertion.FindElements(".//AttributeValue") {
			value.RemoveAttr("xmlns:xs")
		}
		alone := assertion.Copy()
		alone.CreateAttr("xmlns:xs", "http://www.w3.org/2001/XMLSchema")
		digest := sha256.Sum256(must(dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("xs").Canonicalize(alone)))
		info := `<ds:SignedInfo xmlns:ds="` + signatureNS + `"><ds:CanonicalizationMethod Algorithm="` + excC14N + `"></ds:CanonicalizationMethod>` +
			`<ds:SignatureMethod Algorithm="` + moreNS + `rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#_assertion-1"><ds:Transforms>` +
			`<ds:Transform Algorithm="` + enveloped + `"></ds:Transform><ds:Transform Algorithm="` + excC14N + `">` +
			`<ec:InclusiveNamespaces xmlns:ec="` + excC14N + `" PrefixList="xs"></ec:InclusiveNamespaces></ds:Transform></ds:Transforms>` +
			`<ds:DigestMethod Algorithm="` + digestSHA256 + `"></ds:DigestMethod><ds:DigestValue>` + base64.StdEncoding.EncodeToString(digest[:]) +
			`</ds:DigestValue></ds:Reference></ds:SignedInfo>`
		sum := sha256.Sum256([]byte(info))
		value := must(generator(generating{}, "idp").Key.Sign(rand.Reader, sum[:], crypto.SHA256))
		d := etree.NewDocument()
		if err := d.ReadFromString(`<ds:Signature xmlns:ds="` + signatureNS + `">` + info + `<ds:SignatureValue>` + base64.StdEncoding.EncodeToString(value) + `</ds:SignatureValue></ds:Signature>`); err != nil {
			panic(err)
		}
		assertion.InsertChildAt(1, d.Root())
	}
}

// defaultNamespaces writes as .NET does: no prefixes inside of the assertion.
func defaultNamespaces(a *samltest.Answer) {
	a.Before = func(r *etree.Element) {
		for _, top := range []string{"./Issuer", "./Assertion"} {
			el := r.FindElement(top)
			el.RemoveAttr("xmlns:saml")
			el.CreateAttr("xmlns", assertionNS)
			el.Space = ""
			for _, inner := range el.FindElements(".//*") {
				inner.Space = ""
			}
		}
		r.RemoveAttr("xmlns:saml")
	}
}
