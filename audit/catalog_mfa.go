package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Second steps and passkeys.

type (
	// FactorCreated is authentication_factor.created: somebody began to enrol a second step.
	FactorCreated struct{ Factor wire.Factor }
	// FactorVerified is authentication_factor.verified: a second step is asked for from now on.
	FactorVerified struct{ Factor wire.Factor }
	// FactorDeleted is authentication_factor.deleted: a second step is gone.
	FactorDeleted struct{ Factor wire.Factor }
	// PasskeyCreated is passkey.created: a person can sign in by a passkey.
	PasskeyCreated struct{ Passkey wire.Passkey }
	// PasskeyRenamed is passkey.updated: a passkey has another name.
	PasskeyRenamed struct{ Passkey wire.Passkey }
	// PasskeyDeleted is passkey.deleted: a passkey is gone.
	PasskeyDeleted struct{ Passkey wire.Passkey }
	// PasskeyCloned is passkey.clone_suspected: its counter went back, so there may be two of it.
	PasskeyCloned struct{ Passkey wire.Passkey }
	// RecoveryCodesCreated is recovery_codes.created: ten new codes, and the old ones are dead.
	RecoveryCodesCreated struct {
		User id.User `json:"user_id"`
	}
	// AuthenticationMFA is authentication.mfa_succeeded or _failed: a second step was taken, or not.
	AuthenticationMFA struct{ Authentication }
	// AuthenticationPasskey is authentication.passkey_succeeded or _failed: a sign-in by a passkey.
	AuthenticationPasskey struct{ Authentication }
)

func (FactorCreated) Type() string           { return "authentication_factor.created" }
func (FactorVerified) Type() string          { return "authentication_factor.verified" }
func (FactorDeleted) Type() string           { return "authentication_factor.deleted" }
func (PasskeyCreated) Type() string          { return "passkey.created" }
func (PasskeyRenamed) Type() string          { return "passkey.updated" }
func (PasskeyDeleted) Type() string          { return "passkey.deleted" }
func (PasskeyCloned) Type() string           { return "passkey.clone_suspected" }
func (RecoveryCodesCreated) Type() string    { return "recovery_codes.created" }
func (e AuthenticationMFA) Type() string     { return e.typeOf("mfa") }
func (e AuthenticationPasskey) Type() string { return e.typeOf("passkey") }

func factorTargets(f wire.Factor) []Target {
	t := []Target{{"authentication_factor", string(f.ID), string(f.Type)}}
	if f.UserID != nil {
		t = append(t, Target{Type: "user", ID: string(*f.UserID)})
	}
	return t
}

func passkeyTargets(p wire.Passkey) []Target {
	return []Target{{"passkey", string(p.ID), p.Name}, {Type: "user", ID: string(p.UserID)}}
}

func (e FactorCreated) Targets() []Target  { return factorTargets(e.Factor) }
func (e FactorVerified) Targets() []Target { return factorTargets(e.Factor) }
func (e FactorDeleted) Targets() []Target  { return factorTargets(e.Factor) }
func (e PasskeyCreated) Targets() []Target { return passkeyTargets(e.Passkey) }
func (e PasskeyRenamed) Targets() []Target { return passkeyTargets(e.Passkey) }
func (e PasskeyDeleted) Targets() []Target { return passkeyTargets(e.Passkey) }
func (e PasskeyCloned) Targets() []Target  { return passkeyTargets(e.Passkey) }
func (e RecoveryCodesCreated) Targets() []Target {
	return []Target{{Type: "user", ID: string(e.User)}}
}
func (e AuthenticationMFA) Targets() []Target     { return e.targets() }
func (e AuthenticationPasskey) Targets() []Target { return e.targets() }

func (e FactorCreated) Data() any         { return e.Factor }
func (e FactorVerified) Data() any        { return e.Factor }
func (e FactorDeleted) Data() any         { return e.Factor }
func (e PasskeyCreated) Data() any        { return e.Passkey }
func (e PasskeyRenamed) Data() any        { return e.Passkey }
func (e PasskeyDeleted) Data() any        { return e.Passkey }
func (e PasskeyCloned) Data() any         { return e.Passkey }
func (e RecoveryCodesCreated) Data() any  { return e }
func (e AuthenticationMFA) Data() any     { return e.Authentication }
func (e AuthenticationPasskey) Data() any { return e.Authentication }
