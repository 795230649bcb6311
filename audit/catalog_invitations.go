package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Invitations, without what their links are made of.

type (
	// InvitationCreated is invitation.created: somebody was asked in.
	InvitationCreated struct{ Invitation wire.Invitation }
	// InvitationAccepted is invitation.accepted: they came.
	InvitationAccepted struct{ Invitation wire.Invitation }
	// InvitationResent is invitation.resent: they were asked again, by a new link.
	InvitationResent struct{ Invitation wire.Invitation }
	// InvitationRevoked is invitation.revoked: they are not to come any more.
	InvitationRevoked struct{ Invitation wire.Invitation }
)

func (InvitationCreated) Type() string  { return "invitation.created" }
func (InvitationAccepted) Type() string { return "invitation.accepted" }
func (InvitationResent) Type() string   { return "invitation.resent" }
func (InvitationRevoked) Type() string  { return "invitation.revoked" }

func (e InvitationCreated) Targets() []Target  { return invitationTargets(e.Invitation) }
func (e InvitationAccepted) Targets() []Target { return invitationTargets(e.Invitation) }
func (e InvitationResent) Targets() []Target   { return invitationTargets(e.Invitation) }
func (e InvitationRevoked) Targets() []Target  { return invitationTargets(e.Invitation) }

func (e InvitationCreated) Data() any  { return bare(e.Invitation) }
func (e InvitationAccepted) Data() any { return bare(e.Invitation) }
func (e InvitationResent) Data() any   { return bare(e.Invitation) }
func (e InvitationRevoked) Data() any  { return bare(e.Invitation) }

// bare takes away the link, whoever filled the resource in.
func bare(i wire.Invitation) wire.Invitation {
	i.Token, i.URL = "", ""
	return i
}

func invitationTargets(i wire.Invitation) []Target {
	targets := []Target{{"invitation", string(i.ID), i.Email}}
	if i.AcceptedUserID != nil {
		targets = append(targets, userTarget(*i.AcceptedUserID))
	}
	if i.OrganizationID != nil {
		targets = append(targets, Target{Type: "organization", ID: string(*i.OrganizationID)})
	}
	return targets
}

func userTarget(u id.User) Target { return Target{Type: "user", ID: string(u)} }
