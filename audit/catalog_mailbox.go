package audit

import "gatehouse/internal/wire"

// Codes and links by mail, and what they proved.

type (
	// MagicAuthCreated is magic_auth.created: a sign-in code was made.
	MagicAuthCreated struct{ MagicAuth wire.MagicAuth }
	// EmailVerificationCreated is email_verification.created: a code that proves an address was made.
	EmailVerificationCreated struct{ EmailVerification wire.EmailVerification }
	// PasswordResetCreated is password_reset.created: a link to a new password was made.
	PasswordResetCreated struct{ PasswordReset wire.PasswordReset }
	// PasswordResetSucceeded is password_reset.succeeded: a link led to a new password.
	PasswordResetSucceeded struct{ PasswordReset wire.PasswordReset }
	// EmailChangeRequested is user.email_change_requested: an account is to have another address.
	EmailChangeRequested struct{ EmailChange wire.EmailChange }
	// AccountDisowned is user.disowned: the mailbox's owner said that what was done with the account was not they.
	AccountDisowned struct {
		User     wire.User `json:"user"`
		Reverted bool      `json:"email_reverted"`
	}
	// AccountClaimed is user.claimed: the mailbox's owner proved an address that somebody had used unproven; what that one had set up is gone.
	AccountClaimed struct {
		User wire.User `json:"user"`
	}
	// AuthenticationMagicAuth is authentication.magic_auth_succeeded or _failed: a sign-in by a code.
	AuthenticationMagicAuth struct{ Authentication }
	// AuthenticationEmailVerification is authentication.email_verification_succeeded or _failed: a code proved an address, or not.
	AuthenticationEmailVerification struct{ Authentication }
)

func (MagicAuthCreated) Type() string         { return "magic_auth.created" }
func (EmailVerificationCreated) Type() string { return "email_verification.created" }
func (PasswordResetCreated) Type() string     { return "password_reset.created" }
func (PasswordResetSucceeded) Type() string   { return "password_reset.succeeded" }
func (EmailChangeRequested) Type() string     { return "user.email_change_requested" }
func (AccountDisowned) Type() string          { return "user.disowned" }
func (AccountClaimed) Type() string           { return "user.claimed" }

func (e AuthenticationMagicAuth) Type() string { return e.typeOf("magic_auth") }
func (e AuthenticationEmailVerification) Type() string {
	return e.typeOf("email_verification")
}

func (e MagicAuthCreated) Targets() []Target {
	return []Target{{"user", string(e.MagicAuth.UserID), e.MagicAuth.Email}}
}
func (e EmailVerificationCreated) Targets() []Target {
	return []Target{{"user", string(e.EmailVerification.UserID), e.EmailVerification.Email}}
}
func (e PasswordResetCreated) Targets() []Target {
	return []Target{{"user", string(e.PasswordReset.UserID), e.PasswordReset.Email}}
}
func (e PasswordResetSucceeded) Targets() []Target {
	return []Target{{"user", string(e.PasswordReset.UserID), e.PasswordReset.Email}}
}
func (e EmailChangeRequested) Targets() []Target {
	return []Target{{"user", string(e.EmailChange.User.ID), e.EmailChange.User.Email}}
}
func (e AccountDisowned) Targets() []Target {
	return []Target{{"user", string(e.User.ID), e.User.Email}}
}
func (e AccountClaimed) Targets() []Target {
	return []Target{{"user", string(e.User.ID), e.User.Email}}
}
func (e AuthenticationMagicAuth) Targets() []Target         { return e.targets() }
func (e AuthenticationEmailVerification) Targets() []Target { return e.targets() }

func (e MagicAuthCreated) Data() any                { return e.MagicAuth }
func (e EmailVerificationCreated) Data() any        { return e.EmailVerification }
func (e PasswordResetCreated) Data() any            { return e.PasswordReset }
func (e PasswordResetSucceeded) Data() any          { return e.PasswordReset }
func (e EmailChangeRequested) Data() any            { return e.EmailChange }
func (e AccountDisowned) Data() any                 { return e }
func (e AccountClaimed) Data() any                  { return e.User }
func (e AuthenticationMagicAuth) Data() any         { return e.Authentication }
func (e AuthenticationEmailVerification) Data() any { return e.Authentication }
