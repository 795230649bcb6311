package saml

import (
	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
)

func after(change func(response *etree.Element)) func(*samltest.Answer) {
	return func(a *samltest.Answer) { a.After = change }
}

func afterResponseSigned(change func(response *etree.Element)) func(*samltest.Answer) {
	return func(a *samltest.Answer) { a.Sign, a.After = samltest.SignResponse, change }
}

// evilResponse makes a response into one about somebody else and gives the
// original, which keeps the signed content, and its signature.
func evilResponse(response *etree.Element) (original, signature *etree.Element) {
	original = response.Copy()
	signature = response.FindElement("./Signature")
	original.RemoveChild(original.FindElement("./Signature"))
	response.CreateAttr("ID", "_evil-response")
	assertion := response.FindElement("./Assertion")
	assertion.CreateAttr("ID", "_evil-1")
	assertion.FindElement("./Subject/NameID").SetText("owner@a.example")
	return original, signature
}

// wrappings are signature wrapping in its eight known forms, and its relatives
// (SECURITY.md S1, S2).
func wrappings() []made {
	refused := func(name, why, code string, answer func(*samltest.Answer)) made {
		return made{name: name, attackCase: attackCase{Why: why, Code: code}, answer: answer}
	}
	many, structure := "saml_multiple_assertions", "saml_structure_invalid"
	return []made{
		refused("xsw1", "The signed response stands inside of the signature of a forged one.", many, afterResponseSigned(func(r *etree.Element) {
			original, signature := evilResponse(r)
			signature.AddChild(original)
		})),
		refused("xsw2", "The signed response stands beside the signature in a forged one.", many, afterResponseSigned(func(r *etree.Element) {
			original, signature := evilResponse(r)
			r.InsertChildAt(signature.Index(), original)
		})),
		refused("xsw3", "A forged assertion stands before the signed one.", many, after(func(r *etree.Element) {
			assertion := r.FindElement("./Assertion")
			r.InsertChildAt(assertion.Index(), evil(assertion))
		})),
		refused("xsw4", "The signed assertion stands inside of a forged one.", many, after(func(r *etree.Element) {
			assertion := r.FindElement("./Assertion")
			r.RemoveChild(assertion)
			forged := evil(assertion)
			forged.AddChild(assertion)
			r.AddChild(forged)
		})),
		refused("xsw5", "A forged assertion has the signature, and the signed one stands behind without it.", many, after(func(r *etree.Element) {
			original := r.FindElement("./Assertion").Copy()
			original.RemoveChild(original.FindElement("./Signature"))
			forge(r)
			r.AddChild(original)
		})),
		refused("xsw6", "A forged assertion has the signature, and the signed one stands inside of it.", many, after(func(r *etree.Element) {
			original := r.FindElement("./Assertion").Copy()
			original.RemoveChild(original.FindElement("./Signature"))
			forge(r)
			r.FindElement("./Assertion/Signature").AddChild(original)
		})),
		refused("xsw7", "A forged assertion stands in the response's extensions.", many, after(func(r *etree.Element) {
			extensions := etree.NewElement("samlp:Extensions")
			extensions.AddChild(evil(r.FindElement("./Assertion")))
			r.InsertChildAt(1, extensions)
		})),
		refused("xsw8", "The signed assertion stands in an Object of the signature of a forged one.", many, after(func(r *etree.Element) {
			original := r.FindElement("./Assertion").Copy()
			original.RemoveChild(original.FindElement("./Signature"))
			forge(r)
			r.FindElement("./Assertion/Signature").CreateElement("ds:Object").AddChild(original)
		})),
		refused("two-assertions-forged-first", "An unsigned assertion before the signed one: the first was believed (CVE-2026-25922).", many, after(func(r *etree.Element) {
			r.InsertChildAt(2, evil(r.FindElement("./Assertion")))
		})),
		refused("two-assertions-forged-last", "An unsigned assertion behind the signed one (CVE-2022-41912).", many, after(func(r *etree.Element) {
			r.AddChild(evil(r.FindElement("./Assertion")))
		})),
		refused("two-assertions-both-signed", "Two signed assertions in a signed response: nobody can say who came.", many, func(a *samltest.Answer) {
			a.Sign = samltest.SignResponse
			a.Before = func(r *etree.Element) { r.AddChild(evil(r.FindElement("./Assertion"))) }
		}),
		refused("assertion-in-advice", "The one assertion has another in its Advice.", many, func(a *samltest.Answer) {
			a.Before = func(r *etree.Element) {
				assertion := r.FindElement("./Assertion")
				forged := evil(assertion)
				assertion.CreateElement("saml:Advice").AddChild(forged)
			}
		}),
		refused("assertion-only-in-extensions", "The signed assertion is nowhere but in the extensions.", structure, after(func(r *etree.Element) {
			assertion := r.FindElement("./Assertion")
			r.RemoveChild(assertion)
			extensions := etree.NewElement("samlp:Extensions")
			extensions.AddChild(assertion)
			r.InsertChildAt(1, extensions)
		})),
		refused("signature-in-extensions", "A forged assertion whose signature stands elsewhere.", structure, after(func(r *etree.Element) {
			signature := r.FindElement("./Assertion/Signature")
			signature.Parent().RemoveChild(signature)
			extensions := etree.NewElement("samlp:Extensions")
			extensions.AddChild(signature)
			r.InsertChildAt(1, extensions)
			forgeName(r)
		})),
		refused("response-in-response", "A whole signed response inside of a forged one's status.", structure, after(func(r *etree.Element) {
			inner := r.Copy()
			inner.CreateAttr("ID", "_inner")
			inner.RemoveChild(inner.FindElement("./Assertion"))
			r.FindElement("./Status").CreateElement("samlp:StatusDetail").AddChild(inner)
		})),
		refused("unknown-child", "An element that SAML does not know stands in the response.", structure, after(func(r *etree.Element) {
			r.CreateElement("saml:Evidence")
		})),
		refused("assertion-as-root", "An assertion alone, without a response.", structure, nil).as(func(document []byte) []byte {
			d := etree.NewDocument()
			_ = d.ReadFromBytes(document)
			alone := etree.NewDocument()
			alone.SetRoot(d.Root().FindElement("./Assertion"))
			return must(alone.WriteToBytes())
		}),
		refused("same-id-twice", "A forged assertion with the id of the signed one.", "saml_xml_invalid", after(func(r *etree.Element) {
			forged := evil(r.FindElement("./Assertion"))
			forged.CreateAttr("ID", "_assertion-1")
			r.InsertChildAt(2, forged)
		})),
		refused("changed-assertion", "The signed assertion was changed afterwards.", "saml_digest_mismatch", after(forgeName)),
		refused("changed-response", "The signed response was changed afterwards.", "saml_digest_mismatch", afterResponseSigned(forgeName)),
		refused("changed-inside-both", "The inner signature is wrong under a response that is signed rightly.", "saml_digest_mismatch", func(a *samltest.Answer) {
			a.Sign, a.Between = samltest.SignBoth, func(assertion *etree.Element) { assertion.FindElement("./Subject/NameID").SetText("owner@a.example") }
		}),
	}
}

func (m made) as(raw func([]byte) []byte) made {
	m.raw = raw
	return m
}

// forge makes the response's assertion another, and keeps its signature.
func forge(r *etree.Element) {
	r.FindElement("./Assertion").CreateAttr("ID", "_evil-1")
	forgeName(r)
}

func forgeName(r *etree.Element) {
	r.FindElement("./Assertion/Subject/NameID").SetText("owner@a.example")
}
