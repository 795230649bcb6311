package hosted

import "time"

// IdentifierPage asks who is there: /login.
type IdentifierPage struct {
	Frame
	Action           string
	Email            string
	OrganizationName string // set when the sign-in is into one organization
	Placeholder      string // an address as the organization's look, when its domain is known
	PasswordField    bool   // hidden one, so that password managers can fill both at once
	EmailLastUsed    bool
	Methods          []Method
	SignUpURL        string // "" hides the link
	Problems         []Problem
}

// PasswordPage asks for the password: /login/password. It looks the same
// whether or not the address has an account.
type PasswordPage struct {
	Frame
	Action    string
	Email     string
	ChangeURL string
	ForgotURL string // "" hides every mention of a reset
	Methods   []Method
	Problems  []Problem
}

// ContinuePage meets a person who is signed in already.
type ContinuePage struct {
	Frame
	Action    string // POST goes on as this person
	Person    Person
	SwitchURL string // GET starts over with another account
}

// RedirectPage sends the browser on to a provider, at once and with a button.
type RedirectPage struct {
	Frame
	To  string // name of where it goes
	URL string
}

// Person is who is signed in or signing in.
type Person struct {
	ID    string // colours the avatar; may be ""
	Name  string // "" shows the address alone
	Email string
}

// OrganizationPickerPage asks where to go: /login/organizations. Rows post
// FieldOrganization; most recently used first is the caller's order.
type OrganizationPickerPage struct {
	Frame
	Action        string
	Person        Person
	SearchURL     string // GET with FieldSearch filters the list
	Search        string
	Total         int // organizations the person has, before the search
	Organizations []OrganizationRow
	CreateURL     string // "" hides the link
	SwitchURL     string // to another account; "" hides the link
	Now           time.Time
	Problems      []Problem
}

// SearchFrom is the number of organizations from which there is a search field.
const SearchFrom = 8

// OrganizationRow is one organization that the person may choose.
type OrganizationRow struct {
	ID        string
	Name      string
	LogoURL   string
	Role      string    // its name, "" if unknown
	LastUsed  time.Time // zero if never
	Locked    LockReason
	InvitedBy string // set on a pending invitation
	Invited   bool
}

// LockReason is what an organization asks before it lets the person in.
type LockReason string

// The reasons.
const (
	LockedSSO     LockReason = "sso"
	LockedMFA     LockReason = "mfa"
	LockedAddress LockReason = "address" // not from this network
)

// CreateOrganizationPage starts an organization: /login/organizations/new.
type CreateOrganizationPage struct {
	Frame
	Action   string
	Name     string
	BackURL  string
	Problems []Problem
}
