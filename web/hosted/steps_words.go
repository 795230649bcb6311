package hosted

import (
	"strings"

	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

// passkeyScript drives ceremonies: the one thing that needs script.
var passkeyScript = []string{"passkey.js"}

func (p CodePage) title() string { return p.Lang.T("code.title") }

func (p CodePage) submitLabel() string {
	if p.Purpose == CodeVerify {
		return p.Lang.T("code.confirm")
	}
	return p.Lang.T("login.password.submit")
}

// asks is the question to whoever opens the mail's link in another browser.
func (p LinkPage) asks() string {
	return p.Lang.T("link.elsewhere.title", i18n.Args{"device": p.Device, "address": p.Address, "known": yes(p.Device != "" && p.Address != "")})
}

// change is the link beside an address that is not settled yet.
func (f Frame) change(url string) ui.Link {
	if url == "" {
		return ui.Link{}
	}
	return ui.Link{Label: f.Lang.T("common.change"), Href: url}
}

func (p SecondStepPage) lede() string {
	return p.Lang.T("second."+string(p.Kind)+".lede", i18n.Args{"device": p.Device, "named": yes(p.Device != ""), "count": p.Left})
}

func (p PasskeyPage) title() string {
	if p.Second {
		return p.Lang.T("second.title")
	}
	return p.words("passkey.title")
}

func (p EnrollPage) lede() string {
	return p.Lang.T("enroll.lede", i18n.Args{"asked": yes(p.OrganizationName != ""), "organization": p.OrganizationName})
}

func (p EnrollPage) items() []ui.Method {
	items := make([]ui.Method, len(p.Choices))
	for i, c := range p.Choices {
		items[i] = ui.Method{Icon: secondIcons[c.Kind], Href: c.URL, Label: p.Lang.T("enroll." + string(c.Kind) + ".choice"), Note: p.Lang.T("enroll." + string(c.Kind) + ".note")}
	}
	return items
}

var secondIcons = map[SecondKind]string{SecondApp: "phone", SecondPasskey: "passkey", SecondSMS: "mail", SecondRecovery: "key"}

// secondItems words second steps: by their own names where they have some.
func (f Frame) secondItems(steps []SecondStep) []ui.Method {
	items := make([]ui.Method, len(steps))
	for i, s := range steps {
		items[i] = ui.Method{Icon: secondIcons[s.Kind], Href: s.URL, Label: f.Lang.T("second." + string(s.Kind) + ".name"), Note: f.Lang.Isolate(s.Name)}
		if s.Kind == SecondPasskey {
			items[i].Attrs = ui.Attrs{"data-needs-passkey": ""}
		}
		if !s.Added.IsZero() {
			items[i].Note = strings.TrimPrefix(items[i].Note+" · "+f.Lang.Day(s.Added), " · ")
		}
	}
	return items
}

// grouped is a secret in groups of four, as people type it.
func grouped(key string) string {
	var out strings.Builder
	for i, r := range key {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// resend is the button that has another code sent. A script holds it back for
// half a minute and counts down in its words.
func (f Frame) resend() ui.ButtonProps {
	return ui.ButtonProps{Label: f.Lang.T("code.resend"), Kind: "ghost", Size: "lg", Block: true,
		Attrs: ui.Attrs{"data-resend": "30", "data-resend-words": f.Lang.T("code.resend_in", i18n.Args{"seconds": "{s}"})}}
}
