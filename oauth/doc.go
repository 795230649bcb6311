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
// It owns clients, client_secrets, redirect_uris, authorization_requests,
// grants, refresh_tokens and signing_keys. The dashboard manages clients
// through the functions in clients.go. Signatures and password hashes are
// computed outside of transactions.
package oauth
