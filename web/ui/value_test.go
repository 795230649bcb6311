package ui

import (
	"testing"
	"time"
)

// Ten thousand is written differently in Oslo, Berlin and Delhi's English.
func TestGroup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n          int64
		lang, want string
	}{
		{0, "en", "0"}, {999, "en", "999"}, {1234567, "en", "1,234,567"}, {-1234, "en-GB", "-1,234"},
		{10400, "de", "10.400"}, {10400, "de-AT", "10.400"}, {10400, "fr", "10\u202f400"}, {10400, "nb", "10\u00a0400"},
		{1234, "es", "1234"}, {12345, "es", "12.345"}, {1234, "", "1,234"},
	} {
		if got := Group(c.n, c.lang); got != c.want {
			t.Errorf("%d in %q: %q, want %q", c.n, c.lang, got, c.want)
		}
	}
}

// Under a day it is how long ago; after that the date, with its year only
// when that is another one. Logs are always exact.
func TestTimeWords(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]TimeProps{
		"4 s ago":       {At: noon.Add(-4 * time.Second), Now: noon},
		"3 min ago":     {At: noon.Add(-3*time.Minute - time.Second), Now: noon},
		"23 h ago":      {At: noon.Add(-23 * time.Hour), Now: noon},
		"20 Nov, 12:23": {At: noon.AddDate(0, 0, -2), Now: noon},
		"22 Nov 2025":   {At: noon.AddDate(-1, 0, 0), Now: noon},
		"23 Nov, 12:23": {At: noon.AddDate(0, 0, 1), Now: noon},
		"12:23:08.114":  {At: noon, Now: noon, Exact: true},
		"i går":         {At: noon, Text: "i går"},
	} {
		if got := p.text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Two people with one name look the same; a person who marries keeps their
// colour; a name of any script has letters.
func TestAvatars(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Ines Halvorsen": "IH", "Tomasz Wieczorek-Lindqvist": "TW", "Osterberg & Söhne": "OS", "madonna": "M", "ines.halvorsen@haldenmarine.example": "IH",
		"Élodie Ångström": "ÉÅ", "李 小龍": "李小", "  ": "?", "": "?", "3M": "3",
	} {
		if got := initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if first := colour("user_1"); colour("user_1") != first {
		t.Error("a colour changed")
	}
	seen := map[string]bool{}
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"} {
		seen[colour(id)] = true
	}
	if len(seen) != len(colours) {
		t.Errorf("only %d colours are ever used", len(seen))
	}
}
