package hosted

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
)

// AccountHead is what stands around each part of a person's own pages.
type AccountHead struct {
	Frame
	Person        Person
	SignOutAction string // POST
	Said          string // what was just done; words by AccountSaid…
	Now           time.Time
}

// AccountSection is one of a person's own pages.
type AccountSection string

// The sections, and their pages.
const (
	AccountProfile  AccountSection = "profile"
	AccountSecurity AccountSection = "security"
	AccountSessions AccountSection = "sessions"
	AccountApps     AccountSection = "apps"
)

// ProfilePage is who a person is: /account.
type ProfilePage struct {
	AccountHead
	Action         string
	FirstName      string
	LastName       string
	Locale         string // of the person; "" follows their browser
	ChangeEmailURL string
	LastSignIn     time.Time // zero if unknown
	Links          []Link    // further places, the dashboard for operators
	Problems       []Problem
}

// Lock is why something cannot be removed.
type Lock struct {
	Organization string // whose policy asks for it; else it is the last way to sign in
	Locked       bool
}

// Holding is one thing that a person proves themselves with.
type Holding struct {
	Kind      SecondKind
	Provider  string // of an account elsewhere
	Name      string
	Added     time.Time
	LastUsed  time.Time // zero if never
	Cloned    bool      // there may be two of this passkey
	RenameURL string
	RemoveURL string
	Lock      Lock
}

// SecurityPage is how a person proves who they are: /account/security.
type SecurityPage struct {
	AccountHead
	PasswordURL   string // "" where the deployment takes no passwords
	PasswordSet   bool
	Passkeys      []Holding
	AddPasskeyURL string
	Identities    []Holding // accounts at providers
	Connect       []Method  // providers that can be added
	Seconds       []Holding // authenticator apps and telephones
	AddAppURL     string
	AddPhoneURL   string // "" where the deployment sends no text messages
	CodesURL      string
	CodesLeft     int
	SecondStep    bool // there is one, so recovery codes are worth something
}

// BrowserRow is one browser in which a person is signed in.
type BrowserRow struct {
	Device  string
	IP      string
	Started time.Time
	Seen    time.Time
	Apps    []string // names of the applications below it
	Action  string   // POST signs out there
}

// SessionsPage is where a person is signed in: /account/sessions.
type SessionsPage struct {
	AccountHead
	Here         BrowserRow
	Others       []BrowserRow
	EndOthersURL string
}

// AppRow is one application that a person is signed in to.
type AppRow struct {
	Name     string
	Since    time.Time
	LastUsed time.Time
	Sessions int
	URL      string // asks before it disconnects
}

// AppsPage is what a person's account is used for: /account/apps.
type AppsPage struct {
	AccountHead
	Apps []AppRow
}

// QuestionPage asks before something is taken away.
type QuestionPage struct {
	Frame
	Kind     Question
	Args     i18n.Args
	Action   string
	BackURL  string
	Safe     bool // nothing is lost that does not come back
	Problems []Problem
}

// Question is what is asked.
type Question string

// The questions.
const (
	AskRemovePasskey Question = "passkey"
	AskRemoveApp     Question = "totp"
	AskRemovePhone   Question = "sms"
	AskRemoveSocial  Question = "social"
	AskAddSocial     Question = "connect"
	AskNewCodes      Question = "codes"
	AskEndOthers     Question = "others"
	AskDisconnect    Question = "disconnect"
)

// ChangeEmailPage asks for the new address.
type ChangeEmailPage struct {
	Frame
	Action   string
	Current  string
	Email    string
	BackURL  string
	Problems []Problem
}

// NewPasswordPage sets or changes a person's password.
type NewPasswordPage struct {
	Frame
	Action    string
	Email     string
	Change    bool // there is one already
	MinLength int
	Strength  Strength
	BackURL   string
	Problems  []Problem
}

// NamePage names a device: a new authenticator app, or a passkey anew.
type NamePage struct {
	Frame
	Rename   bool
	Action   string
	Name     string
	BackURL  string
	Problems []Problem
}

// FreshPage says that a change needs a sign-in of the last minutes.
type FreshPage struct {
	Frame
	Person Person
	URL    string // the page to go on with, which asks for the sign-in
}

// What pages can say was done.
const (
	SaidSaved        = "saved"
	SaidEmail        = "email"
	SaidPassword     = "password"
	SaidAdded        = "added"
	SaidRenamed      = "renamed"
	SaidRemoved      = "removed"
	SaidEnded        = "ended"
	SaidOthers       = "others_ended"
	SaidDisconnected = "disconnected"
)

var said = map[string]bool{SaidSaved: true, SaidEmail: true, SaidPassword: true, SaidAdded: true, SaidRenamed: true,
	SaidRemoved: true, SaidEnded: true, SaidOthers: true, SaidDisconnected: true}

// Known reports whether s is something that pages can say.
func Known(s string) bool { return said[s] }

var _ = []templ.Component{ProfilePage{}, SecurityPage{}, SessionsPage{}, AppsPage{}, QuestionPage{}, ChangeEmailPage{}, NewPasswordPage{}, NamePage{}, FreshPage{}}
