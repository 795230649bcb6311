package gallery

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
	"gatehouse/web/hosted"
	"gatehouse/web/ui"
)

var (
	app     = hosted.SecondStep{Kind: hosted.SecondApp, Name: "Ines’s phone", Added: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), URL: "/login/mfa/totp"}
	key     = hosted.SecondStep{Kind: hosted.SecondPasskey, Name: "Work laptop", Added: time.Date(2026, 5, 11, 0, 0, 0, 0, time.UTC), URL: "/login/mfa/passkey"}
	phone   = hosted.SecondStep{Kind: hosted.SecondSMS, Name: "•••• 42", URL: "/login/mfa/sms"}
	reserve = hosted.SecondStep{Kind: hosted.SecondRecovery, URL: "/login/mfa/recovery"}
)

// sums are recovery codes as they look; nobody has them.
var sums = []string{"aaaa-bbbb-cccc-dddd", "eeee-ffff-gggg-hhhh", "iiii-jjjj-kkkk-llll", "mmmm-nnnn-oooo-pppp", "qqqq-rrrr-ssss-tttt",
	"uuuu-vvvv-wwww-xxxx", "yyyy-zzzz-2222-3333", "4444-5555-6666-7777", "abcd-efgh-ijkl-mnop", "qrst-uvwx-yz23-4567"}

const options = `{"challenge":"Z2FsbGVyeQ","rpId":"gatehouse.example","userVerification":"required"}`

func at(field, code string) hosted.Problem { return hosted.Problem{Field: field, Code: code} }

var steps = []Entry{
	{"hosted-password-puzzle", func(s Setting) templ.Component { return guarded(s, nil) }},
	{"hosted-password-puzzle-asked", func(s Setting) templ.Component { return guarded(s, nil, at("", hosted.ProblemPuzzle)) }},
	{"hosted-password-puzzle-failed", func(s Setting) templ.Component { return guarded(s, nil, at("", "challenge_failed")) }},
	{"hosted-password-puzzle-expired", func(s Setting) templ.Component { return guarded(s, nil, at("", "challenge_expired")) }},
	{"hosted-password-widget", func(s Setting) templ.Component {
		return guarded(s, &hosted.Widget{Script: "https://challenges.example/api.js", Class: "cf-turnstile", SiteKey: "0x4AAA"})
	}},
	{"hosted-password-wait-or-code", func(s Setting) templ.Component {
		return password(s, true, hosted.Problem{Field: hosted.FieldPassword, Code: hosted.ProblemTryOrCode, Args: i18n.Wait(2 * time.Minute)})
	}},
	{"hosted-password-code-last-used", func(s Setting) templ.Component {
		p := password(s, true)
		p.Methods[0].LastUsed = true
		return p
	}},
	{"hosted-code", func(s Setting) templ.Component { return code(s, hosted.CodeSignIn) }},
	{"hosted-code-resent", func(s Setting) templ.Component {
		p := code(s, hosted.CodeSignIn)
		p.Resent = true
		return p
	}},
	{"hosted-code-missing", func(s Setting) templ.Component {
		return code(s, hosted.CodeSignIn, at(hosted.FieldCode, hosted.ProblemCodeMissing))
	}},
	{"hosted-code-wrong", func(s Setting) templ.Component {
		return code(s, hosted.CodeSignIn, at(hosted.FieldCode, "invalid_one_time_code"))
	}},
	{"hosted-code-used", func(s Setting) templ.Component {
		return code(s, hosted.CodeSignIn, at(hosted.FieldCode, "one_time_code_previously_used"))
	}},
	{"hosted-code-expired", func(s Setting) templ.Component {
		return code(s, hosted.CodeSignIn, at(hosted.FieldCode, "one_time_code_expired"))
	}},
	{"hosted-code-too-many", func(s Setting) templ.Component {
		return code(s, hosted.CodeSignIn, at(hosted.FieldCode, "one_time_code_too_many_attempts"))
	}},
	{"hosted-code-too-many-mails", func(s Setting) templ.Component {
		return code(s, hosted.CodeSignIn, hosted.Problem{Code: "too_many_mails", Args: i18n.Wait(40 * time.Second)})
	}},
	{"hosted-code-send", func(s Setting) templ.Component {
		return hosted.SendCodePage{Frame: branded(s), Action: "/login/code/send", Email: ines.Email, ChangeURL: "/login"}
	}},
	{"hosted-verify-email", func(s Setting) templ.Component { return code(s, hosted.CodeVerify) }},
	{"hosted-link", func(s Setting) templ.Component {
		return hosted.LinkPage{Frame: branded(s), Action: "/login/link/token", Email: ines.Email, Same: true}
	}},
	{"hosted-link-elsewhere", func(s Setting) templ.Component {
		return hosted.LinkPage{Frame: plain(s), Email: ines.Email, Device: "Firefox on Windows", Address: "192.0.2.17"}
	}},
	{"hosted-link-elsewhere-unknown", func(s Setting) templ.Component { return hosted.LinkPage{Frame: plain(s), Email: ines.Email} }},
	{"hosted-forgot", func(s Setting) templ.Component { return forgot(s, "") }},
	{"hosted-forgot-error", func(s Setting) templ.Component {
		p := forgot(s, "ines@")
		p.Problems = []hosted.Problem{at(hosted.FieldEmail, hosted.ProblemEmailInvalid)}
		return p
	}},
	{"hosted-forgot-sent", func(s Setting) templ.Component {
		p := forgot(s, long.Email)
		p.Sent = true
		return p
	}},
	{"hosted-reset", func(s Setting) templ.Component { return reset(s) }},
	{"hosted-reset-leaked", func(s Setting) templ.Component {
		return reset(s, at(hosted.FieldPassword, hosted.ProblemPasswordLeaked))
	}},
	{"hosted-passkey", func(s Setting) templ.Component { return passkey(s) }},
	{"hosted-passkey-refused", func(s Setting) templ.Component { return passkey(s, at("", "passkey_not_accepted")) }},
	{"hosted-not-me", func(s Setting) templ.Component {
		return hosted.NotMePage{Frame: plain(s), Action: "/login/not-me/token", Email: ines.Email}
	}},
	{"hosted-not-me-done", func(s Setting) templ.Component {
		return hosted.NotMePage{Frame: plain(s), Email: ines.Email, Done: true}
	}},
}

