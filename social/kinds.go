package social

import (
	"slices"
	"strings"

	"gatehouse/sessions"
	"gatehouse/sso/oidc"
)

// Type is which provider it is.
type Type string

// The types. OIDC is every other that speaks OpenID Connect.
const (
	Google    Type = "google"
	Microsoft Type = "microsoft"
	GitHub    Type = "github"
	Apple     Type = "apple"
	GitLab    Type = "gitlab"
	LinkedIn  Type = "linkedin"
	Slack     Type = "slack"
	OIDC      Type = "oidc"
)

// Types are the providers with a name of their own, in the order in which
// pages show them.
var Types = []Type{Google, Microsoft, GitHub, Apple, GitLab, LinkedIn, Slack}

// kind is what is known of a type: where it is, and where it leaves the
// standard.
type kind struct {
	name   string
	method sessions.Method
	issuer string // {tenant}: the option's
	hosted bool   // customers run it themselves too, so its issuer may be set
	scopes []string

	noPKCE   bool // fails where a challenge is redeemed
	noNonce  bool // never returns one
	formPost bool

	// vouches reports whether the provider's word on the address counts.
	vouches func(oidc.Profile, Options) bool
	hints   map[string]string // the application's wishes, by the provider's names for them
}

// openID are the scopes of a person's name and address.
var openID = []string{"openid", "profile", "email"}

var kinds = map[Type]kind{
	Google: {name: "Google", method: sessions.GoogleOAuth, issuer: "https://accounts.google.com", scopes: openID, vouches: verified,
		hints: map[string]string{"login_hint": "login_hint", "domain_hint": "hd", "prompt": "prompt"}},
	// A tenant's administrators write any address they like into its people's
	// profiles. xms_edov says that the tenant proved the domain; email_verified
	// says nothing (SECURITY.md O1).
	Microsoft: {name: "Microsoft", method: sessions.MicrosoftOAuth, issuer: "https://login.microsoftonline.com/{tenant}/v2.0", scopes: openID,
		vouches: func(p oidc.Profile, _ Options) bool { return p.DomainProven }, hints: standardHints},
	GitHub: {name: "GitHub", method: sessions.GitHubOAuth, issuer: "https://github.com", hosted: true, scopes: []string{"read:user", "user:email"}, noNonce: true,
		vouches: verified, hints: map[string]string{"login_hint": "login", "prompt": "prompt"}},
	// Apple sends the answer by a form once a name or an address is asked for.
	Apple: {name: "Apple", method: sessions.AppleOAuth, issuer: "https://appleid.apple.com", scopes: []string{"openid", "name", "email"}, formPost: true,
		vouches: verified, hints: map[string]string{}},
	GitLab: {name: "GitLab", method: sessions.GitLabOAuth, issuer: "https://gitlab.com", hosted: true, scopes: openID, vouches: verified, hints: standardHints},
	// LinkedIn's ID tokens never carry the nonce, and its token endpoint fails
	// where a verifier is sent. State and secret remain.
	LinkedIn: {name: "LinkedIn", method: sessions.LinkedInOAuth, issuer: "https://www.linkedin.com/oauth", scopes: openID, noPKCE: true, noNonce: true,
		vouches: verified, hints: map[string]string{}},
	Slack: {name: "Slack", method: sessions.SlackOAuth, issuer: "https://slack.com", scopes: openID, vouches: verified, hints: map[string]string{"login_hint": "login_hint"}},
	OIDC:  {name: "OpenID Connect", method: sessions.OIDC, hosted: true, scopes: openID, vouches: ofDomains, hints: standardHints},
}

var standardHints = map[string]string{"login_hint": "login_hint", "domain_hint": "domain_hint", "prompt": "prompt"}

func verified(p oidc.Profile, _ Options) bool { return p.EmailVerified }

// ofDomains is verified, for the domains alone that the operator lets the
// issuer speak for, where they said.
func ofDomains(p oidc.Profile, o Options) bool {
	_, domain, _ := strings.Cut(strings.ToLower(p.Email), "@")
	return p.EmailVerified && (len(o.Domains) == 0 || slices.Contains(o.Domains, domain))
}

// Known reports whether t is a type.
func (t Type) Known() bool { _, ok := kinds[t]; return ok }

// Name is what people call it.
func (t Type) Name() string { return kinds[t].name }

// Method is how a sign-in by it is called in policies and sessions.
func (t Type) Method() sessions.Method { return kinds[t].method }

// HasIssuer reports whether an operator may say where it is.
func (t Type) HasIssuer() bool { return kinds[t].hosted }

// OfAuthorize is the type that an application names as provider=GoogleOAuth.
func OfAuthorize(name string) (Type, bool) {
	for _, t := range Types {
		if kinds[t].method.Authentication() == name {
			return t, true
		}
	}
	return "", false
}
