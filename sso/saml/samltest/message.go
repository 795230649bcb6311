package samltest

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// Logout is a logout message of the provider.
type Logout struct {
	Destination, ID string
	NameID          string
	SessionIndexes  []string
	InResponseTo    string // set: a LogoutResponse
	Status          string // of a LogoutResponse; "" is success
	Now             time.Time
	RelayState      string

	Unsigned  bool
	LowerCase bool                      // escapes as AD FS writes them
	Before    func(el *etree.Element)   // nothing is signed yet
	Query     func(query string) string // by redirect: the last word
}

// Parameter is SAMLRequest or SAMLResponse.
func (l Logout) Parameter() string {
	if l.InResponseTo != "" {
		return "SAMLResponse"
	}
	return "SAMLRequest"
}

// LogoutQuery is a logout message by redirect: the query.
func (p *IdP) LogoutQuery(l Logout) string {
	el := p.logout(l)
	var deflated bytes.Buffer
	w := must(flate.NewWriter(&deflated, flate.BestCompression))
	_ = must(w.Write(write(el)))
	_ = w.Close()
	query := l.Parameter() + "=" + l.escape(base64.StdEncoding.EncodeToString(deflated.Bytes()))
	if l.RelayState != "" {
		query += "&RelayState=" + l.escape(l.RelayState)
	}
	if !l.Unsigned {
		query += "&SigAlg=" + l.escape("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
		sum := sha256.Sum256([]byte(query))
		signature := must(rsa.SignPKCS1v15(rand.Reader, p.Key.(*rsa.PrivateKey), crypto.SHA256, sum[:]))
		query += "&Signature=" + l.escape(base64.StdEncoding.EncodeToString(signature))
	}
	if l.Query != nil {
		query = l.Query(query)
	}
	return query
}

// LogoutField is a logout message by POST: the field's value.
func (p *IdP) LogoutField(l Logout) string {
	el := p.logout(l)
	if !l.Unsigned {
		p.SignElement(el, "")
	}
	return base64.StdEncoding.EncodeToString(write(el))
}

func (p *IdP) logout(l Logout) *etree.Element {
	kind := strings.Replace(l.Parameter(), "SAML", "Logout", 1)
	now := Answer{Now: l.Now}.now()
	el := etree.NewElement("samlp:" + kind)
	el.CreateAttr("xmlns:samlp", "urn:oasis:names:tc:SAML:2.0:protocol")
	el.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	el.CreateAttr("ID", orID(l.ID))
	el.CreateAttr("Version", "2.0")
	el.CreateAttr("IssueInstant", now.Format(format))
	optional(el, "Destination", l.Destination)
	optional(el, "InResponseTo", l.InResponseTo)
	el.CreateElement("saml:Issuer").SetText(p.EntityID)
	if kind == "LogoutRequest" {
		el.CreateAttr("NotOnOrAfter", now.Add(5*time.Minute).Format(format))
		el.CreateElement("saml:NameID").SetText(l.NameID)
		for _, index := range l.SessionIndexes {
			el.CreateElement("samlp:SessionIndex").SetText(index)
		}
	} else {
		if l.Status == "" {
			l.Status = "urn:oasis:names:tc:SAML:2.0:status:Success"
		}
		el.CreateElement("samlp:Status").CreateElement("samlp:StatusCode").CreateAttr("Value", l.Status)
	}
	if l.Before != nil {
		l.Before(el)
	}
	return el
}

var escapes = regexp.MustCompile(`%[0-9A-F]{2}`)

func (l Logout) escape(s string) string {
	s = url.QueryEscape(s)
	if l.LowerCase {
		s = escapes.ReplaceAllStringFunc(s, strings.ToLower)
	}
	return s
}

// Inflate reads what a redirect carries.
func Inflate(parameter string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(parameter)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), 1<<20))
}
