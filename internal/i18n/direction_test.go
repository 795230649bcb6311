package i18n

import (
	"testing"
	"time"

	"golang.org/x/text/language"
)

// spoken says a message in a language of the test's own.
func spoken(t *testing.T, tag, dir, text string, args Args) string {
	t.Helper()
	m, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	w := writer{c: &catalogue{tag: language.MustParse(tag), dir: dir}, args: args}
	w.message(m, "", 0)
	var all string
	for _, p := range w.parts {
		all += p.Text
	}
	return all
}

// In an Arabic subject the code 419 072 would be shown as 072 419, and a name
// in the other script would carry its neighbours along.
func TestValuesKeepTheirDirection(t *testing.T) {
	t.Parallel()
	cases := []struct{ tag, dir, text, value, want string }{
		{"ar", RightToLeft, "{v} رمزك", "419 072", "\u2068419 072\u2069 رمزك"},
		{"ar", RightToLeft, "{v}", "", ""},
		{"ar", RightToLeft, "{v, select, x {نعم} other {لا}}", "x", "نعم"},
		{"en", LeftToRight, "Sign in to {v}", "Fieldnote", "Sign in to Fieldnote"},
		{"en", LeftToRight, "Sign in to {v}", "Łódź 測試", "Sign in to Łódź 測試"},
		{"en", LeftToRight, "Sign in to {v} 2", "مذكرة", "Sign in to \u2068مذكرة\u2069 2"},
		{"en", LeftToRight, "Sign in to {v} 2", "פנקס", "Sign in to \u2068פנקס\u2069 2"},
	}
	for _, c := range cases {
		if got := spoken(t, c.tag, c.dir, c.text, Args{"v": c.value}); got != c.want {
			t.Errorf("%s: %q, want %q", c.tag, got, c.want)
		}
	}
}

// Each language groups and counts in its own way, all in the digits that codes
// and addresses have.
func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"en": "1,234,567", "de": "1.234.567", "fr": "1\u00a0234\u00a0567", "ja": "1,234,567", "hi": "12,34,567", "ar": "1,234,567",
	} {
		if got := spoken(t, tag, LeftToRight, "{n, number}", Args{"n": 1234567}); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
		if got := spoken(t, tag, LeftToRight, "{n, plural, other {#}}", Args{"n": 7}); got != "7" {
			t.Errorf("%s: %q, want 7", tag, got)
		}
	}
	const six = "{n, plural, zero {z} one {o} two {t} few {f} many {m} other {x}}"
	for n, want := range map[int]string{0: "z", 1: "o", 2: "t", 3: "f", 10: "f", 11: "m", 99: "m", 100: "x", 103: "f"} {
		if got := spoken(t, "ar", RightToLeft, six, Args{"n": n}); got != want {
			t.Errorf("Arabic counts %d as %q, want %q", n, got, want)
		}
	}
}

// An Arabic date begins with its day at the right; as "21 November" within a
// sentence it must stay one, and show its month's letters to what is around it.
func TestDatesRunAsTheirLanguage(t *testing.T) {
	t.Parallel()
	arabic, _ := Lookup("ar")
	day := time.Date(2026, 11, 21, 11, 4, 0, 0, time.UTC)
	if got := arabic.Day(day); got != "21 نوفمبر \u20682026\u2069" {
		t.Errorf("%q", got)
	}
	if got := arabic.Moment(day); got != "21 نوفمبر \u20682026\u2069، \u206811:04\u2069 UTC" {
		t.Errorf("%q", got)
	}
}
