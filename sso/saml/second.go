package saml

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"

	crewjam "github.com/crewjam/saml"

	"gatehouse/sso/trail"
)

// secondReading lets the library's types read the same verified bytes, and
// refuses where the two do not see the same person. Nearly every known hole of
// SAML is a document that two readers understand in two ways; here that would
// have to fool both of them alike.
func (v *verification) secondReading() *trail.Refusal {
	var second crewjam.Assertion
	if err := xml.Unmarshal(canonical(v.assertion, nil, nil), &second); err != nil {
		return refuse(ErrAmbiguous, trail.Subject, "", "the assertion's types are not SAML's")
	}
	if what := v.result.differs(&second); what != "" {
		return refuse(ErrAmbiguous, trail.Subject, "", what)
	}
	return nil
}

// differs names what the two readings disagree about.
func (a *Assertion) differs(b *crewjam.Assertion) string {
	switch {
	case a.ID != b.ID:
		return "ID"
	case a.Issuer != spaceless(b.Issuer.Value):
		return "Issuer"
	case b.Subject == nil || b.Subject.NameID == nil || a.NameID != spaceless(b.Subject.NameID.Value) || a.NameIDFormat != b.Subject.NameID.Format:
		return "NameID"
	case len(b.AuthnStatements) == 0 || a.SessionIndex != b.AuthnStatements[0].SessionIndex || !a.AuthnInstant.Round(time.Millisecond).Equal(b.AuthnStatements[0].AuthnInstant):
		return "AuthnStatement"
	case !slices.EqualFunc(a.Attributes, attributesOf(b), sameAttribute):
		return "attributes"
	}
	return ""
}

func attributesOf(b *crewjam.Assertion) []crewjam.Attribute {
	var all []crewjam.Attribute
	for _, statement := range b.AttributeStatements {
		all = append(all, statement.Attributes...)
	}
	return all
}

// sameAttribute compares values that are plain text; those with elements in
// them the library's type does not hold.
func sameAttribute(a Attribute, b crewjam.Attribute) bool {
	if a.Name != b.Name || a.FriendlyName != b.FriendlyName || len(a.Values) > len(b.Values) {
		return false
	}
	if len(a.Values) != len(b.Values) {
		return true
	}
	for i, value := range b.Values {
		if text := spaceless(value.Value); text != "" && text != a.Values[i] {
			return false
		}
	}
	return true
}

func spaceless(s string) string { return strings.Trim(s, " \t\r\n") }
