package saml

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"gatehouse/sso/trail"
)

// verified is what an enveloped signature covers, after it was verified: these
// bytes, and nothing else of the document, were signed.
type verified struct {
	by    *x509.Certificate
	bytes []byte
}

// signatureOf is the signature that stands directly in an element, or nil.
func signatureOf(n *node) (*node, *trail.Refusal) {
	switch all := n.elements(signatureNS, "Signature"); len(all) {
	case 0:
		return nil, nil
	case 1:
		return all[0], nil
	}
	return nil, refuse(ErrSignatureForm, trail.Signature, "one signature", "several in "+n.local)
}

// verifyEnveloped verifies the signature that stands in an element, over that
// element (SAML Core §5.4): one reference, to the element's own id, by the
// enveloped and the exclusive canonicalization transforms alone, with a
// configured certificate's key. What it returns is what was signed.
func (s Settings) verifyEnveloped(n, signature *node, now time.Time) (*verified, *trail.Refusal) {
	if !signature.built(signatureNS, "SignedInfo", "SignatureValue", "KeyInfo?") {
		return nil, refuse(ErrSignatureForm, trail.Signature, "SignedInfo, SignatureValue and KeyInfo", "")
	}
	info := signature.only(signatureNS, "SignedInfo")
	prefixes, r := canonicalization(info)
	if r != nil {
		return nil, r
	}
	// The signature covers these bytes, so the reference is read from them.
	signed := canonical(info, nil, prefixes)
	info, err := read(signed, messageLimits)
	if err != nil {
		return nil, unread(err, trail.Signature)
	}
	method, r := methodOf(info)
	if r != nil {
		return nil, r
	}
	ref, r := readReference(info)
	if r != nil {
		return nil, r
	}
	if id := n.attribute("ID"); id == "" || ref.uri != "#"+id {
		return nil, refuse(ErrReference, trail.Signature, "#"+id, ref.uri)
	}
	by, r := s.verifySigned(method, signature, signed, now)
	if r != nil {
		return nil, r
	}
	covered := canonical(n, signature, ref.prefixes)
	h := ref.digest.New()
	h.Write(covered)
	if !bytes.Equal(h.Sum(nil), ref.sum) {
		return nil, refuse(ErrDigest, trail.Signature, base64.StdEncoding.EncodeToString(ref.sum), "")
	}
	return &verified{by: by, bytes: covered}, nil
}

// methodOf is how a signature was made, if that is safe. A method with
// parameters is one of those that are not.
func methodOf(info *node) (signatureMethod, *trail.Refusal) {
	n := info.only(signatureNS, "SignatureMethod")
	m, ok := signatureMethods[algorithmOf(n)]
	if !ok || len(n.children) > 0 {
		return m, refuse(ErrSignatureAlgorithm, trail.Signature, acceptedSignatures, shortName(algorithmOf(n)))
	}
	return m, nil
}

// verifySigned looks for the configured key that made a signature.
func (s Settings) verifySigned(m signatureMethod, signature *node, signed []byte, now time.Time) (*x509.Certificate, *trail.Refusal) {
	value, ok := decodeBase64(signature.only(signatureNS, "SignatureValue").word())
	if !ok {
		return nil, refuse(ErrSignatureForm, trail.Signature, "a signature value", "none that is base64")
	}
	if by := signer(s.Certificates, m, signed, value); by != nil {
		return by, nil
	}
	return nil, s.strangeSignature(shownCertificate(signature), now)
}

// strangeSignature is the refusal of a signature that no configured key made.
// What the message shows as its certificate is compared, and never trusted.
func (s Settings) strangeSignature(shown *x509.Certificate, now time.Time) *trail.Refusal {
	received := "no certificate shown"
	if shown != nil {
		received = Fingerprint(shown)
	}
	switch {
	case len(s.Certificates) == 0:
		return refuse(ErrNoCertificates, trail.Signature, "", received)
	case !slices.ContainsFunc(s.Certificates, func(c *x509.Certificate) bool { return !now.After(c.NotAfter) }):
		return refuse(ErrExpiredCertificate, trail.Signature, fingerprints(s.Certificates)+" until "+s.Certificates[0].NotAfter.UTC().Format(time.DateOnly), received)
	}
	return refuse(ErrSignature, trail.Signature, fingerprints(s.Certificates), received)
}

func shownCertificate(signature *node) *x509.Certificate {
	var found *x509.Certificate
	signature.walk(func(n *node) {
		if found == nil && n.is(signatureNS, "X509Certificate") {
			if der, ok := decodeBase64(n.word()); ok {
				found, _ = x509.ParseCertificate(der) // nil where it is none
			}
		}
	})
	return found
}

// decodeBase64 takes what XML Schema takes: line breaks anywhere.
func decodeBase64(s string) ([]byte, bool) {
	if strings.ContainsAny(s, " \t\r\n") {
		s = strings.Join(strings.Fields(s), "")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return b, err == nil && len(b) > 0
}
