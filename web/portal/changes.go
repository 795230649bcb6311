package portal

import (
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/portal"
	"gatehouse/web/ui"
)

// change is how a type of event is told to an organization's admins, and the
// section that it belongs to.
type change struct {
	words, icon string
	scope       portal.Scope
	tone        ui.Tone
}

// changes are the events that the overview tells of.
var changes = map[string]change{
	"organization_domain.created":                  {"Domain added", "globe", portal.Domains, ui.Neutral},
	"organization_domain.verified":                 {"Domain verified", "globe", portal.Domains, ui.OK},
	"organization_domain.deleted":                  {"Domain removed", "globe", portal.Domains, ui.Neutral},
	"organization_domain.verification_failed":      {"Domain not proven", "globe", portal.Domains, ui.Bad},
	"organization_domain.record_missing":           {"Domain's record is gone", "globe", portal.Domains, ui.Warn},
	"organization_domain.record_found":             {"Domain's record is back", "globe", portal.Domains, ui.OK},
	"organization_domain.move_started":             {"Domain is moving", "globe", portal.Domains, ui.Warn},
	"organization_domain.move_cancelled":           {"Domain stays", "globe", portal.Domains, ui.Neutral},
	"connection.created":                           {"Connection added", "lock", portal.SSO, ui.Neutral},
	"connection.updated":                           {"Connection changed", "lock", portal.SSO, ui.Neutral},
	"connection.activated":                         {"Connection turned on", "lock", portal.SSO, ui.OK},
	"connection.deactivated":                       {"Connection turned off", "lock", portal.SSO, ui.Warn},
	"connection.deleted":                           {"Connection removed", "lock", portal.SSO, ui.Neutral},
	"connection.certificate_added":                 {"Certificate added", "cert", portal.SSO, ui.Neutral},
	"connection.certificate_removed":               {"Certificate removed", "cert", portal.SSO, ui.Neutral},
	"connection.saml_certificate_renewal_required": {"Certificate ends soon", "cert", portal.SSO, ui.Warn},
	"connection.saml_certificate_renewed":          {"Certificate renewed", "cert", portal.SSO, ui.OK},
	"connection.rolled_back":                       {"Connection rolled back", "lock", portal.SSO, ui.Neutral},
	"connection.replacement_approved":              {"Move of people approved", "users", portal.SSO, ui.OK},
	"connection.replacement_withdrawn":             {"Move of people taken back", "users", portal.SSO, ui.Neutral},
	"connection.metadata_failed":                   {"Metadata can't be read", "warn", portal.SSO, ui.Bad},
	"directory.created":                            {"Directory added", "sync", portal.Directory, ui.Neutral},
	"directory.updated":                            {"Directory changed", "sync", portal.Directory, ui.Neutral},
	"directory.role_mappings_updated":              {"Roles by groups changed", "users", portal.Directory, ui.Neutral},
	"directory.held":                               {"People’s leaving held", "pause", portal.Directory, ui.Bad},
	"directory.released":                           {"People’s leaving released", "sync", portal.Directory, ui.Warn},
	"directory.owner_kept":                         {"Last owner kept as a member", "shield", portal.Directory, ui.Warn},
	"dsync.activated":                              {"First request of a directory", "sync", portal.Directory, ui.OK},
	"dsync.deleted":                                {"Directory deleted", "sync", portal.Directory, ui.Warn},
	"dsync.token.created":                          {"Token of a directory made", "key", portal.Directory, ui.Neutral},
	"dsync.token.revoked":                          {"Token of a directory revoked", "key", portal.Directory, ui.Neutral},
	"organization.policy_updated":                  {"Policy changed", "shield", portal.Policies, ui.Neutral},
}

// moment is an event on the timeline.
func moment(now time.Time, e *audit.Event) ui.Moment {
	c := changes[e.Type]
	words := c.words
	for _, t := range e.Targets {
		if t.Name != "" && t.Type != "organization" {
			words += ": " + t.Name
			break
		}
	}
	return ui.Moment{Icon: c.icon, Tone: c.tone, Text: words, Sub: when(now, e.OccurredAt) + ", " + byWhom(e)}
}

// byWhom is who did it. The service's own people and programs are the service
// to its customers.
func byWhom(e *audit.Event) string {
	switch actor.Kind(e.ActorKind) {
	case actor.KindSystem:
		return "automatic"
	case actor.KindOperator, actor.KindAPIKey, actor.KindClient:
		return "by the service"
	}
	if e.ActorName == nil {
		return "unknown"
	}
	return *e.ActorName
}

// when is an instant beside a sentence.
func when(now, at time.Time) string {
	at = at.UTC()
	switch d := now.Sub(at); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return count(int64(d.Minutes()), "minute ago", "minutes ago")
	case d < 24*time.Hour:
		return count(int64(d.Hours()), "hour ago", "hours ago")
	}
	return at.Format("2 Jan 2006, 15:04")
}

// ignoreMissing takes an error away that says only that there is no such thing.
func ignoreMissing(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}
