// Package samltest is a SAML identity provider for tests: an honest one, and
// one that lies as a test tells it to.
//
//	idp := samltest.New("https://idp.example/saml")
//	field := idp.Respond(samltest.Answer{ACSURL: …, Audience: …, RequestID: …, NameID: "ada@a.example"})
//
// Respond gives the SAMLResponse field of a form. Answer says everything that
// the response says; what is left zero is honest. Lies are told by its
// functions Before, Between and After, which get the XML at three moments.
//
// Start runs one on loopback that a browser can be sent to: /metadata, /sso
// (reads AuthnRequests of either binding and posts back), /slo (both ways).
//
// It signs with goxmldsig and encrypts with the standard library: neither
// shares a line with the product's verifier.
package samltest
