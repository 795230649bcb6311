package gallery

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
	"gatehouse/web/hosted"
	"gatehouse/web/ui"
)

const (
	company64 = "Nordfriesische Schiffsausrüstungs- und Bergungsgesellschaft mbH."
	passkey64 = "Titanschlüssel am Bund im Werkzeugschrank, zweites Deck backbord"
	agent     = "Firefox, Linux"
)

var account = []Entry{
	{"account-profile", func(s Setting) templ.Component {
		return hosted.ProfilePage{AccountHead: accountHead(s, ines, ""), Action: "/account", FirstName: "Ines", LastName: "Halvorsen", ChangeEmailURL: "/account/email",
			LastSignIn: noon.Add(-4 * time.Minute)}
	}},
	{"account-profile-operator", func(s Setting) templ.Component {
		p := hosted.ProfilePage{AccountHead: accountHead(s, long, hosted.SaidSaved), Action: "/account", Locale: "de", ChangeEmailURL: "/account/email"}
		p.Links = []hosted.Link{{Label: p.Lang.T("account.dashboard"), URL: "/admin"}}
		return p
	}},
	{"account-profile-error", func(s Setting) templ.Component {
		return hosted.ProfilePage{AccountHead: accountHead(s, ines, ""), Action: "/account", FirstName: strings.Repeat("Ines ", 24), LastName: strings.Repeat("Halvorsen ", 12), ChangeEmailURL: "/account/email",
			Problems: []hosted.Problem{
				{Field: hosted.FieldFirstName, Code: hosted.ProblemNameTooLong, Args: i18n.Args{"max": 100}},
				{Field: hosted.FieldLastName, Code: hosted.ProblemNameTooLong, Args: i18n.Args{"max": 100}},
			}}
	}},
	{"account-security", func(s Setting) templ.Component {
		p := security(s, hosted.SaidAdded)
		p.PasswordSet, p.SecondStep, p.CodesLeft, p.AddPhoneURL = true, true, 8, "/account/security/phones/new"
		p.Passkeys = []hosted.Holding{keyOf("Work laptop", 1), keyOf("iPhone", 2)}
		p.Identities = []hosted.Holding{{Provider: "Google", Name: "ines.halvorsen@gmail.example", Added: days(40), LastUsed: days(3), RemoveURL: "/r"}}
		p.Seconds = []hosted.Holding{{Kind: hosted.SecondApp, Name: "Pixel 9", Added: days(200), LastUsed: noon.Add(-3 * time.Hour), RemoveURL: "/r"},
			{Kind: hosted.SecondSMS, Name: "+••••••••421", Added: days(400), RemoveURL: "/r"}}
		p.Connect = []hosted.Method{{Kind: hosted.MethodMicrosoft, Provider: "Microsoft", URL: "/c"}}
		return p
	}},
	{"account-security-empty", func(s Setting) templ.Component { return security(s, "") }},
	{"account-security-locked", func(s Setting) templ.Component {
		p := security(s, "")
		p.PasswordURL, p.SecondStep, p.CodesLeft = "", true, 0
		p.Passkeys = []hosted.Holding{keyOf("Work laptop", 1)}
		p.Passkeys[0].Lock = hosted.Lock{Locked: true}
		p.Seconds = []hosted.Holding{{Kind: hosted.SecondApp, Added: days(2), RemoveURL: "/r", Lock: hosted.Lock{Locked: true, Organization: company64}}}
		return p
	}},
	{"account-security-many", func(s Setting) templ.Component {
		p := security(s, "")
		p.PasswordSet, p.SecondStep, p.CodesLeft = true, true, 1
		for i := range 24 {
			p.Passkeys = append(p.Passkeys, keyOf("Security key", i))
		}
		p.Passkeys[0].Name, p.Passkeys[1].Name = passkey64, strings.Repeat("w", 64)
		p.Passkeys[2].Cloned = true
		return p
	}},
	{"account-sessions", func(s Setting) templ.Component {
		p := hosted.SessionsPage{AccountHead: accountHead(s, ines, ""), Here: browserRow(agent, "192.0.2.17", "Fieldnote"), EndOthersURL: "/account/sessions/others"}
		p.Here.Seen = noon
		p.Others = []hosted.BrowserRow{browserRow("Safari, iPhone", "2001:db8:2c1f:8a00:51c4:77ff:fe3e:902d", "Fieldnote", company64), browserRow("Chrome, Windows", "198.51.100.20")}
		return p
	}},
	{"account-sessions-only", func(s Setting) templ.Component {
		return hosted.SessionsPage{AccountHead: accountHead(s, ines, hosted.SaidOthers), Here: browserRow(agent, "192.0.2.17")}
	}},
	{"account-apps", func(s Setting) templ.Component {
		return hosted.AppsPage{AccountHead: accountHead(s, ines, ""), Apps: []hosted.AppRow{
			{Name: "Fieldnote", Since: days(120), LastUsed: noon.Add(-20 * time.Second), Sessions: 3, URL: "/d"},
			{Name: company64, Since: days(2), LastUsed: days(1), Sessions: 1, URL: "/d"}}}
	}},
	{"account-apps-empty", func(s Setting) templ.Component { return hosted.AppsPage{AccountHead: accountHead(s, ines, "")} }},
	{"account-email", func(s Setting) templ.Component {
		return hosted.ChangeEmailPage{Frame: branded(s), Action: "/account/email", Current: long.Email, BackURL: "/account"}
	}},
	{"account-email-error", func(s Setting) templ.Component {
		return hosted.ChangeEmailPage{Frame: branded(s), Action: "/account/email", Current: ines.Email, Email: ines.Email, BackURL: "/account",
			Problems: []hosted.Problem{{Field: hosted.FieldEmail, Code: "email_change_not_needed"}}}
	}},
	{"account-email-code", func(s Setting) templ.Component {
		return hosted.CodePage{Frame: branded(s), Action: "/account/email/confirm", Email: "ines@haldenmarine.example", ChangeURL: "/account/email", Purpose: hosted.CodeVerify}
	}},
	{"account-password", func(s Setting) templ.Component {
		return hosted.NewPasswordPage{Frame: branded(s), Action: "/account/security/password", Email: ines.Email, Change: true, MinLength: 8, BackURL: "/account/security"}
	}},
	{"account-password-weak", func(s Setting) templ.Component {
		return hosted.NewPasswordPage{Frame: plain(s), Action: "/account/security/password", Email: ines.Email, MinLength: 8, BackURL: "/account/security",
			Strength: hosted.Strength{Level: hosted.StrengthWeak, Characters: 8}, Problems: []hosted.Problem{{Field: hosted.FieldPassword, Code: hosted.ProblemPasswordCommon}}}
	}},
	{"account-authenticator-name", func(s Setting) templ.Component {
		return hosted.NamePage{Frame: branded(s), Action: "/account/security/authenticators/new", BackURL: "/account/security"}
	}},
	{"account-authenticator", func(s Setting) templ.Component {
		p := hosted.EnrollAppPage{Frame: branded(s), Action: "/account/security/authenticators/1", Key: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", BackURL: "/account/security"}
		p.Square = ui.QR("otpauth://totp/Fieldnote:ines?secret="+p.Key, p.Lang.T("enroll.app.square"))
		return p
	}},
	{"account-passkey", func(s Setting) templ.Component {
		return hosted.EnrollPasskeyPage{Frame: branded(s), Action: "/account/security/passkeys/new", Ceremony: "1", Options: "{}", BackURL: "/account/security"}
	}},
	{"account-passkey-rename", func(s Setting) templ.Component {
		return hosted.NamePage{Frame: branded(s), Rename: true, Action: "/account/security/passkeys/1/rename", Name: passkey64, BackURL: "/account/security"}
	}},
	{"account-codes", func(s Setting) templ.Component {
		return hosted.RecoveryCodesPage{Frame: branded(s), Action: "/account/security/recovery-codes/saved", Codes: []string{"k3yq-7bnd-x2wm-4tha", "p6rs-2vfc-jq5z-n7le", "a2bc-3def-4ghi-5jkl", "m6no-7pqr-2stu-3vwx", "y4za-5bcd-6efg-7hij", "k2lm-3nop-4qrs-5tuv", "w6xy-7zab-2cde-3fgh", "i4jk-5lmn-6opq-7rst", "u2vw-3xyz-4abc-5def", "g6hi-7jkl-2mno-3pqr"}}
	}},
	{"account-fresh", func(s Setting) templ.Component {
		return hosted.FreshPage{Frame: branded(s), Person: ines, URL: "/account/security/password"}
	}},
	question("account-ask-passkey", hosted.AskRemovePasskey, i18n.Args{"name": passkey64}),
	question("account-ask-app-last", hosted.AskRemoveApp, i18n.Args{"name": "Pixel 9", "last": "yes"}),
	question("account-ask-phone", hosted.AskRemovePhone, i18n.Args{"name": "+••••••••421", "last": "no"}),
	question("account-ask-social", hosted.AskRemoveSocial, i18n.Args{"name": "Google"}),
	question("account-ask-connect", hosted.AskAddSocial, i18n.Args{"name": "Google"}),
	question("account-ask-codes", hosted.AskNewCodes, i18n.Args{"count": 8}),
	question("account-ask-others", hosted.AskEndOthers, i18n.Args{"browsers": 2, "apps": 1}),
	question("account-ask-disconnect", hosted.AskDisconnect, i18n.Args{"name": company64, "count": 3}),
	{"account-ask-locked", func(s Setting) templ.Component {
		p := asking(s, hosted.AskRemoveApp, i18n.Args{"name": "Pixel 9", "last": "yes"})
		p.Problems = []hosted.Problem{{Code: "factor_required", Sentence: p.LockWords(hosted.Lock{Locked: true, Organization: "Halden Marine"})}}
		return p
	}},
}

func accountHead(s Setting, who hosted.Person, said string) hosted.AccountHead {
	return hosted.AccountHead{Frame: branded(s), Person: who, SignOutAction: "/logout", Said: said, Now: noon}
}

func security(s Setting, said string) hosted.SecurityPage {
	return hosted.SecurityPage{AccountHead: accountHead(s, ines, said), PasswordURL: "/account/security/password", AddPasskeyURL: "/account/security/passkeys/new",
		AddAppURL: "/account/security/authenticators/new", CodesURL: "/account/security/recovery-codes"}
}

func days(n int) time.Time { return noon.AddDate(0, 0, -n) }

func keyOf(name string, age int) hosted.Holding {
	return hosted.Holding{Kind: hosted.SecondPasskey, Name: name, Added: days(30 * age), LastUsed: days(age), RenameURL: "/n", RemoveURL: "/r"}
}

func browserRow(device, ip string, apps ...string) hosted.BrowserRow {
	return hosted.BrowserRow{Device: device, IP: ip, Started: days(6), Seen: noon.Add(-90 * time.Minute), Apps: apps, Action: "/account/sessions/1/end"}
}

func question(name string, kind hosted.Question, args i18n.Args) Entry {
	return Entry{name, func(s Setting) templ.Component { return asking(s, kind, args) }}
}

func asking(s Setting, kind hosted.Question, args i18n.Args) hosted.QuestionPage {
	return hosted.QuestionPage{Frame: branded(s), Kind: kind, Args: args, Action: "/account/ask", BackURL: "/account/security", Safe: kind == hosted.AskNewCodes}
}
