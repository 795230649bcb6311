package saml

import (
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
)

// on changes an element of the response before anything is signed: the
// provider itself says so, with a right signature.
func on(path string, change func(el *etree.Element)) func(*samltest.Answer) {
	return func(a *samltest.Answer) {
		a.Before = func(r *etree.Element) {
			el := r
			if path != "" {
				el = r.FindElement(path)
			}
			if el == nil {
				panic("the response has no " + path)
			}
			change(el)
		}
	}
}

const (
	conditionsAt   = "./Assertion/Conditions"
	restrictionAt  = conditionsAt + "/AudienceRestriction"
	statementAt    = "./Assertion/AuthnStatement"
	confirmationAt = "./Assertion/Subject/SubjectConfirmation"
	dataAt         = confirmationAt + "/SubjectConfirmationData"
)

// conditionLies are signed rightly, and not meant for us, or not for now
// (SECURITY.md S11).
func conditionLies() []made {
	refused := func(name, why, code string, answer func(*samltest.Answer)) made {
		return made{name: name, attackCase: attackCase{Why: why, Code: code}, answer: answer}
	}
	late := func(m made, by time.Duration) made {
		m.Now = casesAt.Add(by)
		return m
	}
	hour := casesAt.Add(time.Hour).Format(time.RFC3339)
	past := casesAt.Add(-time.Hour).Format(time.RFC3339)
	return []made{
		late(refused("expired", "One second beyond its end and the skew.", "saml_expired", nil), 5*time.Minute+DefaultClockSkew+time.Second),
		late(refused("not-yet-valid", "It begins in an hour.", "saml_not_yet_valid", on(conditionsAt, attribute("NotBefore", hour))), time.Second),
		late(refused("clock-behind", "The provider's clock is seven minutes ahead.", "saml_not_yet_valid", nil), -7*time.Minute),
		late(refused("valid-for-a-day", "It says a day, and nobody remembers ids for so long.", "saml_expired", func(a *samltest.Answer) { a.Lifetime = 24 * time.Hour }), 2*time.Hour),
		refused("assertion-from-the-future", "The assertion is issued in an hour.", "saml_not_yet_valid", on("./Assertion", attribute("IssueInstant", hour))),
		refused("response-from-the-future", "The response is issued in an hour.", "saml_not_yet_valid", on("", attribute("IssueInstant", hour))),
		refused("issue-instant-gone", "The assertion does not say when it was issued.", "saml_issue_instant", on("./Assertion", func(el *etree.Element) { el.RemoveAttr("IssueInstant") })),
		refused("time-without-zone", "A time that is another in each zone.", "saml_issue_instant", on(conditionsAt, attribute("NotOnOrAfter", "2026-11-27T12:05:00"))),
		refused("time-is-no-time", "A time that is none.", "saml_issue_instant", on(conditionsAt, attribute("NotBefore", "soon"))),
		refused("session-has-ended", "The provider's session ended an hour ago.", "saml_expired", on(statementAt, attribute("SessionNotOnOrAfter", past))),
		refused("signed-in-in-the-future", "Somebody will have signed in.", "saml_not_yet_valid", on(statementAt, attribute("AuthnInstant", hour))),
		refused("nobody-signed-in", "No AuthnStatement: attributes of a person who is not there.", "saml_authn_statement_missing", on(statementAt, gone)),
		refused("audience-of-another", "It is for another application.", "saml_audience_mismatch", func(a *samltest.Answer) { a.Audience = "https://other.example/metadata" }),
		refused("audience-prefix", "The audience only begins like ours.", "saml_audience_mismatch", func(a *samltest.Answer) { a.Audience = ourEntityID + ".evil.example" }),
		refused("audience-gone", "Nobody said for whom it is.", "saml_audience_missing", on(restrictionAt, gone)),
		refused("audience-empty", "A restriction to nobody.", "saml_audience_mismatch", on(restrictionAt+"/Audience", gone)),
		refused("two-restrictions", "Two restrictions, of which one is not to us: both must hold.", "saml_audience_mismatch", on(conditionsAt, func(el *etree.Element) {
			el.CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText("https://other.example/metadata")
		})),
		refused("conditions-gone", "No conditions at all (the library panics).", "saml_conditions_missing", on(conditionsAt, gone)),
		refused("condition-unknown", "A condition that nobody here understands.", "saml_condition_unknown", on(conditionsAt, func(el *etree.Element) { el.CreateElement("saml:Condition") })),
		refused("condition-of-another-vocabulary", "A condition of another vocabulary.", "saml_condition_unknown", on(conditionsAt, func(el *etree.Element) {
			c := el.CreateElement("x:OneTimeUse")
			c.CreateAttr("xmlns:x", "urn:x")
		})),
		refused("issuer-of-another", "Another provider's name, signed with the right key.", "saml_issuer_mismatch", on("./Assertion/Issuer", text("https://other.example/saml"))),
		refused("issuer-of-another-response", "Another provider's name on the response.", "saml_issuer_mismatch", on("./Issuer", text("https://other.example/saml"))),
		refused("issuer-gone", "An assertion of nobody.", "saml_issuer_mismatch", on("./Assertion/Issuer", gone)),
		refused("issuer-slash", "An entity ID with a slash more.", "saml_issuer_mismatch", on("./Assertion/Issuer", text(theirID+"/"))),
		refused("two-issuers", "An assertion of two.", "saml_structure_invalid", on("./Assertion", func(el *etree.Element) { el.CreateElement("saml:Issuer").SetText(theirID) })),
		refused("destination-of-another", "It was posted to another address.", "saml_destination_mismatch", on("", attribute("Destination", "https://other.example/acs"))),
		refused("destination-gone-signed", "A signed response must say for which address it is.", "saml_destination_mismatch", func(a *samltest.Answer) {
			a.Sign = samltest.SignResponse
			a.Before = func(r *etree.Element) { r.RemoveAttr("Destination") }
		}),
		refused("version-1.1-response", "A response of SAML 1.1.", "saml_version", on("", attribute("Version", "1.1"))),
		refused("version-1.1-assertion", "An assertion of SAML 1.1.", "saml_version", on("./Assertion", attribute("Version", "1.1"))),
		refused("status-not-assigned", "Entra says that nobody assigned the person.", "saml_status", func(a *samltest.Answer) {
			a.Status = []string{"urn:oasis:names:tc:SAML:2.0:status:Responder", "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"}
			a.StatusMessage = "AADSTS50105: The signed in user is not assigned to a role for the application."
		}),
		refused("status-refused-with-assertion", "A refusal that brings an assertion along.", "saml_status", on("./Status/StatusCode", attribute("Value", "urn:oasis:names:tc:SAML:2.0:status:Requester"))),
		refused("status-gone", "A response that does not say how it went.", "saml_structure_invalid", on("./Status", gone)),
		refused("assertion-gone", "Success, and nobody.", "saml_assertion_missing", on("./Assertion", gone)),
	}
}
