package samltest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

// Request is an AuthnRequest that came.
type Request struct {
	crewjam.AuthnRequest
	Document   []byte
	RelayState string
	ByPost     bool
	Signed     bool // there was a signature; ReadRequest has verified it where it was given a certificate
}

// ReadRequest reads an AuthnRequest of either binding. With a certificate it
// must be signed by it.
func ReadRequest(r *http.Request, by *x509.Certificate) (*Request, error) {
	got := &Request{ByPost: r.Method == http.MethodPost}
	var err error
	if got.ByPost {
		got.RelayState = r.PostFormValue("RelayState")
		got.Document, err = base64.StdEncoding.DecodeString(r.PostFormValue("SAMLRequest"))
	} else {
		got.RelayState = r.URL.Query().Get("RelayState")
		got.Document, err = Inflate(r.URL.Query().Get("SAMLRequest"))
	}
	if err != nil {
		return nil, err
	}
	if err := xml.Unmarshal(got.Document, &got.AuthnRequest); err != nil {
		return nil, err
	}
	if got.ByPost {
		got.Signed, err = VerifyDocument(got.Document, by)
	} else {
		got.Signed, err = VerifyQuery(r.URL.RawQuery, "SAMLRequest", by)
	}
	if err == nil && by != nil && !got.Signed {
		err = errors.New("samltest: the request is not signed")
	}
	return got, err
}

// VerifyQuery verifies what stands beside a redirected message.
func VerifyQuery(rawQuery, parameter string, by *x509.Certificate) (signed bool, err error) {
	before, after, signed := strings.Cut(rawQuery[strings.Index(rawQuery, parameter+"="):], "&Signature=")
	if !signed || by == nil {
		return signed, nil
	}
	text, err := url.QueryUnescape(after)
	if err != nil {
		return true, err
	}
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return true, err
	}
	sum := sha256.Sum256([]byte(before))
	return true, rsa.VerifyPKCS1v15(by.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], value)
}

// VerifyDocument verifies the signature inside of a posted message with
// goxmldsig.
func VerifyDocument(document []byte, by *x509.Certificate) (signed bool, err error) {
	d := etree.NewDocument()
	if err := d.ReadFromBytes(document); err != nil {
		return false, err
	}
	signed = d.Root().FindElement("./Signature") != nil
	if !signed || by == nil {
		return signed, nil
	}
	_, err = dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{by}}).Validate(d.Root())
	return true, err
}
