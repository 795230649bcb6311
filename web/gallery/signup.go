package gallery

import (
	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
	"gatehouse/web/hosted"
)

var signUp = []Entry{
	{"hosted-signup", func(s Setting) templ.Component {
		return hosted.SignUpPage{Frame: branded(s), Action: "/login/signup", SignInURL: "/login", Methods: methods[2:]}
	}},
	{"hosted-signup-errors", func(s Setting) templ.Component {
		return hosted.SignUpPage{Frame: branded(s), Action: "/login/signup", SignInURL: "/login", Email: "ines", FirstName: "Ines",
			Problems: []hosted.Problem{
				{Field: hosted.FieldEmail, Code: hosted.ProblemEmailInvalid},
				{Field: hosted.FieldLastName, Code: hosted.ProblemLastNameMissing},
			}}
	}},
	{"hosted-signup-taken", func(s Setting) templ.Component {
		return hosted.SignUpPage{Frame: branded(s), Action: "/login/signup", SignInURL: "/login", Email: ines.Email, FirstName: "Ines", LastName: "Halvorsen",
			Problems: []hosted.Problem{{Field: hosted.FieldEmail, Code: hosted.ProblemEmailTaken}}}
	}},
	{"hosted-signup-details", func(s Setting) templ.Component { return details(s, hosted.Strength{}) }},
	{"hosted-signup-details-plain", func(s Setting) templ.Component {
		p := details(s, hosted.Strength{})
		p.Frame, p.Email = plain(s), long.Email
		return p
	}},
	{"hosted-signup-details-short", func(s Setting) templ.Component {
		return details(s, hosted.Strength{Level: hosted.StrengthWeak, Characters: 5},
			hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordTooShort, Args: i18n.Args{"min": 8}})
	}},
	{"hosted-signup-details-leaked", func(s Setting) templ.Component {
		return details(s, hosted.Strength{Level: hosted.StrengthFair, Characters: 11},
			hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordLeaked})
	}},
	{"hosted-signup-details-good", func(s Setting) templ.Component {
		return details(s, hosted.Strength{Level: hosted.StrengthGood, Characters: 14, Checked: true})
	}},
	{"hosted-setup", func(s Setting) templ.Component {
		return hosted.SetupPage{Frame: plain(s), Action: "/setup", MinLength: 8}
	}},
	{"hosted-setup-errors", func(s Setting) templ.Component {
		return hosted.SetupPage{Frame: plain(s), Action: "/setup", Email: "priya@", MinLength: 8, Problems: []hosted.Problem{
			{Field: hosted.FieldEmail, Code: hosted.ProblemEmailInvalid},
			{Field: hosted.FieldFirstName, Code: hosted.ProblemFirstNameMissing},
			{Field: hosted.FieldLastName, Code: hosted.ProblemLastNameMissing},
			{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordCommon},
		}}
	}},
}

func details(s Setting, strength hosted.Strength, problems ...hosted.Problem) hosted.SignUpDetailsPage {
	return hosted.SignUpDetailsPage{
		Frame: branded(s), Action: "/login/signup/details", Email: ines.Email, ChangeURL: "/login/signup",
		MinLength: 8, Strength: strength, Problems: problems,
	}
}
