package auditlog

import (
	"html"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/web/ui"
)

// Words say in a sentence's beginning what a type of event is; what is
// missing here is its type with spaces.
var Words = map[string]string{
	"user.created": "User created", "user.updated": "User changed", "user.deleted": "User deleted", "user.banned": "User banned",
	"user.unbanned": "Ban lifted", "user.password_changed": "Password changed", "operator.created": "Operator added",
	"organization.created": "Organization created", "organization.updated": "Organization changed", "organization.deleted": "Organization deleted",
	"organization.branding_updated": "Branding changed", "organization_domain.created": "Domain added", "organization_domain.updated": "Domain changed",
	"organization_domain.verified": "Domain verified", "organization_domain.deleted": "Domain deleted",
	"organization_membership.created": "Member added", "organization_membership.updated": "Member changed", "organization_membership.deleted": "Member removed",
	"authentication.password_succeeded": "Signed in with a password", "authentication.password_failed": "Sign-in failed",
	"session.created": "Session started", "session.revoked": "Session ended", "session.refreshed": "Session renewed",
	"session.organization_switched": "Organization switched", "session.refresh_token_reused": "Refresh token used twice",
	"browser_session.created": "Signed in on a browser", "browser_session.ended": "Signed out of a browser", "login.error_shown": "Error shown",
	"application.created": "Application created", "application.updated": "Application changed", "application.deleted": "Application deleted",
	"application.secret_created": "Client secret made", "application.secret_revoked": "Client secret revoked",
	"application.redirect_uri_added": "Address added", "application.redirect_uri_removed": "Address removed",
	"grant.issued": "Authorization code issued", "grant.code_reused": "Authorization code used twice",
	"device_authorization.approved": "Device connected", "device_authorization.denied": "Device turned away",
	"organization.policy_updated": "Policy changed", "authentication_settings.updated": "Sign-in settings changed",
	"authentication_factor.created": "Second step begun", "authentication_factor.verified": "Second step set up", "authentication_factor.deleted": "Second step removed",
	"passkey.created": "Passkey added", "passkey.updated": "Passkey renamed", "passkey.deleted": "Passkey removed", "passkey.clone_suspected": "Passkey may have been copied",
	"recovery_codes.created": "Recovery codes made", "authentication.mfa_succeeded": "Second step taken", "authentication.mfa_failed": "Second step failed",
	"authentication.passkey_succeeded": "Signed in with a passkey", "authentication.passkey_failed": "Passkey refused",
	"authentication.magic_auth_succeeded": "Signed in with a mailed code", "authentication.magic_auth_failed": "Mailed code refused",
	"authentication.email_verification_succeeded": "Address proven", "authentication.email_verification_failed": "Verification code refused",
	"magic_auth.created": "Sign-in code mailed", "email_verification.created": "Verification code mailed", "user.email_change_requested": "Change of address begun",
	"password_reset.created": "Password reset mailed", "password_reset.succeeded": "Password reset", "user.disowned": "Person said it wasn't them", "user.claimed": "Address taken back by its owner",
	"invitation.created": "Invitation sent", "invitation.accepted": "Invitation accepted", "invitation.resent": "Invitation sent again", "invitation.revoked": "Invitation revoked",
	"portal_link.created": "Portal link made", "portal_link.requested": "Another portal link asked for", "portal_session.started": "Portal opened",
	"portal_session.extended": "Portal visit made longer", "portal_session.ended": "Portal left",
	"authentication.sso_started": "Sign-in by a connection begun", "authentication.sso_succeeded": "Signed in by a connection", "authentication.sso_failed": "Sign-in by a connection failed",
	"authentication.sso_timed_out": "Sign-in by a connection not finished", "connection.tested": "Connection tested", "user.sso_identity_linked": "Account linked to a connection",
	"connection.created": "Connection created", "connection.updated": "Connection changed", "connection.activated": "Connection turned on", "connection.deactivated": "Connection turned off",
	"connection.deleted": "Connection deleted", "connection.certificate_added": "Certificate added", "connection.certificate_removed": "Certificate removed",
	"connection.saml_certificate_renewal_required": "Certificate ends soon", "connection.saml_certificate_renewed": "New certificate found", "connection.metadata_failed": "Metadata not taken over",
	"connection.key_created": "Key made for a connection", "connection.key_promoted": "Connection signs with its next key", "connection.key_deleted": "Key of a connection deleted",
	"connection.candidate_set": "Trial of a configuration begun", "connection.candidate_promoted": "Tried configuration promoted", "connection.candidate_deleted": "Trial ended",
	"connection.rolled_back": "Earlier configuration brought back", "connection.replacement_approved": "Move between connections approved", "connection.replacement_withdrawn": "Move between connections taken back",
	"directory.created": "Directory created", "directory.updated": "Directory changed", "dsync.activated": "Directory's first request", "dsync.deleted": "Directory deleted",
	"dsync.token.created": "Directory token made", "dsync.token.revoked": "Directory token revoked", "directory.role_mappings_updated": "Roles of groups changed",
	"directory.held": "People's leaving held", "directory.released": "Directory released", "directory.owner_kept": "Last owner kept",
	"dsync.user.created": "Person added by a directory", "dsync.user.updated": "Person changed by a directory", "dsync.user.deleted": "Person deleted by a directory",
	"directory.user_linked": "Directory person linked to an account", "dsync.group.created": "Group added by a directory", "dsync.group.updated": "Group changed by a directory",
	"dsync.group.deleted": "Group deleted by a directory", "dsync.group.user_added": "Person added to a group", "dsync.group.user_removed": "Person removed from a group",
	"job.retried": "Job tried again", "job.cancelled": "Job cancelled",
	"signing_key.rotated": "Signing key rotated", "api_key.created": "API key made", "api_key.revoked": "API key revoked",
}

