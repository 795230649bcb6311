package oidc

import "gatehouse/internal/problem"

// What a provider's answer is refused for. The codes are stable: the audit
// log has them. None repeats what the provider wrote.
var (
	ErrAnswer    = problem.New(problem.BadRequest, "oidc_answer_invalid", "The provider's answer cannot be read.")
	ErrDenied    = problem.New(problem.BadRequest, "oidc_access_denied", "The sign-in was cancelled at the provider.")
	ErrRefused   = problem.New(problem.BadRequest, "oidc_provider_refused", "The provider refused the sign-in.")
	ErrIssuer    = problem.New(problem.BadRequest, "oidc_issuer_mismatch", "The answer comes from another provider than was asked.")
	ErrCode      = problem.New(problem.BadRequest, "oidc_code_refused", "The provider does not take its own code, or not any more.")
	ErrToken     = problem.New(problem.BadRequest, "oidc_token_invalid", "The provider's ID token is not valid here.")
	ErrSignature = problem.New(problem.BadRequest, "oidc_signature_invalid", "The provider's ID token is signed by a key that the provider does not publish.")
	ErrAudience  = problem.New(problem.BadRequest, "oidc_audience_mismatch", "The provider's ID token is for another application.")
	ErrExpired   = problem.New(problem.BadRequest, "oidc_token_expired", "The provider's ID token is not valid now: it has run out, or the clocks differ.")
	ErrSubject   = problem.New(problem.BadRequest, "oidc_subject_missing", "The provider's ID token names nobody.")
	ErrParty     = problem.New(problem.BadRequest, "oidc_authorized_party_mismatch", "The provider's ID token was made for another application.")
	ErrIssuedAt  = problem.New(problem.BadRequest, "oidc_issued_at_invalid", "The provider's ID token was made at a time that cannot be.")
	ErrNonce     = problem.New(problem.BadRequest, "oidc_nonce_mismatch", "The provider's ID token answers another sign-in.")
	ErrTokenHash = problem.New(problem.BadRequest, "oidc_token_hash_mismatch", "The provider's ID token and access token do not belong together.")
	ErrUserinfo  = problem.New(problem.BadRequest, "oidc_userinfo_mismatch", "The provider's two answers are about two people.")
)

// What is wrong with the provider or with how it was set up.
var (
	ErrDiscovery = problem.New(problem.Unavailable, "oidc_discovery_failed", "The provider's discovery document cannot be read.")
	ErrTimeout   = problem.New(problem.Unavailable, "oidc_timeout", "The provider did not answer in time.")
	ErrRedirect  = problem.New(problem.BadRequest, "oidc_redirect_refused", "The provider does not know the address that it is to send people back to.")
	ErrNoLogout  = problem.New(problem.NotFound, "oidc_logout_unsupported", "The provider has no address for signing out.")
	ErrDown      = problem.New(problem.Unavailable, "oidc_provider_unavailable", "The provider does not answer, or not in a way that can be read.")
	ErrClient    = problem.New(problem.BadRequest, "oidc_client_refused", "The provider does not accept the client id or the secret that was set up here.")
	ErrMetadata  = problem.New(problem.Invalid, "oidc_metadata_invalid", "That issuer's metadata cannot be used.")
)
