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

// AccountPage is where a person lands who signed in to nothing in particular.
type AccountPage struct {
	Frame
	Person           Person
	OrganizationName string
	SignOutAction    string // POST
	Links            []Link // further places, the dashboard for operators
}
