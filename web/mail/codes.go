package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// Letters that prove a mailbox.
type (
	// SignInCode signs its reader in: by the code where they asked for it, or
	// by the button in the same browser.
	SignInCode struct {
		Code, URL string
		Lifetime  time.Duration
		Device    string // who asked, as a person says it; empty: unknown
	}
	// VerifyEmail proves a new account's address.
	VerifyEmail struct {
		Code, URL string
		Lifetime  time.Duration
	}
	// AccountExists answers a sign-up with an address that has an account: its
	// code signs in instead.
	AccountExists struct {
		Email, Code, URL string
		Lifetime         time.Duration
	}
	// PasswordReset leads to a new password.
	PasswordReset struct {
		Email, URL string
		Lifetime   time.Duration
	}
	// EmailChange proves the address that an account is to have.
	EmailChange struct {
		Code, NewEmail string
		Lifetime       time.Duration
	}
)

func (SignInCode) Kind() string    { return "sign_in_code" }
func (VerifyEmail) Kind() string   { return "verify_email" }
func (AccountExists) Kind() string { return "account_exists" }
func (PasswordReset) Kind() string { return "password_reset" }
func (EmailChange) Kind() string   { return "email_change" }

// code is what all letters with a code have.
func (f Frame) code(code string, lifetime time.Duration) body {
	args := f.args(i18n.Args{"code": spaced(code), "minutes": minutes(lifetime)})
	return body{
		subject: f.Lang.T("mail.code.subject", args), preheader: f.Lang.T("mail.code.preheader", args), code: code,
		ignore: f.Lang.Rich("mail.code.ignore", args),
	}
}

func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

func (l SignInCode) body(f Frame) body {
	b := f.code(l.Code, l.Lifetime)
	b.heading = f.Lang.T("mail.sign_in_code.heading", f.args(nil))
	b.text = f.Lang.Rich("mail.sign_in_code.text", f.args(i18n.Args{"minutes": minutes(l.Lifetime), "button": known(l.URL)}))
	if l.URL != "" {
		b.button = link{f.Lang.T("mail.sign_in_code.button", f.args(nil)), l.URL}
	}
	if l.Device != "" {
		b.facts = []fact{{f.Lang.T("mail.fact.device"), l.Device}}
	}
	return b
}

func (l VerifyEmail) body(f Frame) body {
	b := f.code(l.Code, l.Lifetime)
	b.heading = f.Lang.T("mail.verify_email.heading", f.args(nil))
	b.text = f.Lang.Rich("mail.verify_email.text", f.args(i18n.Args{"minutes": minutes(l.Lifetime), "button": known(l.URL)}))
	if l.URL != "" {
		b.button = link{f.Lang.T("mail.verify_email.button", f.args(nil)), l.URL}
	}
	return b
}

func (l AccountExists) body(f Frame) body {
	b := f.code(l.Code, l.Lifetime)
	args := f.args(i18n.Args{"email": l.Email, "minutes": minutes(l.Lifetime)})
	b.heading = f.Lang.T("mail.account_exists.heading", args)
	b.text = f.Lang.Rich("mail.account_exists.text", args)
	if l.URL != "" {
		b.button = link{f.Lang.T("mail.sign_in_code.button", args), l.URL}
	}
	return b
}

func (l PasswordReset) body(f Frame) body {
	args := f.args(i18n.Args{"email": l.Email, "minutes": minutes(l.Lifetime)})
	return body{
		subject: f.Lang.T("mail.password_reset.subject", args), heading: f.Lang.T("mail.password_reset.heading", args),
		text:   f.Lang.Rich("mail.password_reset.text", args),
		button: link{f.Lang.T("mail.password_reset.button", args), l.URL}, ignore: f.Lang.Rich("mail.password_reset.ignore", args),
	}
}

func (l EmailChange) body(f Frame) body {
	b := f.code(l.Code, l.Lifetime)
	args := f.args(i18n.Args{"email": l.NewEmail, "minutes": minutes(l.Lifetime)})
	b.heading, b.text = f.Lang.T("mail.email_change.heading", args), f.Lang.Rich("mail.email_change.text", args)
	return b
}
