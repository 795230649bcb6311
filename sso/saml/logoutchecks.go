package saml

import (
	"gatehouse/sso/trail"
)

// checkDestination: a logout message is signed always, so it always says for
// which address it was made.
func (v *logoutVerification) checkDestination() *trail.Refusal {
	if got := v.response.attribute("Destination"); got != v.SLOURL || got == "" {
		return refuse(ErrDestination, trail.Address, v.SLOURL, got)
	}
	return nil
}

func (v *logoutVerification) checkPlaces() *trail.Refusal {
	if version := v.response.attribute("Version"); version != "2.0" {
		return refuse(ErrVersion, trail.Structure, "2.0", version)
	}
	if v.response.attribute("ID") == "" {
		return refuse(ErrStructure, trail.Structure, "an id", "none")
	}
	var r *trail.Refusal
	v.response.walk(func(n *node) {
		if n.is(signatureNS, "Signature") && n.parent != v.response || n.is(protocolNS, v.response.local) && n != v.response {
			r = refuse(ErrStructure, trail.Structure, "", n.local+" in a place where none belongs")
		}
	})
	return r
}

// checkSignature: by redirect the signature stands beside the message, by POST
// inside. One that stands inside of a redirected message is not looked at
// (SAML Bindings §3.4.4.1 wants it gone), and proves nothing.
func (v *logoutVerification) checkSignature() *trail.Refusal {
	if v.message.beside != nil {
		return v.checkBeside(v.message.beside)
	}
	signature, r := signatureOf(v.response)
	if r != nil {
		return r
	}
	if signature == nil {
		return refuse(ErrUnsigned, trail.Signature, "a signature", "none")
	}
	signed, r := v.verifyEnveloped(v.response, signature, v.Now)
	if r != nil {
		return r
	}
	v.by = signed.by
	v.response, r = reread(signed.bytes)
	return r
}

func (v *logoutVerification) checkBeside(b *signatureBeside) *trail.Refusal {
	if b.value == "" {
		return refuse(ErrUnsigned, trail.Signature, "a signature", "none")
	}
	method, ok := signatureMethods[b.algorithm]
	if !ok {
		return refuse(ErrSignatureAlgorithm, trail.Signature, acceptedSignatures, shortName(b.algorithm))
	}
	value, ok := decodeBase64(b.value)
	if !ok {
		return refuse(ErrSignatureForm, trail.Signature, "a signature value", "none that is base64")
	}
	if v.by = signer(v.Certificates, method, []byte(b.signed), value); v.by == nil {
		return v.strangeSignature(nil, v.Now)
	}
	return nil
}

func (v *logoutVerification) checkIssuer() *trail.Refusal {
	if got := v.response.only(assertionNS, "Issuer").word(); got != v.IdPEntityID || got == "" {
		return refuse(ErrIssuer, trail.Issuer, v.IdPEntityID, got)
	}
	return nil
}

func (v *logoutVerification) checkTime() *trail.Refusal {
	if r := v.issued(v.response); r != nil {
		return r
	}
	v.result.IssueInstant, _ = parseInstant(v.response.attribute("IssueInstant"))
	v.result.NotOnOrAfter = v.result.IssueInstant.Add(maxLifetime)
	if r := v.expired(v.result.NotOnOrAfter); r != nil {
		return r
	}
	return v.within(v.response, trail.Time)
}

// checkAnswer: a response answers the request that the caller found; a request
// answers nothing.
func (v *logoutVerification) checkAnswer() *trail.Refusal {
	got := v.response.attribute("InResponseTo")
	if got != v.RequestID || v.message.IsRequest() && got != "" || !v.message.IsRequest() && got == "" {
		return refuse(ErrRequest, trail.Request, v.RequestID, got)
	}
	return nil
}
