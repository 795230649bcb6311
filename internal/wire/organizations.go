package wire

import "gatehouse/internal/id"

type (
	organizationObject struct{}
	domainObject       struct{}
	roleObject         struct{}
	apiKeyObject       struct{}
)

func (organizationObject) object() string { return "organization" }
func (domainObject) object() string       { return "organization_domain" }
func (roleObject) object() string         { return "role" }
func (apiKeyObject) object() string       { return "api_key" }

// Organization is a customer of the application.
type Organization struct {
	Object                           Object[organizationObject] `json:"object"`
	ID                               id.Organization            `json:"id"`
	Name                             string                     `json:"name"`
	Domains                          Array[OrganizationDomain]  `json:"domains"`
	ExternalID                       *string                    `json:"external_id"`
	Metadata                         Metadata                   `json:"metadata"`
	StripeCustomerID                 *string                    `json:"stripe_customer_id,omitempty"`
	AllowProfilesOutsideOrganization bool                       `json:"allow_profiles_outside_organization"`
	CreatedAt                        Timestamp                  `json:"created_at"`
	UpdatedAt                        Timestamp                  `json:"updated_at"`
}

// OrganizationDomain is a domain that an organization claims or has proven.
type OrganizationDomain struct {
	Object               Object[domainObject]  `json:"object"`
	ID                   id.OrganizationDomain `json:"id"`
	OrganizationID       id.Organization       `json:"organization_id"`
	Domain               string                `json:"domain"`
	State                string                `json:"state"`                 // pending, verified or failed
	VerificationStrategy string                `json:"verification_strategy"` // dns or manual
	VerificationToken    string                `json:"verification_token,omitempty"`
	VerificationPrefix   string                `json:"verification_prefix,omitempty"`
	CreatedAt            Timestamp             `json:"created_at"`
	UpdatedAt            Timestamp             `json:"updated_at"`
}

// The values of Role.Type.
const (
	EnvironmentRole  = "EnvironmentRole"
	OrganizationRole = "OrganizationRole"
)

// Role is a named set of permissions.
type Role struct {
	Object           Object[roleObject] `json:"object"`
	ID               id.Role            `json:"id"`
	Slug             string             `json:"slug"`
	Name             string             `json:"name"`
	Description      *string            `json:"description"`
	Type             string             `json:"type"`
	Permissions      Array[string]      `json:"permissions"`
	ResourceTypeSlug string             `json:"resource_type_slug"` // organization
	CreatedAt        Timestamp          `json:"created_at"`
	UpdatedAt        Timestamp          `json:"updated_at"`
}

// APIKey is a key without its value. Owner is null for the deployment's own.
type APIKey struct {
	Object          Object[apiKeyObject] `json:"object"`
	ID              id.APIKey            `json:"id"`
	Owner           *APIKeyOwner         `json:"owner"`
	Name            string               `json:"name"`
	ObfuscatedValue string               `json:"obfuscated_value"`
	LastUsedAt      *Timestamp           `json:"last_used_at"`
	ExpiresAt       *Timestamp           `json:"expires_at"`
	Permissions     Array[string]        `json:"permissions"`
	CreatedAt       Timestamp            `json:"created_at"`
	UpdatedAt       Timestamp            `json:"updated_at"`
}

// APIKeyOwner is an organization, or a person in one.
type APIKeyOwner struct {
	Type           string           `json:"type"` // organization or user
	ID             string           `json:"id"`
	OrganizationID *id.Organization `json:"organization_id,omitempty"` // with a user
}

// APIKeyValidation says what a member's key is; null where it does not count.
type APIKeyValidation struct {
	APIKey *APIKey `json:"api_key"`
}

// NewAPIKey is the answer that makes a key: the only one with its value.
// Events carry APIKey.
type NewAPIKey struct {
	APIKey
	Value string `json:"value"`
}
