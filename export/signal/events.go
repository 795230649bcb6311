package signal

import (
	"slices"
	"strings"

	"gatehouse/audit"
)

// The kinds of events that are sent, by the URIs that name them.
const (
	SessionRevoked   = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
	CredentialChange = "https://schemas.openid.net/secevent/caep/event-type/credential-change"
	AccountDisabled  = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
	AccountEnabled   = "https://schemas.openid.net/secevent/risc/event-type/account-enabled"
	AccountPurged    = "https://schemas.openid.net/secevent/risc/event-type/account-purged"

	// Verification is the framework's own: the receiver asked for it (SSF 1.0 §8.1.4.1).
	Verification = "https://schemas.openid.net/secevent/ssf/event-type/verification"
)

// Supported are the events that a stream can have, the framework's own aside.
func Supported() []string {
	return []string{SessionRevoked, CredentialChange, AccountDisabled, AccountEnabled, AccountPurged}
}

// VerificationRequested is the type of the entry that a receiver's request for
// a verification event makes.
var VerificationRequested = audit.SignalVerificationRequested{}.Type()

// entries are the audit log's types that each event comes from.
var entries = map[string][]string{
	SessionRevoked:   {"session.revoked"},
	CredentialChange: {"user.password_changed", "authentication_factor.verified", "authentication_factor.deleted", "passkey.created", "passkey.deleted"},
	AccountDisabled:  {"user.banned", "organization_membership.updated", "organization_membership.deleted"},
	AccountEnabled:   {"user.unbanned", "organization_membership.updated"},
	AccountPurged:    {"user.deleted"},
}

// Types are the audit log's types that a stream of these events has to read.
func Types(events []string) []string {
	types := []string{VerificationRequested}
	for _, e := range events {
		types = append(types, entries[e]...)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// caep is what every event of CAEP can say (CAEP 1.0 §2).
type caep struct {
	Timestamp int64  `json:"event_timestamp"`
	Initiator string `json:"initiating_entity,omitempty"` // admin, user, policy or system
}

// credentialChange is CAEP 1.0 §3.3.
type credentialChange struct {
	caep
	Credential string `json:"credential_type"`
	Change     string `json:"change_type"` // create, revoke, update or delete
	Name       string `json:"friendly_name,omitempty"`
}

// verification is SSF 1.0 §8.1.4.1.
type verification struct {
	State string `json:"state,omitempty"`
}

type nothing struct{} // RISC's account events say all by their name and subject

// TypesOf are the types that a stream of the requested events has to read, in
// order. Events that nobody knows are read of nothing.
func TypesOf(requested string) []string { return Types(delivered(strings.Fields(requested))) }
