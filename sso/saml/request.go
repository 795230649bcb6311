package saml

import (
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
)

// Request asks the provider to sign somebody in (SAML Core §3.4.1). The id is
// fresh, starts with a letter or "_" and is remembered by the caller for the
// browser that is sent away; relay state is opaque and has at most 80 bytes.
func (s Settings) Request(id, relayState string, now time.Time) (Outgoing, error) {
	allowCreate := true
	request := crewjam.AuthnRequest{
		ID:                          id,
		Version:                     "2.0",
		IssueInstant:                instant(now),
		Destination:                 s.SSOURL,
		Issuer:                      s.issuer(),
		AssertionConsumerServiceURL: s.ACSURL,
		ProtocolBinding:             crewjam.HTTPPostBinding,
		NameIDPolicy:                &crewjam.NameIDPolicy{AllowCreate: &allowCreate},
	}
	// A format that the provider's rules do not give fails the sign-in at many
	// of them, so none is asked for unless the admin says so.
	if s.NameIDFormat != "" && s.NameIDFormat != FormatUnspecified {
		request.NameIDPolicy.Format = &s.NameIDFormat
	}
	if s.ForceAuthn {
		request.ForceAuthn = &s.ForceAuthn
	}
	el := request.Element()
	if len(s.AuthnContexts) > 0 {
		el.AddChild(requestedContexts(s.AuthnContexts))
	}
	return s.send(message{parameter: "SAMLRequest", element: el, destination: s.SSOURL, relayState: relayState, sign: s.SignRequests}, s.SSOBinding)
}

// requestedContexts asks for any of several ways of signing in. The library's
// type holds one alone.
func requestedContexts(classes []string) *etree.Element {
	first := crewjam.RequestedAuthnContext{Comparison: "exact", AuthnContextClassRef: classes[0]}
	el := first.Element()
	for _, class := range classes[1:] {
		el.CreateElement("saml:AuthnContextClassRef").SetText(class)
	}
	return el
}
