package wire

import "gatehouse/internal/id"

// Identity is a person's account at a provider. It has no object member, and
// a list of them is a bare array (reference/wire-api.md 2.9).
type Identity struct {
	IdpID    string           `json:"idp_id"` // the provider's own name for the person
	Type     identityType     `json:"type"`
	Provider IdentityProvider `json:"provider"`
}

// identityType is always OAuth.
type identityType struct{}

// MarshalJSON writes the one type there is.
func (identityType) MarshalJSON() ([]byte, error) { return []byte(`"OAuth"`), nil }

// IdentityProvider is a provider as identities name it: GitHub is spelled
// GithubOAuth here and GitHubOAuth everywhere else.
type IdentityProvider string

// IdentityProviderOf turns the spelling of authentication_method into that of
// identities.
func IdentityProviderOf(authenticationMethod string) IdentityProvider {
	if authenticationMethod == "GitHubOAuth" {
		return "GithubOAuth"
	}
	return IdentityProvider(authenticationMethod)
}

// SocialProvider is a provider that people sign in by, as events tell of it:
// without its secret.
type SocialProvider struct {
	ID        id.SocialProvider `json:"id"`
	Slug      string            `json:"slug"`
	Type      string            `json:"type"`
	Name      string            `json:"name"`
	Issuer    *string           `json:"issuer"`
	ClientID  string            `json:"client_id"`
	Enabled   bool              `json:"enabled"`
	CreatedAt Timestamp         `json:"created_at"`
	UpdatedAt Timestamp         `json:"updated_at"`
}

// SSOIdentity is a subject of an organization's identity provider that a
// person signs in by, as events tell of it.
type SSOIdentity struct {
	ID           id.Profile    `json:"id"`
	ConnectionID id.Connection `json:"connection_id"`
	IDPID        string        `json:"idp_id"`
	Email        *string       `json:"email"` // as the provider has it
	Guest        bool          `json:"guest"`
}
