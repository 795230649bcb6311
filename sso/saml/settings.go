package saml

import (
	"crypto/x509"
	"time"
)

// Binding is how a message travels (SAML Bindings §3).
type Binding string

// The bindings that Gatehouse speaks, by short names that are stored.
const (
	Redirect Binding = "redirect" // in the query, deflated, signed beside the message
	Post     Binding = "post"     // in a form that the browser sends, signed inside
)

// NameID formats that connections ask for; any other may come back.
const (
	FormatUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	FormatEmail       = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	FormatPersistent  = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	FormatTransient   = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
)

// Limits and defaults of clock skew: many consoles stamp "not before" with
// their own now, so zero would refuse their people.
const (
	DefaultClockSkew = 180 * time.Second
	MaxClockSkew     = 300 * time.Second
)

// Settings is one connection: our side and theirs. It is a value without
// state; every function of this package that checks takes all that it trusts
// from here.
type Settings struct {
	// Our side.
	EntityID       string              // our entity ID: the metadata's address
	ACSURL         string              // where responses come
	SLOURL         string              // where logout messages come; "" where there is none
	SigningKey     *Key                // signs requests
	DecryptionKeys []*Key              // all that still open what was encrypted for us
	Published      []*x509.Certificate // what the metadata shows, newest first: two during a roll-over; empty: the signing key's

	// Their side.
	IdPEntityID    string
	SSOURL         string
	SSOBinding     Binding // "" is Redirect
	IdPSLOURL      string  // where our logout requests go; "" where there is none
	SLOResponseURL string  // where our logout responses go; "" is IdPSLOURL
	SLOBinding     Binding // "" is Redirect
	Certificates   []*x509.Certificate

	// How they are spoken to.
	SignRequests     bool
	WantEncrypted    bool // publish an encryption certificate, and take nothing in the clear
	ForceAuthn       bool
	LegacyEncryption []string // AES128CBC, AES256CBC: ciphers without integrity that this connection still takes
	NameIDFormat     string   // "" asks for none
	AuthnContexts    []string // empty asks for none
	ClockSkew        time.Duration
}

// Ciphers that a connection may take beside AES-GCM, as the API names them.
const (
	AES128CBC = "aes128-cbc"
	AES256CBC = "aes256-cbc"
)

// skew is the clock skew in force.
func (s Settings) skew() time.Duration {
	switch {
	case s.ClockSkew <= 0:
		return DefaultClockSkew
	case s.ClockSkew > MaxClockSkew:
		return MaxClockSkew
	}
	return s.ClockSkew
}

func (s Settings) published() []*x509.Certificate {
	if len(s.Published) > 0 || s.SigningKey == nil {
		return s.Published
	}
	return []*x509.Certificate{s.SigningKey.Certificate}
}

func (b Binding) orRedirect() Binding {
	if b == Post {
		return Post
	}
	return Redirect
}