var seconds = []Entry{
	{"hosted-second-totp", func(s Setting) templ.Component { return second(s, app, key, reserve) }},
	{"hosted-second-totp-wrong", func(s Setting) templ.Component {
		p := second(s, app, key, reserve)
		p.Problems = []hosted.Problem{at(hosted.FieldCode, "invalid_one_time_code")}
		return p
	}},
	{"hosted-second-totp-wait", func(s Setting) templ.Component {
		p := second(s, app, reserve)
		p.Problems = []hosted.Problem{{Field: hosted.FieldCode, Code: hosted.ProblemTooManyTries, Args: i18n.Wait(30 * time.Second)}}
		return p
	}},
	{"hosted-second-totp-puzzle", func(s Setting) templ.Component {
		p := second(s, app, reserve)
		p.Puzzle = puzzled()
		return p
	}},
	{"hosted-second-sms", func(s Setting) templ.Component {
		p := second(s, phone, app)
		p.Resend = "/login/mfa/sms/send"
		return p
	}},
	{"hosted-second-recovery", func(s Setting) templ.Component { return second(s, reserve, app) }},
	{"hosted-second-passkey", func(s Setting) templ.Component {
		return hosted.PasskeyPage{Frame: branded(s), Action: "/login/mfa/passkey", Ceremony: "ceremony", Options: options, Second: true, Person: ines, Others: []hosted.SecondStep{app, reserve}}
	}},
	{"hosted-enroll", func(s Setting) templ.Component {
		return hosted.EnrollPage{Frame: branded(s), Person: ines, OrganizationName: "Halden Marine", Choices: []hosted.SecondStep{key, app, phone}}
	}},
	{"hosted-enroll-chosen", func(s Setting) templ.Component {
		return hosted.EnrollPage{Frame: plain(s), Person: long, Choices: []hosted.SecondStep{key, app}}
	}},
	{"hosted-enroll-totp", func(s Setting) templ.Component { return enrollApp(s) }},
	{"hosted-enroll-totp-wrong", func(s Setting) templ.Component {
		return enrollApp(s, at(hosted.FieldCode, "invalid_one_time_code"))
	}},
	{"hosted-enroll-sms", func(s Setting) templ.Component { return enrollPhone(s, "") }},
	{"hosted-enroll-sms-error", func(s Setting) templ.Component {
		return enrollPhone(s, "", at(hosted.FieldPhone, hosted.ProblemPhoneInvalid))
	}},
	{"hosted-enroll-sms-code", func(s Setting) templ.Component { return enrollPhone(s, "•••• 42") }},
	{"hosted-enroll-passkey", func(s Setting) templ.Component {
		return hosted.EnrollPasskeyPage{Frame: branded(s), Action: "/login/mfa/enroll/passkey", Ceremony: "ceremony", Options: options, BackURL: "/login/mfa/enroll"}
	}},
	{"hosted-recovery-codes", func(s Setting) templ.Component {
		return hosted.RecoveryCodesPage{Frame: branded(s), Action: "/login/mfa/recovery-codes", Codes: sums}
	}},
	{"hosted-recovery-codes-not-saved", func(s Setting) templ.Component {
		return hosted.RecoveryCodesPage{Frame: branded(s), Action: "/login/mfa/recovery-codes", Codes: sums, Problems: []hosted.Problem{at(hosted.FieldSaved, hosted.ProblemNotSaved)}}
	}},
	{"hosted-recovery-codes-shown", func(s Setting) templ.Component {
		return hosted.RecoveryCodesPage{Frame: branded(s), Action: "/login/mfa/recovery-codes"}
	}},
}

