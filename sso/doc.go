// Package sso holds the organizations' connections to their identity
// providers: how each is configured, what is sent to it, what came back, and
// every try to sign in by it.
//
// A connection is a draft until it is turned on. What counts for it is its
// live Configuration; a candidate can stand beside that, against which real
// answers are judged too (shadow verification), until it is promoted; what was
// live before can be brought back.
//
// The protocols live below: sso/saml and sso/oidc judge an answer and touch no
// database. Here is what they are told (Settings of a connection), what is
// remembered (requests, assertions that were used), and the record. Whose
// account a Profile is stands above, in sso/people.
//
//	Begin     load connection → make request → store it → where the browser goes
//	Receive   find request → verify (no transaction) → consume request and assertion, record
package sso
