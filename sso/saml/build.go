package saml

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

// Outgoing is a message of ours on its way: with Redirect the browser goes to
// URL; with Post it sends Fields to URL by a form.
type Outgoing struct {
	Binding Binding
	URL     string
	Fields  []Field
}

// Field is one hidden input of the form.
type Field struct{ Name, Value string }

// message is a request or response of ours before it is signed.
type message struct {
	parameter   string // SAMLRequest or SAMLResponse
	element     *etree.Element
	destination string
	relayState  string
	sign        bool
}

// send signs a message and puts it on its way.
func (s Settings) send(m message, by Binding) (Outgoing, error) {
	if m.destination == "" {
		return Outgoing{}, ErrSettings
	}
	if m.sign && s.SigningKey == nil {
		return Outgoing{}, fmt.Errorf("a %s is to be signed, and there is no key", m.parameter)
	}
	if by.orRedirect() == Post {
		return s.post(m)
	}
	return s.redirect(m)
}

// redirect is SAML Bindings §3.4.4.1: the signature covers the query as it is
// sent, in this order, and the XML itself carries none.
func (s Settings) redirect(m message) (Outgoing, error) {
	document, err := serialize(m.element)
	if err != nil {
		return Outgoing{}, err
	}
	to, err := url.Parse(m.destination)
	if err != nil {
		return Outgoing{}, ErrSettings
	}
	query := m.parameter + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(deflate(document)))
	if m.relayState != "" {
		query += "&RelayState=" + url.QueryEscape(m.relayState)
	}
	if m.sign {
		query += "&SigAlg=" + url.QueryEscape(dsig.RSASHA256SignatureMethod)
		sum := sha256.Sum256([]byte(query))
		signature, err := rsa.SignPKCS1v15(rand.Reader, s.SigningKey.Private, crypto.SHA256, sum[:])
		if err != nil {
			return Outgoing{}, fmt.Errorf("signing a %s: %w", m.parameter, err)
		}
		query += "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
	}
	// What the provider's own address carries stays in front.
	to.RawQuery = strings.TrimPrefix(to.RawQuery+"&"+query, "&")
	to.Fragment = ""
	return Outgoing{Binding: Redirect, URL: to.String()}, nil
}

// post is SAML Bindings §3.5.4: the signature is inside of the XML.
func (s Settings) post(m message) (Outgoing, error) {
	if m.sign {
		if err := s.signInside(m.element); err != nil {
			return Outgoing{}, fmt.Errorf("signing a %s: %w", m.parameter, err)
		}
	}
	document, err := serialize(m.element)
	if err != nil {
		return Outgoing{}, err
	}
	out := Outgoing{Binding: Post, URL: m.destination, Fields: []Field{{m.parameter, base64.StdEncoding.EncodeToString(document)}}}
	if m.relayState != "" {
		out.Fields = append(out.Fields, Field{"RelayState", m.relayState})
	}
	return out, nil
}

// signInside puts an enveloped signature behind the Issuer, where the schemas
// of all SAML messages want it.
func (s Settings) signInside(el *etree.Element) error {
	pair := tls.Certificate{Certificate: [][]byte{s.SigningKey.Certificate.Raw}, PrivateKey: s.SigningKey.Private}
	signer := dsig.NewDefaultSigningContext(dsig.TLSCertKeyStore(pair))
	signer.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := signer.SetSignatureMethod(dsig.RSASHA256SignatureMethod); err != nil {
		return err
	}
	signature, err := signer.ConstructSignature(el, true)
	if err != nil {
		return err
	}
	at := 0
	if issuer := el.FindElement("./Issuer"); issuer != nil {
		at = issuer.Index() + 1
	}
	el.InsertChildAt(at, signature)
	return nil
}

func serialize(el *etree.Element) ([]byte, error) {
	d := etree.NewDocument()
	d.SetRoot(el)
	document, err := d.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("writing a SAML message: %w", err)
	}
	return document, nil
}

// deflate is RFC 1951 without the zlib header (SAML Bindings §3.4.4.1).
func deflate(b []byte) []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression) // a known level: no error
	_, _ = w.Write(b)                                    // into memory
	_ = w.Close()
	return out.Bytes()
}

func (s Settings) issuer() *crewjam.Issuer {
	return &crewjam.Issuer{Format: "urn:oasis:names:tc:SAML:2.0:nameid-format:entity", Value: s.EntityID}
}

// instant is a time as SAML messages carry it: UTC, whole seconds (some
// providers cannot read fractions).
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
