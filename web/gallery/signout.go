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
	{"hosted-account", func(s Setting) templ.Component {
		return hosted.AccountPage{Frame: branded(s), Person: ines, OrganizationName: "Halden Marine", SignOutAction: "/logout"}
	}},
	{"hosted-account-operator", func(s Setting) templ.Component {
		return hosted.AccountPage{Frame: plain(s), Person: long, SignOutAction: "/logout", Links: []hosted.Link{{Label: "Dashboard", URL: "/admin"}}}
	}},
}
