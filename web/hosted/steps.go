package hosted

import (
	"time"

	"github.com/a-h/templ"
)

// CodePage asks for the six digits that were mailed: /login/code and
// /login/verify-email. It looks the same whether or not the address has an
// account.
type CodePage struct {
	Frame
	Action       string
	Email        string
	ChangeURL    string // "" where the address is settled
	ResendAction string // POST sends another code
	Purpose      CodePurpose
	Methods      []Method
	Problems     []Problem
	Resent       bool // another code is on its way
}

// CodePurpose chooses the page's words.
type CodePurpose string

// The purposes.
const (
	CodeSignIn CodePurpose = "sign_in"
	CodeVerify CodePurpose = "verify"
)

// SendCodePage offers to mail a code. Nothing is mailed by looking at it.
type SendCodePage struct {
	Frame
	Action    string
	Email     string
	ChangeURL string
	Problems  []Problem
}

// LinkPage is behind the button of a mail. Looking at it uses nothing up:
// scanners look at every link.
type LinkPage struct {
	Frame
	Action string
	Email  string
	Same   bool // this browser asked for the mail

	Device  string // which browser asked, where it was another one
	Address string // and from where; "" where nobody knows
}

// ForgotPage mails a link to a new password. Its answer is the same whether or
// not the address has an account.
type ForgotPage struct {
	Frame
	Action   string
	Email    string
	BackURL  string
	Sent     bool
	Problems []Problem
}

// ResetPage is behind that link.
type ResetPage struct {
	Frame
	Action    string
	Email     string
	MinLength int
	Strength  Strength
	Problems  []Problem
}

// SecondStep is one of a person's second steps.
type SecondStep struct {
	Kind  SecondKind
	Name  string
	Added time.Time
	URL   string
}

// SecondKind is what sort of second step it is; pages choose words by it.
type SecondKind string

// The kinds.
const (
	SecondApp      SecondKind = "totp"
	SecondPasskey  SecondKind = "webauthn"
	SecondSMS      SecondKind = "sms"
	SecondRecovery SecondKind = "recovery"
)

// SecondStepPage asks for a code of an authenticator app, a telephone or the
// recovery codes.
type SecondStepPage struct {
	Frame
	SwitchURL string // sign in as somebody else
	Action    string
	Kind      SecondKind
	Person    Person
	Device    string       // name of the app or the telephone's number
	Left      int          // recovery codes
	Resend    string       // POST sends another SMS
	Others    []SecondStep // other ways
	Problems  []Problem
}

// PasskeyPage asks for a passkey: as first step, or as second.
type PasskeyPage struct {
	Frame
	SwitchURL string // sign in as somebody else
	Action    string // POST of what the authenticator says
	Ceremony  string
	Options   string // JSON for the script
	Second    bool
	Person    Person // Second: whose
	Others    []SecondStep
	BackURL   string // first step: another way
	Problems  []Problem
}

// EnrollPage asks which second step to set up.
type EnrollPage struct {
	Frame
	SwitchURL        string // sign in as somebody else
	Person           Person
	OrganizationName string // that asks for it; "" chosen freely
	Choices          []SecondStep
}

// EnrollAppPage sets up an authenticator app.
type EnrollAppPage struct {
	Frame
	Action   string
	Square   templ.Component // the secret as a square (ui.QR)
	Key      string          // the secret in letters
	BackURL  string
	Problems []Problem
}

// EnrollPhonePage sets up a telephone: first its number, then the code.
type EnrollPhonePage struct {
	Frame
	Action   string
	Number   string // masked, once a code is on its way
	BackURL  string
	Problems []Problem
}

// EnrollPasskeyPage sets up a passkey or security key.
type EnrollPasskeyPage struct {
	Frame
	Action   string
	Ceremony string
	Options  string
	BackURL  string
	Problems []Problem
}

// RecoveryCodesPage shows ten recovery codes, once.
type RecoveryCodesPage struct {
	Frame
	Action   string
	Codes    []string // nil: they were shown before
	Problems []Problem
}

// NotMePage is behind "This wasn't me" of a notice.
type NotMePage struct {
	Frame
	Action string
	Email  string
	Done   bool
}
