package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// OrganizationPolicyUpdated is organization.policy_updated: what an
// organization asks of those who sign in to it changed.
type OrganizationPolicyUpdated struct {
	Organization id.Organization         `json:"organization_id"`
	Name         string                  `json:"-"`
	Before       wire.OrganizationPolicy `json:"before"`
	After        wire.OrganizationPolicy `json:"after"`
}

// Type names the entry.
func (OrganizationPolicyUpdated) Type() string { return "organization.policy_updated" }

// Targets are the organization.
func (e OrganizationPolicyUpdated) Targets() []Target {
	return []Target{{"organization", string(e.Organization), e.Name}}
}

// Data is both policies.
func (e OrganizationPolicyUpdated) Data() any { return e }

// SignInRefused is organization.sign_in_refused: somebody proved who they are,
// and the organization's policy did not let them in like that.
type SignInRefused struct {
	Organization id.Organization `json:"organization_id"`
	User         id.User         `json:"user_id"`
	Email        string          `json:"email"`
	Method       string          `json:"method"`                  // how they had come
	Connection   *id.Connection  `json:"connection_id,omitempty"` // by which, where that was single sign-on
	Reason       string          `json:"reason"`                  // the gate: sso_required, ip_not_allowed …
}

// Type names the entry.
func (SignInRefused) Type() string { return "organization.sign_in_refused" }

// Targets are the person and the organization.
func (e SignInRefused) Targets() []Target {
	return []Target{{"user", string(e.User), e.Email}, {Type: "organization", ID: string(e.Organization)}}
}

// Data is who, how, and why not.
func (e SignInRefused) Data() any { return e }
