package samltest

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/beevik/etree"
)

// What is signed.
const (
	SignAssertion = 1 << iota
	SignResponse
	SignNothing
	SignBoth = SignAssertion | SignResponse
)

// Attribute is one attribute of an answer.
type Attribute struct {
	Name, FriendlyName string
	Values             []string
}

// Answer is what a response says. Zero values are honest.
type Answer struct {
	ACSURL    string // Destination and Recipient
	Audience  string
	Audiences []string // instead of Audience: one restriction with all of them
	RequestID string   // InResponseTo; "" for an unsolicited response

	NameID, NameIDFormat string
	SessionIndex         string
	Attributes           []Attribute
	Status               []string // nested, the outermost first; nil is success
	StatusMessage        string

	ID, AssertionID string
	Now             time.Time     // zero is now
	Lifetime        time.Duration // zero is five minutes

	Sign      int    // zero is SignAssertion
	Signature string // algorithm; "" is SHA-256 with the key's kind

	EncryptFor *x509.Certificate
	Cipher     string // "" is aes256-gcm
	Transport  string // "" is rsa-oaep-mgf1p

	Before  func(response *etree.Element)  // nothing is signed yet
	Between func(assertion *etree.Element) // the assertion is signed, and not yet encrypted
	After   func(response *etree.Element)  // everything is done
}

// Respond gives the SAMLResponse field.
func (p *IdP) Respond(a Answer) string {
	return base64.StdEncoding.EncodeToString(p.Document(a))
}

// Document is the response's XML.
func (p *IdP) Document(a Answer) []byte {
	response := p.response(a)
	if a.Before != nil {
		a.Before(response)
	}
	if a.Sign == 0 {
		a.Sign = SignAssertion
	}
	if assertion := response.FindElement("./Assertion"); assertion != nil {
		if a.Sign&SignAssertion != 0 {
			p.SignElement(assertion, a.Signature)
		}
		if a.Between != nil {
			a.Between(assertion)
		}
		if a.EncryptFor != nil {
			at := assertion.Index()
			response.RemoveChildAt(at)
			response.InsertChildAt(at, a.encrypt(assertion))
		}
	}
	if a.Sign&SignResponse != 0 {
		p.SignElement(response, a.Signature)
	}
	if a.After != nil {
		a.After(response)
	}
	return write(response)
}

const format = "2006-01-02T15:04:05.000Z"

func (p *IdP) response(a Answer) *etree.Element {
	now := a.now()
	el := etree.NewElement("samlp:Response")
	el.CreateAttr("xmlns:samlp", "urn:oasis:names:tc:SAML:2.0:protocol")
	el.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	el.CreateAttr("ID", orID(a.ID))
	el.CreateAttr("Version", "2.0")
	el.CreateAttr("IssueInstant", now.Format(format))
	optional(el, "Destination", a.ACSURL)
	optional(el, "InResponseTo", a.RequestID)
	el.CreateElement("saml:Issuer").SetText(p.EntityID)
	status := el.CreateElement("samlp:Status")
	if a.Status == nil {
		a.Status = []string{"urn:oasis:names:tc:SAML:2.0:status:Success"}
	}
	within := status
	for _, code := range a.Status {
		within = within.CreateElement("samlp:StatusCode")
		within.CreateAttr("Value", code)
	}
	if a.StatusMessage != "" {
		status.CreateElement("samlp:StatusMessage").SetText(a.StatusMessage)
	}
	if len(a.Status) == 1 {
		el.AddChild(p.assertion(a, now))
	}
	return el
}

func (p *IdP) assertion(a Answer, now time.Time) *etree.Element {
	until := now.Add(a.Lifetime)
	if a.Lifetime == 0 {
		until = now.Add(5 * time.Minute)
	}
	el := etree.NewElement("saml:Assertion")
	el.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	el.CreateAttr("ID", orID(a.AssertionID))
	el.CreateAttr("Version", "2.0")
	el.CreateAttr("IssueInstant", now.Format(format))
	el.CreateElement("saml:Issuer").SetText(p.EntityID)
	a.subject(el.CreateElement("saml:Subject"), until)
	conditions := el.CreateElement("saml:Conditions")
	conditions.CreateAttr("NotBefore", now.Format(format))
	conditions.CreateAttr("NotOnOrAfter", until.Format(format))
	restriction := conditions.CreateElement("saml:AudienceRestriction")
	if a.Audiences == nil {
		a.Audiences = []string{a.Audience}
	}
	for _, audience := range a.Audiences {
		restriction.CreateElement("saml:Audience").SetText(audience)
	}
	statement := el.CreateElement("saml:AuthnStatement")
	statement.CreateAttr("AuthnInstant", now.Format(format))
	optional(statement, "SessionIndex", a.SessionIndex)
	statement.CreateElement("saml:AuthnContext").CreateElement("saml:AuthnContextClassRef").SetText("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
	a.attributes(el)
	return el
}

func (a Answer) subject(el *etree.Element, until time.Time) {
	id := el.CreateElement("saml:NameID")
	optional(id, "Format", a.NameIDFormat)
	id.SetText(a.NameID)
	confirmation := el.CreateElement("saml:SubjectConfirmation")
	confirmation.CreateAttr("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
	data := confirmation.CreateElement("saml:SubjectConfirmationData")
	optional(data, "InResponseTo", a.RequestID)
	data.CreateAttr("NotOnOrAfter", until.Format(format))
	data.CreateAttr("Recipient", a.ACSURL)
}

func (a Answer) attributes(el *etree.Element) {
	if len(a.Attributes) == 0 {
		return
	}
	statement := el.CreateElement("saml:AttributeStatement")
	for _, attribute := range a.Attributes {
		n := statement.CreateElement("saml:Attribute")
		n.CreateAttr("Name", attribute.Name)
		optional(n, "FriendlyName", attribute.FriendlyName)
		for _, v := range attribute.Values {
			value := n.CreateElement("saml:AttributeValue")
			value.CreateAttr("xmlns:xs", "http://www.w3.org/2001/XMLSchema")
			value.CreateAttr("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
			value.CreateAttr("xsi:type", "xs:string")
			value.SetText(v)
		}
	}
}

func (a Answer) now() time.Time {
	if a.Now.IsZero() {
		return time.Now().UTC()
	}
	return a.Now.UTC()
}

func optional(el *etree.Element, name, value string) {
	if value != "" {
		el.CreateAttr(name, value)
	}
}

func orID(id string) string {
	if id != "" {
		return id
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return "_" + hex.EncodeToString(b)
}

func write(el *etree.Element) []byte {
	d := etree.NewDocument()
	d.SetRoot(el)
	return must(d.WriteToBytes())
}