// Name is an entry's type in words.
func Name(kind string) string {
	if words := Words[kind]; words != "" {
		return words
	}
	words := strings.NewReplacer(".", " ", "_", " ").Replace(kind)
	if words == "" {
		return words
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// title is an entry's name; what an application writes it names itself.
func title(e *audit.Event) string {
	if e.Source == audit.Application {
		return e.Type
	}
	return Name(e.Type)
}

// results are the words for how an entry went, by tone.
var results = map[string]ui.Tone{"failed": ui.Bad, "succeeded": ui.OK, "notable": ui.Warn}

// Tone is whether an entry of that type went well, and the word for it.
func Tone(kind string) (ui.Tone, string) {
	switch {
	case strings.HasSuffix(kind, "_failed"), kind == "login.error_shown":
		return ui.Bad, "failed"
	case strings.HasSuffix(kind, "_reused"), kind == "user.banned", kind == "passkey.clone_suspected", kind == "user.disowned", kind == "connection.saml_certificate_renewal_required",
		kind == "directory.held", kind == "directory.owner_kept", strings.HasSuffix(kind, ".disabled"), strings.HasSuffix(kind, "_refused"):
		return ui.Warn, "notable"
	case strings.HasSuffix(kind, "_succeeded"), kind == "session.created", kind == "browser_session.created":
		return ui.OK, "succeeded"
	}
	return ui.Neutral, "info"
}

// typesOf are the catalog's types that went one way.
func typesOf(result string) []string {
	var types []string
	for _, e := range audit.Catalog {
		if tone, _ := Tone(e.Type()); tone == results[result] {
			types = append(types, e.Type())
		}
	}
	slices.Sort(types)
	return types
}

// Who is who did it, as a person would call them.
func Who(e *audit.Event) string {
	switch {
	case e.ActorName != nil && *e.ActorName != "":
		return *e.ActorName
	case e.ActorID != nil && *e.ActorID != "":
		return *e.ActorID
	case e.ActorKind == string(actor.KindSystem):
		return "System"
	}
	return "unknown"
}

// What is what it happened to, as a person would call it.
func What(e *audit.Event) string {
	for _, t := range e.Targets {
		if t.Name != "" {
			return t.Name
		}
	}
	return ""
}

// Icon is the sign of what a type of entry is about.
func Icon(kind string) string {
	resource, _, _ := strings.Cut(kind, ".")
	switch resource {
	case "user", "organization_membership", "operator":
		return "person"
	case "organization":
		return "org"
	case "organization_domain":
		return "globe"
	case "connection":
		return "link"
	case "directory", "dsync":
		return "sync"
	case "application":
		return "app"
	case "api_key", "signing_key":
		return "key"
	case "webhook_endpoint":
		return "hook"
	case "log_stream":
		return "stream"
	}
	return "info"
}

func targetName(t audit.Target) string {
	if t.Name != "" {
		return t.Name
	}
	return t.ID
}

func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// count is a number with its noun.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return ui.Group(n, "en") + " " + many
}

// breakable is an action that may be broken behind its signs, and nowhere else.
func breakable(kind string) templ.Component {
	text := html.EscapeString(kind)
	return templ.Raw(strings.NewReplacer(".", ".<wbr>", "_", "_<wbr>").Replace(text))
}
