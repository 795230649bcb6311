package audit

import "gatehouse/internal/wire"

// The domains of organizations.

type (
	// OrganizationDomainCreated is organization_domain.created: an organization claims a domain.
	OrganizationDomainCreated struct {
		Domain wire.OrganizationDomain `json:"domain"`
	}
	// OrganizationDomainUpdated is organization_domain.updated: a domain's state changed.
	OrganizationDomainUpdated struct {
		Domain wire.OrganizationDomain `json:"domain"`
	}
	// OrganizationDomainVerified is organization_domain.verified: a domain was proven.
	OrganizationDomainVerified struct {
		Domain wire.OrganizationDomain `json:"domain"`
	}
	// OrganizationDomainDeleted is organization_domain.deleted: a claim was given up.
	OrganizationDomainDeleted struct {
		Domain wire.OrganizationDomain `json:"domain"`
	}
	// OrganizationDomainVerificationFailed is organization_domain.verification_failed: a claim was not
	// proven in its time, or the domain is another organization's.
	OrganizationDomainVerificationFailed struct {
		Reason string                  `json:"reason"`
		Domain wire.OrganizationDomain `json:"organization_domain"`
	}
	// OrganizationDomainRecordMissing is organization_domain.record_missing: a verified domain's DNS
	// record is gone; once more when it has been for 14 days. The domain stays verified.
	OrganizationDomainRecordMissing struct {
		Domain       wire.OrganizationDomain `json:"organization_domain"`
		MissingSince wire.Timestamp          `json:"missing_since"`
	}
	// OrganizationDomainRecordFound is organization_domain.record_found: that record is back.
	OrganizationDomainRecordFound struct {
		Domain wire.OrganizationDomain `json:"domain"`
	}
	// OrganizationDomainMoveStarted is organization_domain.move_started: an organization has proven a
	// domain that another holds. It is told to both, and says nothing of the other.
	OrganizationDomainMoveStarted struct {
		Domain  wire.OrganizationDomain `json:"organization_domain"`
		MovesAt wire.Timestamp          `json:"moves_at"`
	}
	// OrganizationDomainMoveCancelled is organization_domain.move_cancelled: the proof is gone again.
	OrganizationDomainMoveCancelled struct {
		Domain wire.OrganizationDomain `json:"domain"`
	}
)

func (OrganizationDomainCreated) Type() string  { return "organization_domain.created" }
func (OrganizationDomainUpdated) Type() string  { return "organization_domain.updated" }
func (OrganizationDomainVerified) Type() string { return "organization_domain.verified" }
func (OrganizationDomainDeleted) Type() string  { return "organization_domain.deleted" }
func (OrganizationDomainVerificationFailed) Type() string {
	return "organization_domain.verification_failed"
}
func (OrganizationDomainRecordMissing) Type() string { return "organization_domain.record_missing" }
func (OrganizationDomainRecordFound) Type() string   { return "organization_domain.record_found" }
func (OrganizationDomainMoveStarted) Type() string   { return "organization_domain.move_started" }
func (OrganizationDomainMoveCancelled) Type() string { return "organization_domain.move_cancelled" }

func (e OrganizationDomainCreated) Targets() []Target            { return domainTargets(e.Domain) }
func (e OrganizationDomainUpdated) Targets() []Target            { return domainTargets(e.Domain) }
func (e OrganizationDomainVerified) Targets() []Target           { return domainTargets(e.Domain) }
func (e OrganizationDomainDeleted) Targets() []Target            { return domainTargets(e.Domain) }
func (e OrganizationDomainVerificationFailed) Targets() []Target { return domainTargets(e.Domain) }
func (e OrganizationDomainRecordMissing) Targets() []Target      { return domainTargets(e.Domain) }
func (e OrganizationDomainRecordFound) Targets() []Target        { return domainTargets(e.Domain) }
func (e OrganizationDomainMoveStarted) Targets() []Target        { return domainTargets(e.Domain) }
func (e OrganizationDomainMoveCancelled) Targets() []Target      { return domainTargets(e.Domain) }

func (e OrganizationDomainCreated) Data() any            { return e.Domain }
func (e OrganizationDomainUpdated) Data() any            { return e.Domain }
func (e OrganizationDomainVerified) Data() any           { return e.Domain }
func (e OrganizationDomainDeleted) Data() any            { return e.Domain }
func (e OrganizationDomainVerificationFailed) Data() any { return e }
func (e OrganizationDomainRecordMissing) Data() any      { return e }
func (e OrganizationDomainRecordFound) Data() any        { return e.Domain }
func (e OrganizationDomainMoveStarted) Data() any        { return e }
func (e OrganizationDomainMoveCancelled) Data() any      { return e.Domain }

func domainTargets(d wire.OrganizationDomain) []Target {
	return []Target{{"organization_domain", string(d.ID), d.Domain}}
}
