package wire

import (
	"encoding/json"

	"gatehouse/internal/id"
)

type (
	userObject       struct{}
	membershipObject struct{}
	sessionObject    struct{}
)

func (userObject) object() string       { return "user" }
func (membershipObject) object() string { return "organization_membership" }
func (sessionObject) object() string    { return "session" }

// User is a person.
type User struct {
	Object            Object[userObject] `json:"object"`
	ID                id.User            `json:"id"`
	Email             string             `json:"email"`
	EmailVerified     bool               `json:"email_verified"`
	FirstName         *string            `json:"first_name"`
	LastName          *string            `json:"last_name"`
	Name              *string            `json:"name"`
	ProfilePictureURL *string            `json:"profile_picture_url"`
	LastSignInAt      *Timestamp         `json:"last_sign_in_at"`
	Locale            *string            `json:"locale"`
	ExternalID        *string            `json:"external_id"`
	Metadata          Metadata           `json:"metadata"`
	CreatedAt         Timestamp          `json:"created_at"`
	UpdatedAt         Timestamp          `json:"updated_at"`
}

// OrganizationMembership is a person's belonging to an organization.
type OrganizationMembership struct {
	Object           Object[membershipObject] `json:"object"`
	ID               id.Membership            `json:"id"`
	UserID           id.User                  `json:"user_id"`
	OrganizationID   id.Organization          `json:"organization_id"`
	OrganizationName string                   `json:"organization_name"`
	Status           string                   `json:"status"` // active, inactive or pending
	Role             RoleSlug                 `json:"role"`
	Roles            Array[RoleSlug]          `json:"roles"`
	DirectoryManaged bool                     `json:"directory_managed"`
	CustomAttributes json.RawMessage          `json:"custom_attributes,omitempty"`
	User             *User                    `json:"user,omitempty"`
	CreatedAt        Timestamp                `json:"created_at"`
	UpdatedAt        Timestamp                `json:"updated_at"`
}

// RoleSlug names a role inside other resources.
type RoleSlug struct {
	Slug string `json:"slug"`
}

// Session is one application's session of a person.
type Session struct {
	Object         Object[sessionObject] `json:"object"`
	ID             id.Session            `json:"id"`
	UserID         id.User               `json:"user_id"`
	OrganizationID *id.Organization      `json:"organization_id,omitempty"`
	IPAddress      *string               `json:"ip_address"`
	UserAgent      *string               `json:"user_agent"`
	AuthMethod     string                `json:"auth_method"` // password, magic_code, oauth, sso, passkey …
	Status         string                `json:"status"`      // active, expired or revoked
	Impersonator   *Impersonator         `json:"impersonator,omitempty"`
	ExpiresAt      Timestamp             `json:"expires_at"`
	EndedAt        *Timestamp            `json:"ended_at"`
	CreatedAt      Timestamp             `json:"created_at"`
	UpdatedAt      Timestamp             `json:"updated_at"`
}

// Impersonator is the operator who uses a session in a person's place.
type Impersonator struct {
	Email  string  `json:"email"`
	Reason *string `json:"reason"`
}
