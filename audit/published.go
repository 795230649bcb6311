package audit

import (
	"maps"
	"slices"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// published are the types that applications hear of, by the wire's names. The
// others are for the audit log alone.
var published = map[string]bool{
	"user.created": true, "user.updated": true, "user.deleted": true,
	"organization.created": true, "organization.updated": true, "organization.deleted": true,
	"organization_domain.created": true, "organization_domain.updated": true, "organization_domain.deleted": true, "organization_domain.verified": true,
	"organization_domain.verification_failed": true,
	"organization_membership.created":         true, "organization_membership.updated": true, "organization_membership.deleted": true,
	"invitation.created": true, "invitation.accepted": true, "invitation.resent": true, "invitation.revoked": true,
	"role.created": true, "session.created": true, "session.revoked": true,
	"authentication.password_succeeded": true, "authentication.password_failed": true,
	"magic_auth.created": true, "email_verification.created": true, "password_reset.created": true, "password_reset.succeeded": true,
	"authentication.magic_auth_succeeded": true, "authentication.magic_auth_failed": true,
	"authentication.email_verification_succeeded": true, "authentication.email_verification_failed": true,
	"authentication.oauth_succeeded": true, "authentication.oauth_failed": true,
	"authentication.sso_started": true, "authentication.sso_succeeded": true, "authentication.sso_failed": true, "authentication.sso_timed_out": true,
	"authentication.mfa_succeeded": true, "authentication.mfa_failed": true,
	"authentication.passkey_succeeded": true, "authentication.passkey_failed": true,
	"connection.activated": true, "connection.deactivated": true, "connection.deleted": true,
	"connection.saml_certificate_renewal_required": true, "connection.saml_certificate_renewed": true,
	"dsync.activated": true, "dsync.deleted": true, "dsync.token.created": true, "dsync.token.revoked": true,
	"dsync.user.created": true, "dsync.user.updated": true, "dsync.user.deleted": true,
	"dsync.group.created": true, "dsync.group.updated": true, "dsync.group.deleted": true, "dsync.group.user_added": true, "dsync.group.user_removed": true,
	"api_key.created": true, "api_key.revoked": true,
}

// reserved are the wire's names of what does not happen here. An application
// may ask for them: it was written for another server.
var reserved = map[string]bool{
	"authentication.radar_risk_detected": true, "authentication.reauthentication_succeeded": true,
	"role.updated": true, "role.deleted": true,
	"organization_role.created": true, "organization_role.updated": true, "organization_role.deleted": true,
	"permission.created": true, "permission.updated": true, "permission.deleted": true,
	"group.created": true, "group.updated": true, "group.deleted": true, "group.member_added": true, "group.member_removed": true,
	"api_key.updated": true, "flag.created": true, "flag.updated": true, "flag.deleted": true, "flag.rule_updated": true,
	"waitlist_user.created": true, "waitlist_user.approved": true, "waitlist_user.denied": true,
	"radar.challenge_created":           true,
	"pipes.connected_account.connected": true, "pipes.connected_account.disconnected": true,
	"pipes.connected_account.reauthorization_needed": true, "pipes.connected_account.connection_failed": true,
	"vault.data.created": true, "vault.data.updated": true, "vault.data.deleted": true, "vault.data.read": true, "vault.names.listed": true,
	"vault.metadata.read": true, "vault.kek.created": true, "vault.dek.read": true, "vault.dek.decrypted": true, "vault.byok_key.verification_completed": true,
	"action.authentication.denied": true, "action.user_registration.denied": true,
}

// Published reports whether applications receive events of this type.
func Published(eventType string) bool { return published[eventType] }

// Nameable reports whether an application may ask to hear of events of that
// name: it is published, or would be where it happens.
func Nameable(eventType string) bool { return published[eventType] || reserved[eventType] }

// PublishedTypes are the types that applications hear of, sorted.
func PublishedTypes() []string { return slices.Sorted(maps.Keys(published)) }

// Heard reports whether applications are told of an entry: an application's
// own entry may have the name of an event, and is none.
func (e *Event) Heard() bool { return e.Source == Own && published[e.Type] }

// WireEvent is an entry as applications are told of it.
func WireEvent(n Numbered) (wire.Event, error) { return n.Event.Wire(), nil }

// Wire is the entry as applications are told of it.
func (e *Event) Wire() wire.Event {
	return wire.Event{ID: e.ID, Event: e.Type, Data: e.Data, CreatedAt: wire.At(e.OccurredAt), Context: e.context()}
}

// sources are the wire's words for where somebody acted.
var sources = map[actor.Kind]string{actor.KindAPIKey: "api", actor.KindClient: "api", actor.KindOperator: "dashboard", actor.KindPortal: "admin_portal"}

func (e *Event) context() *wire.EventContext {
	if e.ActorID == nil {
		return nil
	}
	source := sources[actor.Kind(e.ActorKind)]
	if source == "" {
		source = "system"
	}
	c := &wire.EventContext{Actor: &wire.EventActor{ID: *e.ActorID, Source: source, Name: e.ActorName}}
	if actor.Kind(e.ActorKind) == actor.KindClient {
		c.ClientID = id.Client(*e.ActorID)
	}
	return c
}
