// Package saml is Gatehouse as a SAML 2.0 service provider: it sends people to
// an organization's identity provider and decides what of its answers to
// believe. It is pure: no database, no network, no clock of its own; and
// nothing else in the product knows the libraries below it.
package saml
