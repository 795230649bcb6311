package hosted

// SignUpPage asks for address and name: /login/signup.
type SignUpPage struct {
	Frame
	Action    string
	Email     string
	Fixed     bool // the address is the invited one
	FirstName string
	LastName  string
	Methods   []Method
	SignInURL string
	Problems  []Problem
}

// SignUpDetailsPage asks for the new password: /login/signup/details.
type SignUpDetailsPage struct {
	Frame
	Action    string
	Email     string
	ChangeURL string
	MinLength int
	Strength  Strength
	Problems  []Problem
}

// SetupPage makes the first operator, from the one-time link of a first start.
type SetupPage struct {
	Frame
	Action    string
	Email     string
	FirstName string
	LastName  string
	MinLength int
	Strength  Strength
	Problems  []Problem
}

// Strength is what the server thinks of the password that was just sent, told
// in one sentence. The zero value says nothing.
type Strength struct {
	Level      StrengthLevel
	Characters int
	Checked    bool // looked up in the list of leaked passwords, and not there
}

// StrengthLevel is how hard a password is to guess.
type StrengthLevel string

// The levels.
const (
	StrengthWeak   StrengthLevel = "weak"
	StrengthFair   StrengthLevel = "fair"
	StrengthGood   StrengthLevel = "good"
	StrengthStrong StrengthLevel = "strong"
)
