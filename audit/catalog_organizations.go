package audit

import (
	"gatehouse/internal/wire"
)

// Organizations, their members, roles and looks.

type (
	// OrganizationCreated is organization.created: a customer has an organization.
	OrganizationCreated struct {
		Organization wire.Organization `json:"organization"`
	}
	// OrganizationUpdated is organization.updated: an organization's name, ids or metadata changed.
	OrganizationUpdated struct {
		Organization wire.Organization `json:"organization"`
	}
	// OrganizationDeleted is organization.deleted: an organization is gone.
	OrganizationDeleted struct {
		Organization wire.Organization `json:"organization"`
	}
	// MembershipCreated is organization_membership.created: a person belongs to an organization.
	MembershipCreated struct {
		Membership wire.OrganizationMembership `json:"membership"`
	}
	// MembershipUpdated is organization_membership.updated: a role or a state changed. PreviousStatus is the
	// state that it had, where that is another now.
	MembershipUpdated struct {
		Membership     wire.OrganizationMembership `json:"membership"`
		PreviousStatus string                      `json:"-"`
	}
	membershipWas struct {
		wire.OrganizationMembership
		PreviousAttributes map[string]string `json:"previous_attributes"`
	}
	// MembershipDeleted is organization_membership.deleted: a person belongs no longer.
	MembershipDeleted struct {
		Membership wire.OrganizationMembership `json:"membership"`
	}
	// RoleCreated is role.created: a role can be given.
	RoleCreated struct {
		Role wire.Role `json:"role"`
	}
	// BrandingUpdated is organization.branding_updated: the look of an organization's sign-in changed.
	BrandingUpdated struct {
		Organization wire.Organization `json:"organization"`
	}
)

func (OrganizationCreated) Type() string { return "organization.created" }
func (OrganizationUpdated) Type() string { return "organization.updated" }
func (OrganizationDeleted) Type() string { return "organization.deleted" }
func (MembershipCreated) Type() string   { return "organization_membership.created" }
func (MembershipUpdated) Type() string   { return "organization_membership.updated" }
func (MembershipDeleted) Type() string   { return "organization_membership.deleted" }
func (RoleCreated) Type() string         { return "role.created" }
func (BrandingUpdated) Type() string     { return "organization.branding_updated" }

func (e OrganizationCreated) Targets() []Target {
	return []Target{{"organization", string(e.Organization.ID), e.Organization.Name}}
}
func (e OrganizationUpdated) Targets() []Target {
	return []Target{{"organization", string(e.Organization.ID), e.Organization.Name}}
}
func (e OrganizationDeleted) Targets() []Target {
	return []Target{{"organization", string(e.Organization.ID), e.Organization.Name}}
}
func (e MembershipCreated) Targets() []Target {
	return []Target{{"organization_membership", string(e.Membership.ID), ""}, {"user", string(e.Membership.UserID), memberName(e.Membership)}}
}
func (e MembershipUpdated) Targets() []Target {
	return []Target{{"organization_membership", string(e.Membership.ID), ""}, {"user", string(e.Membership.UserID), memberName(e.Membership)}}
}
func (e MembershipDeleted) Targets() []Target {
	return []Target{{"organization_membership", string(e.Membership.ID), ""}, {"user", string(e.Membership.UserID), memberName(e.Membership)}}
}
func (e RoleCreated) Targets() []Target { return []Target{{"role", string(e.Role.ID), e.Role.Slug}} }
func (e BrandingUpdated) Targets() []Target {
	return []Target{{"organization", string(e.Organization.ID), e.Organization.Name}}
}

func (e OrganizationCreated) Data() any { return e.Organization }
func (e OrganizationUpdated) Data() any { return e.Organization }
func (e OrganizationDeleted) Data() any { return e.Organization }
func (e MembershipCreated) Data() any   { return e.Membership }
func (e MembershipDeleted) Data() any   { return e.Membership }
func (e RoleCreated) Data() any         { return e.Role }
func (e BrandingUpdated) Data() any     { return e.Organization }

// Data is the membership, and what its status was where that changed.
func (e MembershipUpdated) Data() any {
	if e.PreviousStatus == "" {
		return e.Membership
	}
	return membershipWas{e.Membership, map[string]string{"status": e.PreviousStatus}}
}