func puzzled() *hosted.Puzzle { return &hosted.Puzzle{Text: "1.1768478400.17.gallery.mac", Bits: 17} }

func guarded(s Setting, widget *hosted.Widget, problems ...hosted.Problem) hosted.PasswordPage {
	p := password(s, true, problems...)
	p.Puzzle = puzzled()
	if widget != nil {
		p.Puzzle.Bits, p.Puzzle.Widget = 0, widget
	}
	return p
}

func code(s Setting, why hosted.CodePurpose, problems ...hosted.Problem) hosted.CodePage {
	return hosted.CodePage{Frame: branded(s), Action: "/login/code", Email: ines.Email, ChangeURL: "/login", ResendAction: "/login/code/send", Purpose: why, Problems: problems}
}

func forgot(s Setting, email string) hosted.ForgotPage {
	return hosted.ForgotPage{Frame: branded(s), Action: "/login/password/forgot", BackURL: "/login/password", Email: email}
}

func reset(s Setting, problems ...hosted.Problem) hosted.ResetPage {
	return hosted.ResetPage{Frame: plain(s), Action: "/login/password/reset/token", Email: ines.Email, MinLength: 8, Problems: problems}
}

func passkey(s Setting, problems ...hosted.Problem) hosted.PasskeyPage {
	return hosted.PasskeyPage{Frame: branded(s), Action: "/login/passkey", Ceremony: "ceremony", Options: options, BackURL: "/login", Problems: problems}
}

func second(s Setting, by hosted.SecondStep, others ...hosted.SecondStep) hosted.SecondStepPage {
	return hosted.SecondStepPage{Frame: branded(s), Action: by.URL, Kind: by.Kind, Person: ines, Device: by.Name, Left: 7, Others: others}
}

func enrollApp(s Setting, problems ...hosted.Problem) hosted.EnrollAppPage {
	return hosted.EnrollAppPage{Frame: branded(s), Action: "/login/mfa/enroll/totp", Key: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", BackURL: "/login/mfa/enroll",
		Square: ui.QR("otpauth://totp/Fieldnote:ines@haldenmarine.example?secret=JBSWY3DPEHPK3PXP&issuer=Fieldnote", s.Lang.T("enroll.app.square")), Problems: problems}
}

func enrollPhone(s Setting, number string, problems ...hosted.Problem) hosted.EnrollPhonePage {
	return hosted.EnrollPhonePage{Frame: branded(s), Action: "/login/mfa/enroll/sms", Number: number, BackURL: "/login/mfa/enroll", Problems: problems}
}
