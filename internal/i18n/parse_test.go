package i18n

import (
	"strings"
	"testing"
)

func say(t *testing.T, tag int, text string, args Args) string {
	t.Helper()
	m, err := parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	w := writer{c: known[tag], args: args}
	w.message(m, "", 0)
	var b strings.Builder
	for _, p := range w.parts {
		if p.Tag != "" {
			b.WriteString("[" + p.Tag + ":" + p.Text + "]")
			continue
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

// A translator writes ICU; what these say is what people read.
func TestMessagesSayWhatTheyMean(t *testing.T) {
	t.Parallel()
	const tries = "{count, plural, =0 {none} one {# try} other {# tries}} left"
	cases := []struct {
		text string
		args Args
		want string
	}{
		{"plain", nil, "plain"},
		{"Hello, {name}.", Args{"name": "Ines"}, "Hello, Ines."},
		{"Hello, {name}.", nil, "Hello, ."},
		{tries, Args{"count": 0}, "none left"},
		{tries, Args{"count": 1}, "1 try left"},
		{tries, Args{"count": 1234}, "1,234 tries left"},
		{"{n, number}", Args{"n": 10400}, "10,400"},
		{"{k, select, sso {SSO} other {{k}!}}", Args{"k": "sso"}, "SSO"},
		{"{k, select, sso {SSO} other {{k}!}}", Args{"k": "x"}, "x!"},
		{"Type <b>{name}</b> now", Args{"name": "Halden"}, "Type [b:Halden] now"},
		{"{n, plural, one {<b>#</b> day} other {<b>#</b> days}}", Args{"n": 2}, "[b:2] days"},
		{"a # outside a plural", nil, "a # outside a plural"},
		{"{name}", Args{"name": "{evil, plural, <b>"}, "{evil, plural, <b>"},
	}
	for _, c := range cases {
		if got := say(t, 0, c.text, c.args); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.text, got, c.want)
		}
	}
	if got := say(t, 1, "{n, number}", Args{"n": 10400}); got != "10.400" {
		t.Errorf("German groups as %q", got)
	}
}

// A message that only nearly parses must stop the build, not reach a person.
func TestBrokenMessagesAreErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"{", "}", "{name", "{}", "{1}", "{n, plural}", "{n, date}", "{n, plural, one {x}}", "{n, plural, other {x}",
		"{n, plural, other {x} other {y}}", "<b>x", "x</b>", "<b>x</i>", "<>x</>", "{n, select, a}",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%q parses", text)
		}
	}
}

// A catalogue is sent in by translators: no text may bring the reader down.
func FuzzParse(f *testing.F) {
	f.Add("{count, plural, =0 {none} one {# <b>try</b>} other {{name}}}")
	f.Add("<a>{k, select, x {y} other {}}</a>")
	f.Fuzz(func(_ *testing.T, text string) {
		m, err := parse(text)
		if err != nil {
			return
		}
		w := writer{c: known[0], args: Args{"count": 1}}
		w.message(m, "", 0)
	})
}
