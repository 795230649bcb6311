package oauth

import "gatehouse/internal/problem"

// The token endpoints' refusals (RFC 6749 §5.2, reference/wire-api.md 2.3).
// invalid_grant tells nothing about why: each reason is in the audit log
// where it matters, and a thief learns the least.
var (
	errInvalidClient   = problem.NewOAuth(problem.BadRequest, "invalid_client", "The client is unknown or its secret is wrong.")
	errBasicClient     = problem.NewOAuth(problem.Unauthorized, "invalid_client", "The client is unknown or its secret is wrong.")
	errUnknownClient   = errInvalidClient.WithMessage("There is no application with that client_id.")
	errInvalidGrant    = problem.NewOAuth(problem.BadRequest, "invalid_grant", "The code or token is invalid, expired, used or revoked.")
	errInvalidRequest  = problem.NewOAuth(problem.BadRequest, "invalid_request", "A parameter is missing or wrong.")
	errUnauthorized    = problem.NewOAuth(problem.BadRequest, "unauthorized_client", "This application signs nobody in.")
	errUnsupportedType = problem.NewOAuth(problem.BadRequest, "unsupported_grant_type", "That grant_type is not supported here.")

	errNotMember      = problem.NewOAuth(problem.BadRequest, "organization_membership_not_found", "The user is not an active member of that organization.")
	errInvalidToken   = problem.NewOAuth(problem.Unauthorized, "invalid_token", "The access token is missing, expired or not valid here.")
	errScopeExceeded  = problem.NewOAuth(problem.BadRequest, "invalid_scope", "The scope is more than what was granted.")
	errScope          = problem.NewOAuth(problem.Forbidden, "insufficient_scope", "The access token was not granted the scope openid.")
	errCredentials    = problem.New(problem.BadRequest, "invalid_credentials", "The email or the password is wrong.")
	errPendingToken   = problem.New(problem.BadRequest, "invalid_pending_authentication_token", "That pending authentication token is unknown, used or expired.")
	errOrganizationID = problem.New(problem.BadRequest, "invalid_organization_id", "There is no organization with that id.")
	errNoChallenge    = problem.New(problem.BadRequest, "code_challenge_not_found", "The code was issued without a code_challenge, so it takes no code_verifier.")
	errSessionID      = problem.New(problem.Invalid, "invalid_request_parameters", "session_id is missing or is not the id of a session.")

	errPasswordOff      = problem.New(problem.Forbidden, "email_password_auth_disabled", "Signing in by email and password is switched off.")
	errMagicOff         = problem.NewOAuth(problem.BadRequest, "authentication_method_not_allowed", "Signing in by a mailed code is switched off.")
	errUserMismatch     = problem.New(problem.BadRequest, "user_mismatch", "The challenge belongs to another user than the pending sign-in.")
	errUnknownChallenge = problem.New(problem.BadRequest, "one_time_code_expired", "There is no such authentication challenge, or it is gone. Make a new one.")
	errAddress          = problem.New(problem.Forbidden, "ip_not_allowed", "The organization can be entered from its own networks only.")
	errLoginRequired    = problem.NewOAuth(problem.BadRequest, "login_required", "The session is older than that organization allows: send the user to authorize with its organization_id.")
	errInteraction      = problem.NewOAuth(problem.BadRequest, "interaction_required", "The organization asks for more than this session has: send the user to the authorization endpoint with its organization_id.")

	// What stands between a proven person and the application (wire-api.md
	// 2.4). Node recognises these by 403, those of single sign-on and methods
	// by 400.
	errVerifyEmail = problem.New(problem.Forbidden, "email_verification_required", "The user has to prove their email address first.")
	errChallenge   = problem.New(problem.Forbidden, "mfa_challenge", "The user has to take a second step: challenge one of the factors.")
	errEnroll      = problem.New(problem.Forbidden, "mfa_enrollment", "The user has to enroll a second factor.")
	errSSORequired = problem.NewOAuth(problem.BadRequest, "sso_required", "The organization asks its people to sign in with SSO.")
	errMethods     = problem.NewOAuth(problem.BadRequest, "organization_authentication_methods_required", "The organization does not take this way to sign in. Use one of those that it takes.")

	// errSelectOrganization asks for the second step organization-selection; it is 403 on purpose (wire-api.md 2.4).
	errSelectOrganization = problem.New(problem.Forbidden, "organization_selection_required", "The user belongs to several organizations: choose one.")
)

// The refusals that a person sees, because the address to send them back to is
// not proven to be the application's.
var (
	ErrPageClient   = problem.New(problem.BadRequest, "unknown_application", "The application that sent you here is not known.")
	ErrPageRedirect = problem.New(problem.BadRequest, "redirect_uri_not_registered", "The address that the application wants you to return to is not registered.")
	ErrPageRequest  = problem.New(problem.BadRequest, "authorization_request_invalid", "The application sent a request that cannot be read.")
	ErrPageExpired  = problem.New(problem.BadRequest, "authorization_request_expired", "This sign-in took too long, or it is finished already. Go back to the application and start again.")
)

// missing is invalid_request that names the parameter.
func missing(name string) error {
	return errInvalidRequest.WithMessage("The parameter " + name + " is missing.")
}
