package saml

import (
	"crypto/x509"
	"fmt"
	"time"

	"gatehouse/sso/trail"
)

// checkSignatures wants a signature on the response, on the assertion or on
// both, and each that is there to be right. Whatever is read afterwards is
// read from the bytes that were verified.
func (v *verification) checkSignatures() (string, *trail.Refusal) {
	if r := v.verifyResponse(); r != nil {
		return "", r
	}
	if v.inner == nil {
		var r *trail.Refusal
		if v.inner, r = v.verifyAssertion(); r != nil {
			return "", r
		}
	}
	by, where, r := v.believe()
	if r != nil {
		return "", r
	}
	v.result.SignedBy, v.result.Encrypted = Fingerprint(by), v.encrypted != nil
	if v.Now.After(by.NotAfter) {
		v.warnings = append(v.warnings, fmt.Sprintf("The signing certificate %s has expired on %s. Its key still verifies.", Fingerprint(by), by.NotAfter.UTC().Format(time.DateOnly)))
	}
	return where + " signed with " + Fingerprint(by), checkAssertion(v.assertion)
}

// verifyAssertion verifies the assertion's own signature: nil where it has none
// and the response's is enough.
func (v *verification) verifyAssertion() (*verified, *trail.Refusal) {
	if v.encrypted == nil {
		v.assertion, _ = theAssertion(v.response)
	} else if r := checkDecrypted(v.assertion); r != nil {
		return nil, r
	}
	signature, r := signatureOf(v.assertion)
	if r != nil {
		return nil, r
	}
	if signature == nil {
		if v.responseSigned != nil {
			return nil, nil
		}
		return nil, refuse(ErrUnsigned, trail.Signature, "a signature on the response or on the assertion", "none")
	}
	return v.verifyEnveloped(v.assertion, signature, v.Now)
}

// believe replaces what was read by what was signed. An assertion that was
// decrypted from a verified response is signed with it.
func (v *verification) believe() (by *x509.Certificate, where string, r *trail.Refusal) {
	if v.responseSigned != nil && v.encrypted == nil {
		if v.response, r = reread(v.responseSigned.bytes); r != nil {
			return nil, "", r
		}
		v.assertion, _ = theAssertion(v.response)
	}
	if v.inner == nil {
		return v.responseSigned.by, "The response is", nil
	}
	if v.assertion, r = reread(v.inner.bytes); r != nil {
		return nil, "", r
	}
	if v.responseSigned != nil {
		return v.inner.by, "The response and the assertion are", nil
	}
	return v.inner.by, "The assertion is", nil
}

// checkDecrypted holds what was decrypted to the rules that the document
// around it was held to.
func checkDecrypted(a *node) *trail.Refusal {
	var r *trail.Refusal
	a.walk(func(n *node) {
		switch {
		case n == a || r != nil:
		case n.is(assertionNS, "Assertion"), n.is(assertionNS, "EncryptedAssertion"), n.is(protocolNS, "Response"):
			r = refuse(ErrAssertions, trail.Structure, "one assertion", n.local+" in the assertion")
		case n.is(signatureNS, "Signature") && n.parent != a:
			r = refuse(ErrStructure, trail.Structure, "", "Signature in a place where none belongs")
		}
	})
	return r
}

// burn does the work of verifying a signature where there is none to verify,
// so that the time of a blind failure tells nothing about the step.
func (v *verification) burn() {
	m := signatureMethods[moreNS+"rsa-sha256"]
	signer(v.Certificates, m, nil, make([]byte, minRSABits/8))
}
