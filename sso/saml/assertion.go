package saml

import "time"

// Assertion is what a provider says about a person. Every member was read
// from bytes that a configured certificate's key has signed.
type Assertion struct {
	ID, Issuer                     string
	NameID, NameIDFormat           string
	NameQualifier, SPNameQualifier string
	SessionIndex                   string
	SessionNotOnOrAfter            time.Time // zero where the provider sets no end
	NotOnOrAfter                   time.Time // the end of the shortest window that it sets
	RememberUntil                  time.Time // until then it would verify again: keep its ID that long
	AuthnInstant, IssueInstant     time.Time
	AuthnContext                   string
	Attributes                     []Attribute
	Encrypted                      bool
	SignedBy                       string   // SHA-256 fingerprint of the certificate whose key verified
	Warnings                       []string // what an admin should look at, in a sentence each
}

// Attribute is one attribute with all its values, in the order of the
// document; an attribute that the provider repeats appears once for each.
type Attribute struct {
	Name         string   `json:"name"`
	FriendlyName string   `json:"friendly_name,omitempty"`
	Values       []string `json:"values"`
}

// Expect is what the caller knows about the sign-in that a response answers.
type Expect struct {
	RequestID   string // of the stored request of this browser and connection
	Unsolicited bool   // nothing was asked; then RequestID is "" and no InResponseTo may be anywhere
	Now         time.Time
}
