// Command go is an application that signs people in through Gatehouse's
// standard endpoints with the two libraries that Go programs use for that,
// coreos/go-oidc and golang.org/x/oauth2. Nothing in it knows Gatehouse: the
// issuer's discovery document says where everything is.
//
// What a reader may copy: state, nonce and PKCE are made for each sign-in and
// kept in a cookie of their own; the ID token's signature, audience, expiry
// and nonce are verified before anything in it is believed; refresh tokens
// stay on the server, the browser holds a random session id alone.
package main
