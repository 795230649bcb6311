package saml

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
)

// inSignature changes something in the assertion's signature.
func inSignature(path string, change func(el *etree.Element)) func(*samltest.Answer) {
	return after(func(r *etree.Element) {
		el := r.FindElement("./Assertion/Signature" + path)
		if el == nil {
			panic("the signature has no " + path)
		}
		change(el)
	})
}

func attribute(name, value string) func(*etree.Element) {
	return func(el *etree.Element) { el.CreateAttr(name, value) }
}

func text(value string) func(*etree.Element) {
	return func(el *etree.Element) { el.SetText(value) }
}

func gone(el *etree.Element) { el.Parent().RemoveChild(el) }

// signatureLies are signatures that are missing, somebody else's, made with
// what is broken, or about something else (SECURITY.md S5, S7, S8, S14).
func signatureLies() []made {
	refused := func(name, why, code string, answer func(*samltest.Answer)) made {
		return made{name: name, attackCase: attackCase{Why: why, Code: code}, answer: answer}
	}
	algorithm, form, transform := "saml_signature_algorithm", "saml_signature_malformed", "saml_transform"
	all := []made{
		refused("unsigned", "Nothing is signed.", "saml_signature_missing", func(a *samltest.Answer) { a.Sign = samltest.SignNothing }),
		refused("signature-value-empty", "A signature without a value.", form, inSignature("/SignatureValue", text(""))),
		refused("signature-value-gone", "A signature without the element of its value.", form, inSignature("/SignatureValue", gone)),
		refused("signed-info-gone", "A signature that signs nothing.", form, inSignature("/SignedInfo", gone)),
		refused("signature-empty", "An empty signature.", form, inSignature("", func(el *etree.Element) { el.Child = nil })),
		refused("signature-twice", "Two signatures on the assertion.", form, inSignature("", func(el *etree.Element) { el.Parent().AddChild(el.Copy()) })),
		refused("signature-with-object", "A signature that brings an object along.", form, inSignature("", func(el *etree.Element) { el.CreateElement("ds:Object").SetText("x") })),
		refused("signature-value-cut", "A signature that was cut short.", "saml_signature_invalid", inSignature("/SignatureValue", func(el *etree.Element) { el.SetText(el.Text()[:340] + "AA==") })),
		refused("hmac-with-the-certificate", "A MAC whose key is the public certificate.", algorithm, inSignature("", func(el *etree.Element) {
			el.FindElement("./SignedInfo/SignatureMethod").CreateAttr("Algorithm", signatureNS+"hmac-sha1")
			mac := hmac.New(sha1.New, []byte(el.FindElement(".//X509Certificate").Text()))
			el.FindElement("./SignatureValue").SetText(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		})),
		refused("rsa-sha1", "A signature with SHA-1, rightly made.", algorithm, func(a *samltest.Answer) { a.Signature = signatureNS + "rsa-sha1" }),
		refused("rsa-md5", "A signature with MD5.", algorithm, inSignature("//SignatureMethod", attribute("Algorithm", moreNS+"rsa-md5"))),
		refused("no-algorithm", "A signature by no algorithm.", algorithm, inSignature("//SignatureMethod", attribute("Algorithm", ""))),
		refused("truncated-mac-length", "A signature method with parameters.", algorithm, inSignature("//SignatureMethod", func(el *etree.Element) { el.CreateElement("ds:HMACOutputLength").SetText("0") })),
		refused("digest-sha1", "A digest with SHA-1.", algorithm, inSignature("//DigestMethod", attribute("Algorithm", signatureNS+"sha1"))),
		refused("digest-empty", "An empty digest.", form, inSignature("//DigestValue", text(""))),
		refused("digest-changed", "A digest that was changed after it was signed.", "saml_signature_invalid", inSignature("//DigestValue", text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))),
		refused("transform-xslt", "A transform that computes what is signed.", transform, inSignature("//Transforms", func(el *etree.Element) {
			el.FindElement("./Transform").CreateAttr("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")
		})),
		refused("transform-xpath", "A third transform that selects what is signed.", transform, inSignature("//Transforms", func(el *etree.Element) {
			el.CreateElement("ds:Transform").CreateAttr("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")
		})),
		refused("transform-enveloped-alone", "No canonicalization.", transform, inSignature("//Transforms/Transform[2]", gone)),
		refused("transforms-turned", "The transforms in the other order.", transform, inSignature("//Transforms", func(el *etree.Element) { el.AddChild(el.FindElement("./Transform")) })),
		refused("canonicalization-inclusive", "Inclusive canonicalization, which takes in what stands around.", transform, inSignature("//CanonicalizationMethod", attribute("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"))),
		refused("canonicalization-with-comments", "Canonicalization that keeps comments.", transform, inSignature("//CanonicalizationMethod", attribute("Algorithm", excC14N+"WithComments"))),
		refused("no-references", "A signature without a reference.", "saml_reference_count", inSignature("//Reference", gone)),
		refused("two-references-good-first", "A second reference: the last one won in goxmldsig (CVE-2026-33487).", "saml_reference_count", inSignature("//Reference", func(el *etree.Element) {
			second := el.Copy()
			second.CreateAttr("URI", "#_evil-1")
			el.Parent().AddChild(second)
		})),
		refused("two-references-evil-first", "A reference before the good one.", "saml_reference_count", inSignature("//Reference", func(el *etree.Element) {
			first := el.Copy()
			first.CreateAttr("URI", "#_evil-1")
			el.Parent().InsertChildAt(el.Index(), first)
		})),
		refused("reference-to-the-document", "A reference to whatever the document is.", "saml_reference_mismatch", inSignature("//Reference", attribute("URI", ""))),
		refused("reference-to-the-response", "The assertion's signature is about the response.", "saml_reference_mismatch", inSignature("//Reference", attribute("URI", "#_response-1"))),
		refused("reference-by-xpointer", "A reference that has to be evaluated.", "saml_reference_mismatch", inSignature("//Reference", attribute("URI", "#xpointer(/)"))),
		refused("stranger-signs-assertion", "A key that nobody set up.", "saml_signature_invalid", nil).signedBy("stranger"),
		refused("stranger-signs-response", "A key that nobody set up, on the response.", "saml_signature_invalid", func(a *samltest.Answer) { a.Sign = samltest.SignResponse }).signedBy("stranger"),
		refused("stranger-signs-around", "The provider's assertion in a stranger's response.", "saml_signature_invalid", func(a *samltest.Answer) {
			a.After = func(r *etree.Element) { r.InsertChildAt(1, strangerSigns(r)) }
		}),
		refused("key-info-of-the-provider", "A stranger's signature that shows the provider's certificate.", "saml_signature_invalid", inSignature("//X509Certificate", func(el *etree.Element) {
			el.SetText(base64.StdEncoding.EncodeToString(idpCertificate().Raw))
		})).signedBy("stranger"),
		refused("ecdsa-in-asn1", "An ECDSA signature in the wrong encoding.", "saml_signature_invalid", inSignature("/SignatureValue", func(el *etree.Element) {
			b, _ := base64.StdEncoding.DecodeString(el.Text())
			el.SetText(base64.StdEncoding.EncodeToString(append([]byte{0x30, byte(len(b))}, b...)))
		})).signedBy("p256"),
		refused("rsa-key-for-ecdsa", "The algorithm of another kind of key.", "saml_signature_invalid", inSignature("//SignatureMethod", attribute("Algorithm", moreNS+"ecdsa-sha256"))),
		refused("weak-key", "An RSA key of 1024 bits.", "saml_signature_invalid", nil).signedBy("weak").trusting("weak"),
		refused("expired-and-strange", "Another key than that of the certificate, which has expired.", "saml_certificate_expired", nil).trusting("stranger-expired"),
		refused("no-certificates", "A connection without a certificate trusts nobody.", "saml_certificate_missing", nil).trusting(),
		refused("other-organizations-provider", "The provider of another organization, under the same entity ID.", "saml_signature_invalid", nil).signedBy("stranger"),
	}
	for i := range all {
		if all[i].name == "ecdsa-in-asn1" {
			all[i].Certificates = []string{"p256"}
		}
	}
	return all
}

func (m made) signedBy(key string) made {
	m.by = key
	return m
}

func (m made) trusting(certificates ...string) made {
	m.Certificates = append([]string{}, certificates...)
	return m
}

func strangerSigns(el *etree.Element) *etree.Element {
	return stranger().Sign(el, "")
}
