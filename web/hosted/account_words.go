package hosted

import (
	"context"
	"io"
	"strings"
	"time"

	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

var accountURLs = []struct {
	section AccountSection
	url     string
}{{AccountProfile, "/account"}, {AccountSecurity, "/account/security"}, {AccountSessions, "/account/sessions"}, {AccountApps, "/account/apps"}}

// portal is the frame around a section.
func (p AccountHead) portal(at AccountSection) ui.PortalLayoutProps {
	l := p.layout()
	props := ui.PortalLayoutProps{Brand: l.Brand, Links: l.Links, Locale: l.Locale, Small: l.Small, End: p.signOut(),
		Tabs: ui.TabsProps{Label: p.Lang.T("account.title")}}
	for _, s := range accountURLs {
		props.Tabs.Items = append(props.Tabs.Items, ui.Choice{Label: p.sectionName(s.section), Href: s.url, Current: s.section == at})
	}
	return props
}

func (f Frame) sectionName(s AccountSection) string { return f.Lang.T("account.section." + string(s)) }

// languages are the choices of a person's own language.
func (p ProfilePage) languages() []ui.Option {
	options := []ui.Option{{Label: p.Lang.T("account.locale.browser")}}
	for _, l := range i18n.Languages() {
		options = append(options, ui.Option{Value: l.Tag(), Label: l.Name()})
	}
	return options
}

// when is what happened at a moment, in words, with the exact time as a tip.
func (p AccountHead) when(words func(i18n.Args) string, t time.Time) ui.TimeProps {
	t = t.UTC()
	return ui.TimeProps{At: t, Text: words(i18n.Args{"when": p.Lang.Ago(t, p.Now.UTC())}), Title: t.Format("2006-01-02 15:04 UTC")}
}

func (f Frame) added(a i18n.Args) string      { return f.Lang.T("account.added", a) }
func (f Frame) lastUsed(a i18n.Args) string   { return f.Lang.T("account.last_used", a) }
func (f Frame) lastSignIn(a i18n.Args) string { return f.Lang.T("account.last_sign_in", a) }
func (f Frame) started(a i18n.Args) string    { return f.Lang.T("account.started", a) }
func (f Frame) lastSeen(a i18n.Args) string   { return f.Lang.T("account.last_seen", a) }
func (f Frame) connected(a i18n.Args) string  { return f.Lang.T("account.since", a) }

// icon is how a holding looks.
func (h Holding) icon() string {
	if h.Provider != "" {
		return "link"
	}
	return secondIcons[h.Kind]
}

// title is what a holding is called: its own name, else its kind's.
func (f Frame) holdingName(h Holding) string {
	if h.Name != "" {
		return h.Name
	}
	return f.Lang.T("second." + string(h.Kind) + ".name")
}

// LockWords say why something stays.
func (f Frame) LockWords(l Lock) string {
	return f.Lang.T("account.locked", i18n.Args{"policy": yes(l.Organization != ""), "organization": l.Organization})
}

// ways are the first steps: the password, passkeys, accounts elsewhere.
func (p SecurityPage) ways() (all []ui.Thing) {
	if p.PasswordURL != "" {
		set := i18n.Args{"set": yes(p.PasswordSet)}
		all = append(all, ui.Thing{Icon: "lock", Name: p.Lang.T("field.password"), Note: p.Lang.T("account.password.state", set),
			Actions: p.linkButton(p.Lang.T("account.password.open", set), p.PasswordURL)})
	}
	if len(p.Passkeys) == 0 {
		all = append(all, ui.Thing{Icon: "passkey", Name: p.Lang.T("account.passkey.none"), Note: p.Lang.T("account.passkey.why")})
	}
	return append(append(all, p.things(p.Passkeys)...), p.things(p.Identities)...)
}

func (p SecurityPage) seconds() []ui.Thing {
	if len(p.Seconds) == 0 {
		return []ui.Thing{{Icon: "shield", Name: p.Lang.T("account.seconds.none"), Note: p.Lang.T("account.seconds.why", i18n.Args{"passkey": yes(p.SecondStep)})}}
	}
	return p.things(p.Seconds)
}

func (p SecurityPage) things(all []Holding) []ui.Thing {
	things := make([]ui.Thing, len(all))
	for i, h := range all {
		things[i] = ui.Thing{Icon: h.icon(), Name: p.holdingName(h), Body: p.holdingTimes(h)}
		if h.RenameURL != "" || !h.Lock.Locked {
			things[i].Actions = p.holdingActions(h)
		}
		switch {
		case h.Cloned:
			things[i].Warning = p.Lang.T("account.passkey.cloned")
		case h.Lock.Locked:
			things[i].Badge = &ui.BadgeProps{Label: p.Lang.T("account.required"), Icon: "lock"}
		}
	}
	return things
}

func (p SessionsPage) thing(b BrowserRow, here bool) ui.Thing {
	t := ui.Thing{Icon: "laptop", Name: b.Device, Body: p.browserTimes(b)}
	if here {
		t.Badge = &ui.BadgeProps{Label: p.Lang.T("account.sessions.here"), Tone: ui.OK, Icon: "check"}
	} else {
		t.Actions = p.endButton(b)
	}
	return t
}

// browsers are where the person is signed in, this one first.
func (p SessionsPage) browsers() []ui.Thing {
	things := []ui.Thing{p.thing(p.Here, true)}
	for _, b := range p.Others {
		things = append(things, p.thing(b, false))
	}
	return things
}

func (p AppsPage) things() []ui.Thing {
	things := make([]ui.Thing, len(p.Apps))
	for i, a := range p.Apps {
		things[i] = ui.Thing{Icon: "app", Name: a.Name, Body: p.appTimes(a), Actions: p.disconnectLink(a)}
	}
	return things
}

// asked are a question's words: title, text or submit.
func (p QuestionPage) asked(part string) string {
	return p.Lang.T("account.ask."+string(p.Kind)+"."+part, p.Args)
}

func (p QuestionPage) kind() string {
	if p.Safe {
		return "primary"
	}
	return "danger-fill"
}

func list(names []string) string { return strings.Join(names, ", ") }

// Render writes the page.
func (p ProfilePage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p SecurityPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p SessionsPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p AppsPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p QuestionPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p ChangeEmailPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p NewPasswordPage) Render(ctx context.Context, w io.Writer) error {
	return p.view().Render(ctx, w)
}

// Render writes the page.
func (p NamePage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// Render writes the page.
func (p FreshPage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

func (p NamePage) title() string {
	if p.Rename {
		return p.Lang.T("account.rename.title")
	}
	return p.Lang.T("enroll.app.title")
}

func (p NamePage) lede() string {
	if p.Rename {
		return p.Lang.T("account.rename.lede")
	}
	return p.Lang.T("account.app.lede")
}

func (p NamePage) label() string {
	if p.Rename {
		return p.Lang.T("account.save")
	}
	return p.Lang.T("common.continue")
}

func (p NamePage) optional() string {
	if p.Rename {
		return ""
	}
	return p.Lang.T("field.optional")
}

// example is a passkey's name; an app is on a telephone, which people call as they like.
func (p NamePage) example() string {
	if p.Rename {
		return p.Lang.T("enroll.passkey.example")
	}
	return ""
}
