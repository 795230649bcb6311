package gallery

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
	"gatehouse/web/hosted"
)

var methods = []hosted.Method{
	{Kind: hosted.MethodPasskey, URL: "/login/passkey"},
	{Kind: hosted.MethodSSO, URL: "/login/sso"},
	{Kind: hosted.MethodGoogle, URL: "/login/google"},
	{Kind: hosted.MethodMicrosoft, URL: "/login/microsoft"},
}

var signIn = []Entry{
	{"hosted-identifier", func(s Setting) templ.Component { return identifier(s) }},
	{"hosted-identifier-plain", func(s Setting) templ.Component {
		return hosted.IdentifierPage{Frame: plain(s), Action: "/login", PasswordField: true, SignUpURL: "/login/signup"}
	}},
	{"hosted-identifier-error", func(s Setting) templ.Component {
		p := identifier(s)
		p.Email = "ines@"
		p.Problems = []hosted.Problem{{Field: hosted.FieldEmail, Code: hosted.ProblemEmailInvalid}}
		return p
	}},
	{"hosted-identifier-last-used", func(s Setting) templ.Component {
		p := identifier(s)
		p.Methods = []hosted.Method{methods[0], {Kind: hosted.MethodGoogle, URL: "/login/google", LastUsed: true}, methods[3], {Kind: hosted.MethodProvider, Provider: "Kestrel ID", URL: "/login/kestrel"}}
		return p
	}},
	{"hosted-identifier-email-last-used", func(s Setting) templ.Component {
		p := identifier(s)
		p.EmailLastUsed, p.Email = true, ines.Email
		return p
	}},
	{"hosted-identifier-form-expired", func(s Setting) templ.Component {
		p := identifier(s)
		p.Problems = []hosted.Problem{{Code: hosted.ProblemFormExpired}}
		return p
	}},
	{"hosted-password", func(s Setting) templ.Component { return password(s, true) }},
	{"hosted-password-plain", func(s Setting) templ.Component {
		return hosted.PasswordPage{Frame: plain(s), Action: "/login/password", Email: long.Email, ChangeURL: "/login"}
	}},
	{"hosted-password-mismatch", func(s Setting) templ.Component {
		return password(s, true, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMismatch})
	}},
	{"hosted-password-mismatch-no-reset", func(s Setting) templ.Component {
		return password(s, false, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMismatch})
	}},
	{"hosted-password-missing", func(s Setting) templ.Component {
		return password(s, true, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordMissing})
	}},
	{"hosted-password-too-many", func(s Setting) templ.Component {
		return password(s, true, hosted.Problem{Code: hosted.ProblemTooManyTries, Args: i18n.Wait(4 * time.Second)})
	}},
	{"hosted-continue", func(s Setting) templ.Component {
		return hosted.ContinuePage{Frame: branded(s), Action: "/login/continue", Person: ines, SwitchURL: "/login?prompt=login"}
	}},
	{"hosted-redirect", func(s Setting) templ.Component {
		return hosted.RedirectPage{Frame: branded(s), To: "Okta", URL: "https://haldenmarine.okta.example/sso"}
	}},
	{"hosted-redirect-other", func(s Setting) templ.Component {
		return hosted.RedirectPage{Frame: branded(s), To: "Okta", URL: "https://haldenmarine.okta.example/sso", OtherURL: "/login/password"}
	}},
	{"hosted-redirect-form", func(s Setting) templ.Component {
		return hosted.RedirectPage{Frame: branded(s), To: "Okta", Action: "https://haldenmarine.okta.example/sso", Fields: map[string]string{"SAMLRequest": "PHNhbWxwOkF1dGhuUmVxdWVzdA==", "RelayState": "opaque"}}
	}},
	{"hosted-sso", func(s Setting) templ.Component {
		return hosted.SSOPage{Frame: plain(s), Action: "/login/sso", OtherURL: "/login"}
	}},
	{"hosted-sso-none", func(s Setting) templ.Component {
		return hosted.SSOPage{Frame: plain(s), Action: "/login/sso", Email: ines.Email, OtherURL: "/login",
			Problems: []hosted.Problem{{Field: hosted.FieldEmail, Code: hosted.ProblemNoSSO, Args: i18n.Args{"domain": "haldenmarine.example"}}}}
	}},
	{"hosted-sso-choose", func(s Setting) templ.Component {
		return hosted.ConnectionsPage{Frame: branded(s), Email: ines.Email, ChangeURL: "/login", OtherURL: "/login/password",
			Connections: []hosted.Link{{Label: "Halden Marine Okta", URL: "/login/sso/a"}, {Label: "Halden Shipyard Entra ID", URL: "/login/sso/b"}}}
	}},
	{"hosted-sso-other-person", func(s Setting) templ.Component {
		return hosted.OtherPersonPage{Frame: branded(s), Action: "/login/sso/finish", StayAction: "/login/sso/finish/stay", Now: ines.Email, Then: "mara@nordby.example"}
	}},
	{"hosted-sso-other-person-long", func(s Setting) templ.Component {
		return hosted.OtherPersonPage{Frame: plain(s), Action: "/login/sso/finish", StayAction: "/login/sso/finish/stay", Now: long.Email, Then: long.Email}
	}},
}

func identifier(s Setting) hosted.IdentifierPage {
	return hosted.IdentifierPage{
		Frame: branded(s), Action: "/login", OrganizationName: "Halden Marine", Placeholder: "you@haldenmarine.example",
		PasswordField: true, Methods: methods, SignUpURL: "/login/signup",
	}
}

func password(s Setting, reset bool, problems ...hosted.Problem) hosted.PasswordPage {
	p := hosted.PasswordPage{
		Frame: branded(s), Action: "/login/password", Email: ines.Email, ChangeURL: "/login",
		Methods: []hosted.Method{{Kind: hosted.MethodCode, URL: "/login/code"}}, Problems: problems,
	}
	if reset {
		p.ForgotURL = "/login/password/forgot"
	}
	return p
}
