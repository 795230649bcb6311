package hosted

// IdentifierPage asks who is there: /login.
type IdentifierPage struct {
	Frame
	Action           string
	Email            string
	OrganizationName string // set when the sign-in is into one organization
	Placeholder      string // an address as the organization's look, when its domain is known
	Fixed            bool   // the address is the invited one
	PasswordField    bool   // hidden one, so that password managers can fill both at once
	EmailLastUsed    bool
	Passkey          Passkey // suggested in the field, where the browser can
	Methods          []Method
	SignUpURL        string // "" hides the link
	Problems         []Problem
}

// Passkey is a question to the browser's authenticators; the zero value is none.
type Passkey struct {
	Action   string // POST of the answer
	Ceremony string
	Options  string // JSON
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

// RedirectPage sends the browser on to a provider, at once and with a button:
// to URL, or by a form that it posts to Action.
type RedirectPage struct {
	Frame
	To       string // name of where it goes
	URL      string
	Action   string
	Fields   map[string]string
	OtherURL string // another way to sign in; "" hides it
}

// SSOPage asks for the address whose domain leads to a company's sign-in:
// /login/sso.
type SSOPage struct {
	Frame
	Action   string
	Email    string
	OtherURL string
	Problems []Problem
}

// ConnectionsPage asks which of a company's several sign-ins it is.
type ConnectionsPage struct {
	Frame
	Email       string // "" hides the chip
	ChangeURL   string
	Connections []Link
	OtherURL    string
}

// OtherPersonPage asks before a company's sign-in puts another person in the
// place of the one who is signed in: /login/sso/finish. Looking at it changes
// nothing.
type OtherPersonPage struct {
	Frame
	Action     string
	StayAction string
	Now        string // the address of who is signed in
	Then       string // and of who would be
}

// Person is who is signed in or signing in.
type Person struct {
	Name  string // "" shows the address alone
	Email string
}
