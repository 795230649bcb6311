package wire

import (
	"time"

	"gatehouse/internal/id"
)

// AuthenticationSettings are what the deployment lets people do by themselves,
// and which mails the server sends. An organization's policy can only narrow
// them.
type AuthenticationSettings struct {
	// Password, MagicAuth and Passkey are first steps of every sign-in; each
	// social provider is switched by itself.
	Password  bool `json:"password"`
	MagicAuth bool `json:"magic_auth"`
	Passkey   bool `json:"passkey"`
	// SMS lets people enrol a telephone as a second step. It is the weakest, so
	// it is off.
	SMS bool `json:"sms"`

	SignUp              bool `json:"sign_up"`              // people make their own accounts
	CreateOrganizations bool `json:"create_organizations"` // and their own organizations
	VerifyEmails        bool `json:"verify_emails"`        // nobody gets in by an address that they have not proven

	// Mails that the API's endpoints cause. Off: the application sends them
	// itself, with the code and address from the answer.
	SendMagicAuth         bool `json:"send_magic_auth"`
	SendEmailVerification bool `json:"send_email_verification"`
	SendPasswordReset     bool `json:"send_password_reset"`
	SendInvitation        bool `json:"send_invitation"`
}

// OrganizationPolicy is what an organization asks of those who sign in to it.
// Its zero value asks nothing beyond what the deployment asks.
type OrganizationPolicy struct {
	AllowedMethods         Array[string] `json:"allowed_authentication_methods"` // empty: all that the deployment has
	SSORequired            bool          `json:"sso_required"`
	SSORequiredFrom        *Timestamp    `json:"sso_required_from,omitempty"` // not yet, and from then on
	MFARequired            bool          `json:"mfa_required"`
	MFAFactors             []string      `json:"mfa_factors,omitempty"` // totp, webauthn, sms; empty: any but sms
	SessionLifetimeSeconds *int64        `json:"session_lifetime_seconds,omitempty"`
	SessionIdleSeconds     *int64        `json:"session_idle_seconds,omitempty"`
	IPAllowList            []string      `json:"ip_allow_list,omitempty"` // CIDRs; empty: from everywhere
	JITFromVerifiedDomains bool          `json:"jit_from_verified_domains"`
	BreakGlassUsers        []id.User     `json:"break_glass_user_ids,omitempty"` // exempt from sso_required and ip_allow_list
}

// AsOf is what the policy asks at now: a date that has come is none.
func (p OrganizationPolicy) AsOf(now time.Time) OrganizationPolicy {
	if p.SSORequired || p.SSORequiredFrom != nil && !now.Before(p.SSORequiredFrom.Time) {
		p.SSORequired, p.SSORequiredFrom = true, nil
	}
	return p
}
