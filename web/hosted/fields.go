package hosted

// The names under which forms post what was typed.
const (
	FieldEmail            = "email"
	FieldPassword         = "password"
	FieldFirstName        = "first_name"
	FieldLastName         = "last_name"
	FieldOrganization     = "organization_id"   // the one picked
	FieldOrganizationName = "organization_name" // the new one's
	FieldSkip             = "skip"              // in no organization
	FieldWith             = "with"              // how an invitation is accepted
	FieldSearch           = "q"                 // GET: filter of the picker
	FieldFlow             = "flow"
	FieldCSRF             = "csrf_token"
	FieldLanguage         = "ui_locales" // GET: links of the language switcher
	FieldCode             = "code"       // one-time or recovery
	FieldCeremony         = "ceremony"   // of a passkey
	FieldCredential       = "credential" // JSON of what the authenticator said
	FieldName             = "name"       // of a passkey or a device
	FieldPhone            = "phone"
	FieldSaved            = "saved"  // recovery codes were
	FieldCodes            = "codes"  // recovery codes that the page shows
	FieldLocale           = "locale" // a language tag
	FieldPuzzle           = "puzzle"
	FieldPuzzleAnswer     = "puzzle_answer"
	FieldUserCode         = "user_code" // of a device (RFC 8628)
	FieldDecision         = "decision"
)

// Codes of problems that a form of this package can have words for. A code is
// looked up as "problem.<code>" in the catalogue; the codes of other packages'
// problems work the same way.
const (
	ProblemEmailMissing        = "email_missing"
	ProblemEmailInvalid        = "email_invalid"
	ProblemEmailTaken          = "email_taken"
	ProblemPasswordMissing     = "password_missing"
	ProblemPasswordMismatch    = "password_mismatch"  // never says which of the two is wrong
	ProblemPasswordTooShort    = "password_too_short" // Args: min
	ProblemPasswordTooLong     = "password_too_long"  // Args: max
	ProblemPasswordCommon      = "password_common"
	ProblemPasswordLeaked      = "password_leaked"
	ProblemPasswordContext     = "password_context" // holds the name, the email or the product
	ProblemPasswordPredictable = "password_too_predictable"
	ProblemPasswordUnreadable  = "password_invalid_characters"
	ProblemTooManyTries        = "too_many_tries" // Args: of i18n.Wait
	ProblemFirstNameMissing    = "first_name_missing"
	ProblemLastNameMissing     = "last_name_missing"
	ProblemNameTooLong         = "name_too_long" // Args: max
	ProblemNameMissing         = "name_missing"  // of an organization
	ProblemNameTaken           = "name_taken"
	ProblemSignUpOff           = "sign_up_off"
	ProblemOrganizationGone    = "organization_gone"
	ProblemFormExpired         = "form_expired"
	ProblemCodeMissing         = "code_missing"
	ProblemPhoneInvalid        = "phone_invalid"
	ProblemNotSaved            = "not_saved"
	ProblemTryOrCode           = "too_many_tries_or_code" // Args: of i18n.Wait; the page adds whether there are codes
	ProblemPuzzle              = "puzzle_asked"
	ProblemUserCodeMissing     = "user_code_missing"
	ProblemUserCodeInvalid     = "user_code_invalid"
	ProblemNoSSO               = "no_sso" // Args: domain
)
