package hosted

import "time"

// InvitationPage is behind the link of an invitation: /invite/{token}. Looking
// at it uses nothing up.
type InvitationPage struct {
	Frame
	Action       string // POST of FieldWith
	Inviter      string // "" nobody in particular
	InviterEmail string
	Organization string // "" to the application as such
	Role         string
	Email        string // whom it is for
	Expires      time.Time
	Person       Person // who is signed in; the zero value is nobody
	Mine         bool   // and that is the one whom it is for
	SignUp       bool   // a new account may be made with a password
}

// The values of FieldWith.
const (
	WithSession = "session" // the browser's, which is the invited person's
	WithSignIn  = "sign-in"
	WithSignUp  = "sign-up"
	WithSwitch  = "switch" // another account than the browser's
)

func (p InvitationPage) by() string { return yes(p.Inviter != "") }
func (p InvitationPage) to() string { return yes(p.Organization != "") }
