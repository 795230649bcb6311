package sessions

// Method is how a person signed in. It is stored in the spelling of the
// policy's methods; the wire has two more.
type Method string

// The methods.
const (
	Password       Method = "password"
	MagicAuth      Method = "magic_auth"
	Passkey        Method = "passkey"
	SSO            Method = "sso"
	GoogleOAuth    Method = "google_oauth"
	MicrosoftOAuth Method = "microsoft_oauth"
	GitHubOAuth    Method = "github_oauth"
	AppleOAuth     Method = "apple_oauth"
	GitLabOAuth    Method = "gitlab_oauth"
	LinkedInOAuth  Method = "linkedin_oauth"
	SlackOAuth     Method = "slack_oauth"
	Impersonation  Method = "impersonation"
	OIDC           Method = "oidc" // a provider of the deployment that none of the others is
)

// Second is how a person took the second step.
type Second string

// The second steps. A passkey that verified its person at the first step is
// both at once.
const (
	SecondTOTP     Second = "totp"
	SecondWebAuthn Second = "webauthn"
	SecondSMS      Second = "sms"
	SecondRecovery Second = "recovery_code"
)

var methodSpellings = map[Method]struct{ wire, authentication string }{
	Password:       {"password", "Password"},
	MagicAuth:      {"magic_code", "MagicAuth"},
	Passkey:        {"passkey", "Passkey"},
	SSO:            {"sso", "SSO"},
	GoogleOAuth:    {"oauth", "GoogleOAuth"},
	MicrosoftOAuth: {"oauth", "MicrosoftOAuth"},
	GitHubOAuth:    {"oauth", "GitHubOAuth"},
	AppleOAuth:     {"oauth", "AppleOAuth"},
	GitLabOAuth:    {"oauth", "GitLabOAuth"},
	LinkedInOAuth:  {"oauth", "LinkedInOAuth"},
	SlackOAuth:     {"oauth", "SlackOAuth"},
	OIDC:           {"oauth", "OIDC"},
	Impersonation:  {"impersonation", "Impersonation"},
}

// Wire is the spelling of a session's auth_method.
func (m Method) Wire() string {
	if s, ok := methodSpellings[m]; ok {
		return s.wire
	}
	return "unknown"
}

// Authentication is the spelling of a token answer's authentication_method.
func (m Method) Authentication() string { return methodSpellings[m].authentication }
