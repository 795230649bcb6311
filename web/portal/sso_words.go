package portal

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

// protocols as admins know them.
var protocols = map[sso.Protocol]string{sso.SAML: "SAML 2.0", sso.OIDC: "OpenID Connect"}

// stateBadges are a connection's states.
func stateBadge(s sso.State) ui.BadgeProps {
	switch s {
	case sso.Active:
		return ui.BadgeProps{Label: "On", Tone: ui.OK, Icon: "ok"}
	case sso.Draft:
		return ui.BadgeProps{Label: "Draft", Icon: "edit"}
	}
	return ui.BadgeProps{Label: "Off", Tone: ui.Warn, Icon: "pause"}
}

// soon is how long before its end a certificate is worth a look.
const soon = 60 * 24 * time.Hour

// ending is when something ends, and what that means now.
type ending struct {
	at   time.Time
	tone ui.Tone
	word string
}

func endsAt(at, now time.Time) ending {
	e := ending{at: at, word: "Until " + day(at)}
	switch {
	case now.After(at):
		e.tone, e.word = ui.Bad, "Ended "+day(at)
	case at.Sub(now) < soon:
		e.tone, e.word = ui.Warn, "Ends "+day(at)
	}
	return e
}

// day is a date with its year: certificates live long.
func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

func hour(t time.Time) string { return t.UTC().Format("15:04") }

// exactly is a time to the second: whoever compares it with a log needs that.
func exactly(t, now time.Time) string {
	if t.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return t.UTC().Format("15:04:05")
	}
	return t.UTC().Format("2 Jan, 15:04:05")
}

// fingerprint is the beginning and the end of one, which is what people compare first.
func fingerprint(f string) string {
	if len(f) <= 23 {
		return f
	}
	return f[:11] + "…" + f[len(f)-11:]
}

// briefly is a value as a drawing has room for it: its beginning and its end.
func briefly(s string) string {
	const most = 42
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	runes := []rune(s)
	end := string(runes[len(runes)-most/3:])
	if i := strings.LastIndexByte(s, '/'); i > 0 && len(s)-i < most/2 {
		end = s[i:]
	}
	start := string(runes[:most-1-utf8.RuneCountInString(end)])
	if i := strings.LastIndexByte(start, '/'); i > most/3 {
		start = start[:i+1]
	}
	return start + "…" + end
}

// said is a guide's text about this service.
func said(t guide.Text, w guide.Words) templ.Component { return runs(t.With(w)) }

// copying is a value with its button.
func copying(id, value, label string) *ui.CopyBoxProps {
	return &ui.CopyBoxProps{ID: id, Value: value, Label: "Copy " + lowerFirst(label), Copy: "Copy", Copied: "Copied"}
}

// lowerFirst puts a label into a sentence; abbreviations stay.
func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

func protocolOf(g guide.Guide) sso.Protocol { return sso.Protocol(g.Protocol) }

func sortedNames(attributes map[string][]string) []string {
	return slices.Sorted(maps.Keys(attributes))
}
