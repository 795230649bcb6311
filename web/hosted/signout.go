package hosted

// SignedOutPage says that it is done: /login/signed-out.
type SignedOutPage struct {
	Frame
	SignInURL string // "" hides the button
}

// SignOutConfirmPage asks before a link from elsewhere signs a person out: a
// GET changes nothing, the POST does.
type SignOutConfirmPage struct {
	Frame
	Action    string
	Person    Person
	CancelURL string // "" hides it
}
