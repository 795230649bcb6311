package audit

import "gatehouse/internal/wire"

// Accounts at providers, and the providers.

type (
	// AuthenticationOAuth is authentication.oauth_succeeded or _failed: somebody came back from a provider.
	AuthenticationOAuth struct {
		Authentication
		Provider string `json:"-"` // its slug: the entry's target beside the person
	}
	// IdentityLinked is user.identity_linked: a person can sign in by an account at a provider.
	IdentityLinked struct {
		User     wire.User     `json:"user"`
		Identity wire.Identity `json:"identity"`
		Issuer   string        `json:"issuer"`
	}
	// IdentityUnlinked is user.identity_unlinked: a person cannot sign in by that account any more.
	IdentityUnlinked struct {
		User     wire.User     `json:"user"`
		Identity wire.Identity `json:"identity"`
		Issuer   string        `json:"issuer"`
	}
	// SocialProviderCreated is social_provider.created: people may sign in by a provider.
	SocialProviderCreated struct {
		Provider wire.SocialProvider `json:"social_provider"`
	}
	// SocialProviderUpdated is social_provider.updated: how a provider is used changed; SecretChanged says whether its secret did.
	SocialProviderUpdated struct {
		Provider      wire.SocialProvider `json:"social_provider"`
		SecretChanged bool                `json:"secret_changed"`
	}
	// SocialProviderDeleted is social_provider.deleted: nobody signs in by a provider any more.
	SocialProviderDeleted struct {
		Provider wire.SocialProvider `json:"social_provider"`
	}
)

func (e AuthenticationOAuth) Type() string { return e.typeOf("oauth") }
func (IdentityLinked) Type() string        { return "user.identity_linked" }
func (IdentityUnlinked) Type() string      { return "user.identity_unlinked" }
func (SocialProviderCreated) Type() string { return "social_provider.created" }
func (SocialProviderUpdated) Type() string { return "social_provider.updated" }
func (SocialProviderDeleted) Type() string { return "social_provider.deleted" }

func (e AuthenticationOAuth) Targets() []Target {
	targets := e.targets()
	if e.Provider != "" {
		targets = append(targets, Target{Type: "social_provider", ID: e.Provider})
	}
	return targets
}
func (e IdentityLinked) Targets() []Target {
	return []Target{{"user", string(e.User.ID), e.User.Email}}
}
func (e IdentityUnlinked) Targets() []Target {
	return []Target{{"user", string(e.User.ID), e.User.Email}}
}
func (e SocialProviderCreated) Targets() []Target { return providerTarget(e.Provider) }
func (e SocialProviderUpdated) Targets() []Target { return providerTarget(e.Provider) }
func (e SocialProviderDeleted) Targets() []Target { return providerTarget(e.Provider) }

func providerTarget(p wire.SocialProvider) []Target {
	return []Target{{"social_provider", p.Slug, p.Name}}
}

func (e AuthenticationOAuth) Data() any   { return e.Authentication }
func (e IdentityLinked) Data() any        { return e }
func (e IdentityUnlinked) Data() any      { return e }
func (e SocialProviderCreated) Data() any { return e }
func (e SocialProviderUpdated) Data() any { return e }
func (e SocialProviderDeleted) Data() any { return e }
