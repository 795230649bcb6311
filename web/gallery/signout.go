package gallery

import (
	"github.com/a-h/templ"

	"gatehouse/web/hosted"
)

var signOut = []Entry{
	{"hosted-signed-out", func(s Setting) templ.Component {
		return hosted.SignedOutPage{Frame: branded(s), SignInURL: "/login"}
	}},
	{"hosted-sign-out-confirm", func(s Setting) templ.Component {
		return hosted.SignOutConfirmPage{Frame: branded(s), Action: "/logout", Person: ines, CancelURL: "/account"}
	}},
}
