package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// Seen is from where something was done.
type Seen struct {
	Device string // browser and system, as a person says it
	IP     string
	At     time.Time
}

// Notices tell a person what was done with their account, with a way to say
// that it was not they (DisownURL).
type (
	// NewDevice tells of a sign-in from a browser that was not seen before.
	NewDevice struct {
		Seen
		DisownURL string
	}
	// PasswordChanged tells of a new password.
	PasswordChanged struct {
		Seen
		DisownURL string
	}
	// EmailChanged tells the old address that the account has another one.
	EmailChanged struct {
		Seen
		NewEmail, DisownURL string
	}
	// FactorAdded tells of a new second step or passkey.
	FactorAdded struct {
		Seen
		What      Factor
		DisownURL string
	}
	// FactorRemoved tells of a second step or passkey that is gone.
	FactorRemoved struct {
		Seen
		What      Factor
		DisownURL string
	}
	// RecoveryCodeUsed tells how many recovery codes are left.
	RecoveryCodeUsed struct {
		Seen
		Left      int
		DisownURL string
	}
)

// Factor is what was added or removed; messages choose their words by it.
type Factor string

// The factors.
const (
	FactorApp     Factor = "totp"
	FactorPasskey Factor = "passkey"
	FactorSMS     Factor = "sms"
	FactorSocial  Factor = "social"

	FactorRecovery Factor = "recovery" // recovery codes, made anew
)

func (NewDevice) Kind() string        { return "new_device" }
func (PasswordChanged) Kind() string  { return "password_changed" }
func (EmailChanged) Kind() string     { return "email_changed" }
func (FactorAdded) Kind() string      { return "factor_added" }
func (FactorRemoved) Kind() string    { return "factor_removed" }
func (RecoveryCodeUsed) Kind() string { return "recovery_code_used" }

// notice is what all notices have: subject and heading are one sentence.
func (f Frame) notice(heading string, text []i18n.Part, s Seen, disownURL string) body {
	b := body{subject: heading, heading: heading, text: text, ignore: f.Lang.Rich("mail.notice.expected")}
	for _, x := range []fact{{f.Lang.T("mail.fact.device"), s.Device}, {f.Lang.T("mail.fact.address"), s.IP}} {
		if x.value != "" {
			b.facts = append(b.facts, x)
		}
	}
	b.facts = append(b.facts, fact{f.Lang.T("mail.fact.time"), f.Lang.Moment(s.At)})
	if disownURL != "" {
		b.disown = link{f.Lang.T("mail.notice.disown"), disownURL}
	}
	return b
}

func (l NewDevice) body(f Frame) body {
	return f.notice(f.Lang.T("mail.new_device.heading", f.args(nil)), f.Lang.Rich("mail.new_device.text", f.args(nil)), l.Seen, l.DisownURL)
}

func (l PasswordChanged) body(f Frame) body {
	return f.notice(f.Lang.T("mail.password_changed.heading", f.args(nil)), f.Lang.Rich("mail.password_changed.text", f.args(nil)), l.Seen, l.DisownURL)
}

func (l EmailChanged) body(f Frame) body {
	args := f.args(i18n.Args{"email": l.NewEmail})
	return f.notice(f.Lang.T("mail.email_changed.heading", args), f.Lang.Rich("mail.email_changed.text", args), l.Seen, l.DisownURL)
}

func (l FactorAdded) body(f Frame) body {
	args := f.args(i18n.Args{"what": string(l.What)})
	return f.notice(f.Lang.T("mail.factor_added.heading", args), f.Lang.Rich("mail.factor_added.text", args), l.Seen, l.DisownURL)
}

func (l FactorRemoved) body(f Frame) body {
	args := f.args(i18n.Args{"what": string(l.What)})
	return f.notice(f.Lang.T("mail.factor_removed.heading", args), f.Lang.Rich("mail.factor_removed.text", args), l.Seen, l.DisownURL)
}

func (l RecoveryCodeUsed) body(f Frame) body {
	args := f.args(i18n.Args{"count": l.Left})
	return f.notice(f.Lang.T("mail.recovery_code_used.heading", args), f.Lang.Rich("mail.recovery_code_used.text", args), l.Seen, l.DisownURL)
}
