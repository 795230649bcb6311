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
