// Package oauth is the provider: applications (clients) send browsers here,
// get a code back, and turn it into tokens. Two surfaces share one engine:
//
//	wire     /user_management/{authorize,authenticate}, /sso/jwks/{client}   the SDKs' dialect
//	oauth2   /oauth2/*, /.well-known/*                                      any OAuth or OIDC client
//
// Authorizing stores a request and starts a login attempt; login sends the
// browser back to the resume path, where the request becomes a grant and its
// code. Redeeming the code starts the application's session and its family of
// refresh tokens (family.go tells how they rotate). Every refresh asks
// sessions whether the session still lives.
//
//	authorize ─▶ login ─▶ resume ─▶ code ─▶ token ─▶ refresh ─▶ refresh …
//	 (request)            (grant)         (session, family)
//
// The wire's other grants (password, codes, second step, choice of an
// organization) make an arrival, or take up one that waits, and hand it to
// admit: it asks login/gates, and starts the session or says what stands before
// it (arrival.go, pending.go, standing.go). A refresh asks the organization's
// policy again (reassess.go). Devices without a browser wait for a person who
// enters their code at /device (device.go).
//
// Applications that keep their own users ask who comes by a connection:
// /sso/authorize, /sso/token, /sso/profile and /sso/logout (profile.go,
// connection.go).
//
// It owns clients, client_secrets, redirect_uris, authorization_requests,
// grants, refresh_tokens, device_authorizations, sso_tokens and signing_keys.
// The dashboard manages clients through the functions in clients.go. Signatures and password hashes are
// computed outside of transactions.
package oauth
