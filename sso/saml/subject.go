package saml

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/sso/trail"
)

// checkRequest binds the response to the request that the caller found for
// this browser and connection. Every InResponseTo in the document must name
// it; where nothing was asked, none may be anywhere.
func (v *verification) checkRequest() (string, *trail.Refusal) {
	claims := []string{v.response.attribute("InResponseTo")}
	v.assertion.walk(func(n *node) {
		if n.is(assertionNS, "SubjectConfirmationData") {
			claims = append(claims, n.attribute("InResponseTo"))
		}
	})
	for _, claim := range claims {
		if claim != v.RequestID {
			return "", refuse(ErrRequest, trail.Request, v.RequestID, claim)
		}
	}
	switch {
	case v.RequestID != "" && v.Unsolicited:
		return "", refuse(ErrRequest, trail.Request, "", v.RequestID)
	case v.RequestID == "" && !v.Unsolicited:
		return "", refuse(ErrUnsolicited, trail.Request, "a sign-in that was started here", "none")
	case v.Unsolicited:
		return "The provider started this sign-in.", nil
	}
	return "", nil
}

// confirmations are the data of all bearer confirmations; an empty element
// where one has none.
func (v *verification) confirmations() []*node {
	subject := v.assertion.only(assertionNS, "Subject")
	if subject == nil {
		return nil
	}
	var all []*node
	for _, c := range subject.elements(assertionNS, "SubjectConfirmation") {
		if c.attribute("Method") != bearer {
			continue
		}
		if data := c.only(assertionNS, "SubjectConfirmationData"); data != nil {
			all = append(all, data)
		} else {
			all = append(all, &node{})
		}
	}
	return all
}

// checkSubject: who it is, and that whoever brings the assertion may (SAML
// Profiles §4.1.4.2).
func (v *verification) checkSubject() (string, *trail.Refusal) {
	subject := v.assertion.only(assertionNS, "Subject")
	if subject == nil {
		return "", refuse(ErrNoSubject, trail.Subject, "a subject", "none")
	}
	id := subject.only(assertionNS, "NameID")
	if id == nil || !usableName(id.word()) {
		return "", refuse(ErrNameID, trail.Subject, "a NameID", childNames(subject))
	}
	if r := v.confirmed(); r != nil {
		return "", r
	}
	a := &v.result
	a.ID = v.assertion.attribute("ID")
	a.NameID, a.NameIDFormat = id.word(), id.attribute("Format")
	a.NameQualifier, a.SPNameQualifier = id.attribute("NameQualifier"), id.attribute("SPNameQualifier")
	a.RememberUntil = a.NotOnOrAfter.Add(v.skew)
	v.readAttributes()
	return a.NameID, v.secondReading()
}

// confirmed: one bearer confirmation must hold in all its parts; the refusal is
// that of the first.
func (v *verification) confirmed() *trail.Refusal {
	first := refuse(ErrConfirmation, trail.Subject, "a bearer confirmation", "none")
	for i, data := range v.confirmations() {
		r := v.confirms(data)
		if r == nil {
			return nil
		}
		if i == 0 {
			first = r
		}
	}
	return first
}

func (v *verification) confirms(data *node) *trail.Refusal {
	if got := data.attribute("Recipient"); got != v.ACSURL {
		return refuse(ErrRecipient, trail.Subject, v.ACSURL, got)
	}
	if data.attribute("NotOnOrAfter") == "" {
		return refuse(ErrConfirmation, trail.Subject, "NotOnOrAfter", "none")
	}
	// It ends no earlier for it: another confirmation may hold for longer, and
	// the assertion is to be remembered while any does.
	_, r := v.window(data, trail.Subject)
	return r
}

// maxName bounds a NameID; SAML Core §8.3.7 gives persistent ones 256.
const maxName = 1024

func usableName(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxName && !strings.ContainsFunc(s, unicode.IsControl)
}

// readAttributes takes all attributes, names exactly as they are.
func (v *verification) readAttributes() {
	for _, statement := range v.assertion.elements(assertionNS, "AttributeStatement") {
		if len(statement.elements(assertionNS, "EncryptedAttribute")) > 0 {
			v.warnings = append(v.warnings, "The response has encrypted attributes, which are not read.")
		}
		for _, n := range statement.elements(assertionNS, "Attribute") {
			a := Attribute{Name: n.attribute("Name"), FriendlyName: n.attribute("FriendlyName"), Values: []string{}}
			for _, value := range n.elements(assertionNS, "AttributeValue") {
				if text, ok := attributeText(value); ok {
					a.Values = append(a.Values, text)
				}
			}
			v.result.Attributes = append(v.result.Attributes, a)
		}
	}
}

// attributeText is a value's text, or that of the one element in it:
// eduPersonTargetedID wraps a NameID.
func attributeText(value *node) (string, bool) {
	if text, ok := value.text(); ok {
		return spaceless(text), true
	}
	var inner *node
	for _, c := range value.children {
		if c.element != nil && inner != nil {
			return "", false
		}
		if c.element != nil {
			inner = c.element
		}
	}
	text, ok := inner.text()
	return spaceless(text), ok
}
