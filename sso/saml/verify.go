package saml

import (
	"time"

	"gatehouse/sso/trail"
)

// verification is one response on its way through the checks.
type verification struct {
	Settings
	Expect
	skew     time.Duration
	original *Response

	response       *node // what is read of the response: from verified bytes, if it is signed
	responseSigned *verified
	encrypted      *encrypted
	inner          *verified // the assertion's own signature
	assertion      *node
	warnings       []string
	result         Assertion
}

// checks are all that a response has to pass, in this order. The structure of
// the whole document comes before any cryptography, cryptography before
// anything that is believed, and every check after "signature" reads verified
// bytes alone.
var checks = []struct {
	name string
	run  func(*verification) (detail string, r *trail.Refusal)
}{
	{trail.Address, (*verification).checkAddress},
	{trail.Structure, (*verification).checkStructure},
	{trail.Status, (*verification).checkStatus},
	{trail.Decryption, (*verification).decrypt},
	{trail.Signature, (*verification).checkSignatures},
	{trail.Issuer, (*verification).checkIssuers},
	{trail.Audience, (*verification).checkAudience},
	{trail.Time, (*verification).checkTimes},
	{trail.Request, (*verification).checkRequest},
	{trail.Subject, (*verification).checkSubject},
}

// Verify makes every check and returns who it is about. What fails is the last
// step of the trail that is not skipped, and the error is its *trail.Refusal.
// The caller still takes up the request and remembers the assertion's ID, once.
func (s Settings) Verify(r *Response, e Expect) (*Assertion, *trail.Trail, error) {
	t := &trail.Trail{}
	v := &verification{Settings: s, Expect: e, skew: s.skew(), original: r, response: r.root}
	for i, c := range checks {
		before := len(v.warnings)
		detail, refusal := c.run(v)
		if refusal != nil {
			t.Refuse(refusal)
			for _, rest := range checks[i+1:] {
				t.Skip(rest.name, "")
			}
			return nil, t, refusal
		}
		switch {
		case len(v.warnings) > before:
			t.Warn(c.name, v.warnings[before])
		case c.name == trail.Decryption && v.encrypted == nil:
			t.Skip(c.name, detail)
		default:
			t.Pass(c.name, detail)
		}
	}
	v.result.Warnings = v.warnings
	return &v.result, t, nil
}

// checkAddress: a signed response says for which address it was made (SAML
// Bindings §3.5.5.2); an unsigned one may be silent, and then the assertion's
// Recipient alone decides.
func (v *verification) checkAddress() (string, *trail.Refusal) {
	if v.response == nil {
		return "", refuse(ErrXML, trail.Structure, "a response that was read", "none")
	}
	if r := v.complete(); r != nil {
		return "", r
	}
	destination := v.response.attribute("Destination")
	if destination == "" && len(v.response.elements(signatureNS, "Signature")) == 0 {
		return "The response names no address.", nil
	}
	if destination != v.ACSURL {
		return "", refuse(ErrDestination, trail.Address, v.ACSURL, destination)
	}
	return "", nil
}

// complete refuses to compare with nothing: an empty entity ID would be that
// of every provider that leaves its own out.
func (s Settings) complete() *trail.Refusal {
	if s.EntityID == "" || s.ACSURL == "" || s.IdPEntityID == "" {
		return refuse(ErrSettings, trail.Address, "entity IDs and an ACS address", "")
	}
	return nil
}

func (v *verification) checkStructure() (string, *trail.Refusal) {
	return "", checkStructure(v.response)
}

// checkStatus comes before the signature because providers do not sign their
// refusals. A forged one keeps somebody out once, which any lost answer does.
func (v *verification) checkStatus() (string, *trail.Refusal) {
	if r := checkStatus(v.response.only(protocolNS, "Status")); r != nil {
		return "", r
	}
	if n, _ := theAssertion(v.response); n == nil {
		return "", refuse(ErrNoAssertion, trail.Status, "one assertion", "none")
	}
	return "", nil
}

// verifyResponse verifies the response's own signature, once. From there on its
// verified bytes are the response.
func (v *verification) verifyResponse() *trail.Refusal {
	signature, r := signatureOf(v.response)
	if r != nil || signature == nil || v.responseSigned != nil {
		return r
	}
	v.responseSigned, r = v.verifyEnveloped(v.response, signature, v.Now)
	return r
}

// decrypt opens an encrypted assertion. A signature around it is verified
// first, and what is opened is then read from the verified bytes.
func (v *verification) decrypt() (string, *trail.Refusal) {
	if _, sealed := theAssertion(v.response); !sealed {
		if v.WantEncrypted {
			return "", refuse(ErrNotEncrypted, trail.Decryption, "an encrypted assertion", "one in the clear")
		}
		return "The assertion is not encrypted.", nil
	}
	if r := v.verifyResponse(); r != nil {
		return "", r
	}
	if v.responseSigned != nil {
		var r *trail.Refusal
		if v.response, r = reread(v.responseSigned.bytes); r != nil {
			return "", r
		}
	}
	outer, _ := theAssertion(v.response)
	e, r := v.readEncrypted(outer)
	if r != nil {
		return "", r
	}
	v.encrypted = e
	v.assertion = e.open(v.DecryptionKeys, v.response, v.original.ids)
	if e.blind(v.responseSigned != nil) {
		return v.decryptBlindly(outer)
	}
	if v.assertion == nil {
		return "", v.undecryptable(outer)
	}
	return "", nil
}

// decryptBlindly gives every failure one face and one amount of work, up to
// and with the signature of what was decrypted: decrypt.go says why.
func (v *verification) decryptBlindly(outer *node) (string, *trail.Refusal) {
	if v.assertion != nil {
		inner, r := v.verifyAssertion()
		if r == nil {
			v.inner = inner
			return "", nil
		}
		if r.Problem == ErrSignature || r.Problem == ErrExpiredCertificate || r.Problem == ErrDigest {
			return "", v.undecryptable(outer)
		}
	}
	v.burn()
	return "", v.undecryptable(outer)
}

// undecryptable says for whom the response was encrypted, which it shows in
// the clear, and nothing of why it could not be opened.
func (v *verification) undecryptable(outer *node) *trail.Refusal {
	var ours, theirs string
	for _, k := range v.DecryptionKeys {
		ours += Fingerprint(k.Certificate) + " "
	}
	if c := shownCertificate(outer); c != nil {
		theirs = Fingerprint(c)
	}
	return refuse(ErrDecryption, trail.Decryption, ours, theirs)
}

// reread makes a tree of verified bytes.
func reread(signed []byte) (*node, *trail.Refusal) {
	root, err := read(signed, messageLimits)
	if err != nil {
		return nil, unread(err, trail.Structure)
	}
	return root, nil
}
