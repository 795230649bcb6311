// Package oidc is Gatehouse as a relying party: it sends people to an OpenID
// provider and checks what comes back. Social providers and the organizations'
// own OIDC connections both use it, and nothing else in the product knows the
// library below it.
//
// It keeps no state but what providers publish (metadata and keys, for a time
// and up to a count). The caller makes State, Nonce and Verifier, remembers
// them for the browser that was sent away, and takes each up once:
//
//	metadata → Party.Discover      behind internal/netguard
//	request  → Party.Authorize     the address that the browser is sent to
//	answer   → ReadAnswer, Party.Redeem
//
// The library checks signature, issuer, audience and expiry. Everything else
// that a token can be wrong about is checked in token.go, and what an answer
// can be wrong about in answer.go. A Profile that Redeem returns has passed
// all of it.
package oidc
