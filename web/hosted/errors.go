package hosted

import "gatehouse/internal/i18n"

// ErrorPage is every dead end: /login/error.
type ErrorPage struct {
	Frame
	Kind      ErrorKind
	Args      i18n.Args // values in the words of Kind
	Code      string    // a problem's code: its words take the place of Kind's paragraph
	Sentence  string    // shown where the catalogue has no words for Code
	Primary   Link      // "" hides it; a Link without Label is worded "Back to sign-in"
	Secondary Link
	Reference string // GH-XXXX-XXXX, found again in the audit log; "" hides it
}

// ErrorKind is what went wrong, in the person's terms. The words are the
// messages "error.<kind>.title", ".text" and ".who".
type ErrorKind string

// The kinds. The zero value is ErrorInternal.
const (
	ErrorInternal         ErrorKind = "internal"
	ErrorNotFound         ErrorKind = "not_found"
	ErrorExpired          ErrorKind = "expired"     // the attempt or its cookie is gone
	ErrorLinkUsed         ErrorKind = "link_used"   // a one-time link, used or past its time
	ErrorBadRequest       ErrorKind = "bad_request" // the application sent something we cannot read
	ErrorRedirect         ErrorKind = "redirect"    // the application's return address is not registered
	ErrorUnknownApp       ErrorKind = "unknown_app" // no such client
	ErrorCrossSite        ErrorKind = "cross_site"  // a form from another site, or cookies are off
	ErrorForbidden        ErrorKind = "forbidden"   // signed in, not allowed
	ErrorNotMember        ErrorKind = "not_member"  // Args: organization
	ErrorBlocked          ErrorKind = "blocked"     // banned or deactivated
	ErrorSignUpOff        ErrorKind = "sign_up_off"
	ErrorTooMany          ErrorKind = "too_many" // Args: of i18n.Wait
	ErrorTooLarge         ErrorKind = "too_large"
	ErrorAddressRefused   ErrorKind = "ip_not_allowed" // Args: organization
	ErrorSSORequired      ErrorKind = "sso_required"
	ErrorMethodRefused    ErrorKind = "method_refused"
	ErrorProviderDown     ErrorKind = "provider_down" // Args of these: provider, and whether it is known
	ErrorProviderDenied   ErrorKind = "provider_denied"
	ErrorProviderFailed   ErrorKind = "provider_failed"
	ErrorProviderOff      ErrorKind = "provider_off"
	ErrorProviderNoEmail  ErrorKind = "provider_no_email"
	ErrorProviderOperator ErrorKind = "provider_operator"
	ErrorProviderTaken    ErrorKind = "provider_taken"
	ErrorSSOFailed        ErrorKind = "sso_failed" // Args of these: provider
	ErrorSSORefused       ErrorKind = "sso_refused"
	ErrorSSODown          ErrorKind = "sso_down"
	ErrorSSOOff           ErrorKind = "sso_off"
	ErrorSSOUnsolicited   ErrorKind = "sso_unsolicited"
	ErrorSSODomain        ErrorKind = "sso_domain"
	ErrorSSONoEmail       ErrorKind = "sso_no_email"
	ErrorSSONotMember     ErrorKind = "sso_not_member"
	ErrorSSODeactivated   ErrorKind = "sso_deactivated"
	ErrorSSODirectory     ErrorKind = "sso_directory"
	ErrorSSOUnassigned    ErrorKind = "sso_unassigned"
	ErrorSSOConflict      ErrorKind = "sso_conflict"
	ErrorSSOLoop          ErrorKind = "sso_loop"
	ErrorDevice           ErrorKind = "device_not_entered" // a device's page in a browser that did not enter its code
	ErrorInvitation       ErrorKind = "invitation"         // used, revoked, run out, replaced, or never was
	ErrorInvitedOther     ErrorKind = "invitation_other"   // Args: invited, person
)

// BusyPage answers while the server is full (503): nothing was lost.
type BusyPage struct {
	Frame
	RetryURL     string
	RetrySeconds int
	Reference    string
}
