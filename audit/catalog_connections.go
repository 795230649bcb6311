package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Organizations' connections to their identity providers.

// Connection is what every entry of a connection has: the connection as it was then.
type Connection struct{ wire.ConnectionEvent }

// Targets are the connection and its organization.
func (c Connection) Targets() []Target {
	return []Target{{"connection", string(c.ID), c.Name}, {Type: "organization", ID: string(c.OrganizationID)}}
}

type (
	// ConnectionCreated is connection.created: an organization has another connection.
	ConnectionCreated struct{ Connection }
	// ConnectionUpdated is connection.updated: how a connection is set up changed. Changed names the members.
	ConnectionUpdated struct {
		Connection
		Changed wire.Array[string] `json:"changed"`
	}
	// ConnectionActivated is connection.activated: people sign in by it.
	ConnectionActivated struct{ Connection }
	// ConnectionDeactivated is connection.deactivated: nobody signs in by it any more.
	ConnectionDeactivated struct{ Connection }
	// ConnectionDeleted is connection.deleted: it is gone, with what was recorded of it.
	ConnectionDeleted struct{ Connection }
	// ConnectionCertificateAdded is connection.certificate_added: somebody says that the provider signs by it too.
	ConnectionCertificateAdded struct {
		Connection
		Certificate wire.CertificateNotice `json:"certificate"`
	}
	// ConnectionCertificateRemoved is connection.certificate_removed: what is signed by it is refused from now on.
	ConnectionCertificateRemoved struct {
		Connection
		Certificate wire.CertificateNotice `json:"certificate"`
	}
	// ConnectionCertificateRenewalRequired is connection.saml_certificate_renewal_required: the last certificate that is accepted ends soon.
	ConnectionCertificateRenewalRequired struct {
		Connection
		Certificate     wire.CertificateNotice `json:"certificate"`
		DaysUntilExpiry int                    `json:"days_until_expiry"`
	}
	// ConnectionCertificateRenewed is connection.saml_certificate_renewed: the provider's metadata has a certificate that was not known.
	ConnectionCertificateRenewed struct {
		Connection
		Certificate wire.CertificateNotice `json:"certificate"`
	}
	// ConnectionMetadataFailed is connection.metadata_failed: the provider's metadata cannot be read or used. What is known stays.
	ConnectionMetadataFailed struct {
		Connection
		Reason string `json:"reason"`
	}
	// ConnectionKey is connection.key_created, .key_promoted or .key_deleted: a key of ours for the connection.
	ConnectionKey struct {
		Connection
		Change string        `json:"-"` // created, promoted, deleted
		Key    ConnectionOur `json:"key"`
	}
	// ConnectionOur is a key of ours as entries tell of it.
	ConnectionOur struct {
		ID                string `json:"id"`
		Standing          string `json:"standing"`
		FingerprintSHA256 string `json:"fingerprint_sha256"`
	}
	// ConnectionCandidate is connection.candidate_set, .candidate_promoted or .candidate_deleted: a configuration that is tried beside the live one.
	ConnectionCandidate struct {
		Connection
		Change  string             `json:"-"` // set, promoted, deleted
		Changed wire.Array[string] `json:"changed"`
	}
	// ConnectionReplacement is connection.replacement_approved or _withdrawn: the people of another connection move to this one.
	ConnectionReplacement struct {
		Connection
		Replaces   *id.Connection `json:"replaces_connection_id"`
		ApprovedBy id.User        `json:"approved_by_user_id,omitempty"`
	}
	// ConnectionRolledBack is connection.rolled_back: what counted before counts again.
	ConnectionRolledBack struct {
		Connection
		Changed wire.Array[string] `json:"changed"`
	}
)

func (ConnectionCreated) Type() string            { return "connection.created" }
func (ConnectionUpdated) Type() string            { return "connection.updated" }
func (ConnectionActivated) Type() string          { return "connection.activated" }
func (ConnectionDeactivated) Type() string        { return "connection.deactivated" }
func (ConnectionDeleted) Type() string            { return "connection.deleted" }
func (ConnectionCertificateAdded) Type() string   { return "connection.certificate_added" }
func (ConnectionCertificateRemoved) Type() string { return "connection.certificate_removed" }
func (ConnectionCertificateRenewalRequired) Type() string {
	return "connection.saml_certificate_renewal_required"
}
func (ConnectionCertificateRenewed) Type() string { return "connection.saml_certificate_renewed" }
func (ConnectionMetadataFailed) Type() string     { return "connection.metadata_failed" }
func (e ConnectionKey) Type() string              { return "connection.key_" + e.Change }
func (e ConnectionCandidate) Type() string        { return "connection.candidate_" + e.Change }
func (ConnectionRolledBack) Type() string         { return "connection.rolled_back" }

// Type says whether it was approved or taken back.
func (e ConnectionReplacement) Type() string {
	if e.Replaces == nil {
		return "connection.replacement_withdrawn"
	}
	return "connection.replacement_approved"
}

func (e ConnectionReplacement) Data() any                { return e }
func (e ConnectionCreated) Data() any                    { return e }
func (e ConnectionUpdated) Data() any                    { return e }
func (e ConnectionActivated) Data() any                  { return e }
func (e ConnectionDeactivated) Data() any                { return e }
func (e ConnectionDeleted) Data() any                    { return e }
func (e ConnectionCertificateAdded) Data() any           { return e }
func (e ConnectionCertificateRemoved) Data() any         { return e }
func (e ConnectionCertificateRenewalRequired) Data() any { return e }
func (e ConnectionCertificateRenewed) Data() any         { return e }
func (e ConnectionMetadataFailed) Data() any             { return e }
func (e ConnectionKey) Data() any                        { return e }
func (e ConnectionCandidate) Data() any                  { return e }
func (e ConnectionRolledBack) Data() any                 { return e }
