package wire

import "gatehouse/internal/id"

type invitationObject struct{}

func (invitationObject) object() string { return "invitation" }

// Invitation asks a person into an organization, or to the deployment's
// applications as such. Events carry it without token and address.
type Invitation struct {
	Object         Object[invitationObject] `json:"object"`
	ID             id.Invitation            `json:"id"`
	Email          string                   `json:"email"`
	State          string                   `json:"state"` // pending, accepted, expired or revoked
	AcceptedAt     *Timestamp               `json:"accepted_at"`
	RevokedAt      *Timestamp               `json:"revoked_at"`
	ExpiresAt      Timestamp                `json:"expires_at"`
	OrganizationID *id.Organization         `json:"organization_id"`
	InviterUserID  *id.User                 `json:"inviter_user_id"`
	AcceptedUserID *id.User                 `json:"accepted_user_id"`
	RoleSlug       *string                  `json:"role_slug"`
	Token          string                   `json:"token,omitempty"`
	URL            string                   `json:"accept_invitation_url,omitempty"`
	CreatedAt      Timestamp                `json:"created_at"`
	UpdatedAt      Timestamp                `json:"updated_at"`
}
