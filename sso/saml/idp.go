package saml

import (
	"crypto/x509"
	"time"
)

// IdP is what a provider's metadata says about it.
type IdP struct {
	EntityID           string
	SSOURL             string
	SSOBinding         Binding
	SLOURL             string // "" where it offers none by a binding that we speak
	SLOResponseURL     string // "" is SLOURL
	SLOBinding         Binding
	Certificates       []*x509.Certificate // all for signing, in the order of the document
	WantsSignedRequest bool
	ValidUntil         time.Time // zero where it does not say
	Warnings           []string  // what was left out, in a sentence each
}
