package saml

import (
	"strings"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
)

// subjectLies are about nobody, about somebody in two ways, or an answer to
// somebody else's question (SECURITY.md S6, S13).
func subjectLies() []made {
	refused := func(name, why, code string, answer func(*samltest.Answer)) made {
		return made{name: name, attackCase: attackCase{Why: why, Code: code}, answer: answer}
	}
	unsolicited := func(m made) made {
		m.Unsolicited = true
		return m
	}
	asked := "saml_in_response_to_mismatch"
	return []made{
		refused("subject-gone", "An assertion about nobody (the library panics).", "saml_subject_missing", on("./Assertion/Subject", gone)),
		refused("name-gone", "A subject without a name, as AD FS sends without a rule.", "saml_name_id_missing", on("./Assertion/Subject/NameID", gone)),
		refused("name-empty", "An empty name.", "saml_name_id_missing", func(a *samltest.Answer) { a.NameID = "" }),
		refused("name-of-spaces", "A name of spaces.", "saml_name_id_missing", func(a *samltest.Answer) { a.NameID = " \t" }),
		refused("name-too-long", "A name without end.", "saml_name_id_missing", func(a *samltest.Answer) { a.NameID = strings.Repeat("a", 1025) }),
		refused("name-with-elements", "A name with an element in it, which readers cut in different places.", "saml_name_id_missing", on("./Assertion/Subject/NameID", func(el *etree.Element) { el.CreateElement("saml:x") })),
		refused("name-with-line-break", "A name of two lines.", "saml_name_id_missing", func(a *samltest.Answer) { a.NameID = "ada@a.example\nowner" }),
		refused("two-names", "Two names for one person.", "saml_name_id_missing", on("./Assertion/Subject", func(el *etree.Element) { el.CreateElement("saml:NameID").SetText("owner@a.example") })),
		refused("two-subjects", "Two people.", "saml_structure_invalid", on("./Assertion", func(el *etree.Element) { el.AddChild(el.FindElement("./Subject").Copy()) })),
		refused("name-encrypted", "A name that is encrypted, which we do not read.", "saml_name_id_missing", on("./Assertion/Subject/NameID", func(el *etree.Element) { el.Tag = "EncryptedID" })),
		refused("name-of-another-vocabulary", "A name that the library would take for SAML's.", "saml_ambiguous", on("./Assertion/Subject", func(el *etree.Element) {
			other := el.CreateElement("x:NameID")
			other.CreateAttr("xmlns:x", "urn:x")
			other.SetText("owner@a.example")
		})),
		refused("confirmation-gone", "Nobody may bring it.", "saml_confirmation_missing", on(confirmationAt, gone)),
		refused("confirmation-holder-of-key", "Only the holder of a key may bring it.", "saml_confirmation_missing", on(confirmationAt, attribute("Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"))),
		refused("confirmation-empty", "A bearer confirmation without data.", "saml_recipient_mismatch", on(dataAt, gone)),
		refused("recipient-of-another", "Sent to another application's address.", "saml_recipient_mismatch", on(dataAt, attribute("Recipient", "https://other.example/acs"))),
		refused("recipient-gone", "Sent to nobody.", "saml_recipient_mismatch", on(dataAt, func(el *etree.Element) { el.RemoveAttr("Recipient") })),
		refused("recipient-of-other-organization", "The address of another connection here.", "saml_recipient_mismatch", on(dataAt, attribute("Recipient", "https://auth.example/sso/saml/conn-02J/acs"))),
		refused("confirmation-without-end", "It may be brought for ever.", "saml_confirmation_missing", on(dataAt, func(el *etree.Element) { el.RemoveAttr("NotOnOrAfter") })),
		refused("confirmation-expired", "It might be brought until an hour ago.", "saml_expired", on(dataAt, attribute("NotOnOrAfter", "2026-11-27T11:00:00Z"))),
		refused("confirmation-not-yet", "It may be brought in an hour.", "saml_not_yet_valid", on(dataAt, attribute("NotBefore", "2026-11-27T13:00:00Z"))),
		refused("answers-another-request", "The answer to another browser's request.", asked, func(a *samltest.Answer) { a.RequestID = "_request-2" }),
		refused("answers-another-request-inside", "The unsigned response names our request, and the assertion another.", asked, on(dataAt, attribute("InResponseTo", "_request-2"))),
		refused("answers-another-request-outside", "The assertion names our request, and the response another.", asked, on("", attribute("InResponseTo", "_request-2"))),
		refused("answers-nothing-inside", "The assertion answers no request.", asked, on(dataAt, func(el *etree.Element) { el.RemoveAttr("InResponseTo") })),
		refused("unsolicited-and-off", "Nobody asked, and the connection wants to be asked.", "saml_unsolicited", func(a *samltest.Answer) { a.RequestID = "" }),
		refused("answer-to-nothing-known", "It answers a request that is not stored.", asked, nil).notAsked(),
		unsolicited(refused("unsolicited-with-answer", "Said to be unsolicited, and answers somebody's request.", asked, nil)),
		unsolicited(refused("unsolicited-with-answer-inside", "The response was stripped of what it answers, and the assertion was not.", asked, func(a *samltest.Answer) {
			a.After = func(r *etree.Element) { r.RemoveAttr("InResponseTo") }
		})),
		unsolicited(refused("unsolicited-with-answer-in-another-confirmation", "A confirmation of another method tells whom it answers.", asked, func(a *samltest.Answer) {
			a.RequestID = ""
			a.Before = func(r *etree.Element) {
				other := r.FindElement(confirmationAt).Copy()
				other.CreateAttr("Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches")
				other.FindElement("./SubjectConfirmationData").CreateAttr("InResponseTo", "_request-2")
				r.FindElement("./Assertion/Subject").AddChild(other)
			}
		})),
		refused("unknown-statement", "An element in the assertion that SAML does not know.", "saml_structure_invalid", on("./Assertion", func(el *etree.Element) { el.CreateElement("saml:Evidence") })),
	}
}

// notAsked is for a caller who knows of no request.
func (m made) notAsked() made {
	m.unasked = true
	return m
}
