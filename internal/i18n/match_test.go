package i18n

import (
	"strings"
	"testing"
	"time"
)

// The order of choice is the design's: request, person, organization, browser.
func TestMatchFollowsTheOrderOfChoice(t *testing.T) {
	t.Parallel()
	cases := []struct{ ui, person, org, browser, want string }{
		{"", "", "", "", "en"},
		{"de", "en", "en", "en", "de"},
		{"", "de", "en", "en", "de"},
		{"", "", "de", "en", "de"},
		{"", "", "", "de-CH,de;q=0.9,en;q=0.8", "de"},
		{"", "", "", "en;q=0.2, de;q=0.7", "de"},
		{"da de en", "", "", "", "de"},
		{"da", "de", "", "", "de"},
		{"de_AT", "", "", "", "de"},
		{"pt-BR", "", "", "", "pt"},
		{"zh-CN", "", "", "", "zh"},
		{"zh-Hant-TW", "", "", "", "zh"},
		{"es-419", "", "", "", "es"},
		{"", "", "", "ar-EG,ar;q=0.9,en-US;q=0.8", "ar"},
		{"de-Latn-AT-1996", "", "", "", "de"},
		{"", "", "", "da, de;q=0", "en"},
		{"", "", "", "*", "en"},
		{"", "", "", ";;;q=,,,\x00", "en"},
		{"", "nonsense_!", "", "de", "de"},
		{strings.Repeat("x ", 4000) + "de", "", "", "", "en"},
		{"", "", "", strings.Repeat("x-", 4000), "en"},
	}
	for _, c := range cases {
		if got := Match(c.ui, c.person, c.org, c.browser).Tag(); got != c.want {
			t.Errorf("Match(%.20q, %q, %q, %.30q) is %s, want %s", c.ui, c.person, c.org, c.browser, got, c.want)
		}
	}
}

// Anyone may send any header.
func FuzzMatch(f *testing.F) {
	f.Add("de en", "de-CH;q=0.3,en")
	f.Fuzz(func(t *testing.T, ui, header string) {
		if _, ok := Lookup(Match(ui, "", "", header).Tag()); !ok {
			t.Fatal("a language that is not there")
		}
	})
}

// A page built before its language is known must still have words.
func TestTheZeroLanguageIsEnglish(t *testing.T) {
	t.Parallel()
	var l Language
	if l.T("common.continue") != "Continue" || l.Tag() != "en" || l.Dir() != LeftToRight || l.Name() != "English" {
		t.Errorf("%q %s %s", l.T("common.continue"), l.Tag(), l.Dir())
	}
	if got := l.T("no.such_key"); got != "no.such_key" {
		t.Errorf("a missing key says %q", got)
	}
}

// "Last used" must be right on both sides of a minute, an hour, a day, a year.
func TestAgo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
	german, _ := Lookup("de")
	cases := []struct {
		passed time.Duration
		en, de string
	}{
		{-time.Minute, "just now", "gerade eben"},
		{59 * time.Second, "just now", "gerade eben"},
		{time.Minute, "1 minute ago", "vor 1 Minute"},
		{59 * time.Minute, "59 minutes ago", "vor 59 Minuten"},
		{time.Hour, "1 hour ago", "vor 1 Stunde"},
		{24 * time.Hour, "4 Mar", "4. März"},
		{100 * 24 * time.Hour, "25 Nov 2025", "25. Nov. 2025"},
	}
	for _, c := range cases {
		if got := English().Ago(now.Add(-c.passed), now); got != c.en {
			t.Errorf("%s: %q, want %q", c.passed, got, c.en)
		}
		if got := german.Ago(now.Add(-c.passed), now); got != c.de {
			t.Errorf("%s: %q, want %q", c.passed, got, c.de)
		}
	}
}

// Somebody who has to wait two seconds must not be told a minute, and nobody
// is told to come back too early.
func TestWait(t *testing.T) {
	t.Parallel()
	german, _ := Lookup("de")
	cases := []struct {
		wait   time.Duration
		en, de string
	}{
		{0, "Wait 1 second,", "Warten Sie 1 Sekunde,"},
		{time.Second, "Wait 1 second,", "Warten Sie 1 Sekunde,"},
		{1001 * time.Millisecond, "Wait 2 seconds,", "Warten Sie 2 Sekunden,"},
		{59 * time.Second, "Wait 59 seconds,", "Warten Sie 59 Sekunden,"},
		{59*time.Second + 1, "Wait 1 minute,", "Warten Sie 1 Minute,"},
		{time.Minute, "Wait 1 minute,", "Warten Sie 1 Minute,"},
		{64 * time.Second, "Wait 2 minutes,", "Warten Sie 2 Minuten,"},
		{15 * time.Minute, "Wait 15 minutes,", "Warten Sie 15 Minuten,"},
	}
	for _, c := range cases {
		if got := English().T("problem.too_many_tries", Wait(c.wait)); !strings.Contains(got, c.en) {
			t.Errorf("%s: %q, want %q", c.wait, got, c.en)
		}
		if got := german.T("problem.too_many_tries", Wait(c.wait)); !strings.Contains(got, c.de) {
			t.Errorf("%s: %q, want %q", c.wait, got, c.de)
		}
	}
}

// Code of a problem without words must still say its own sentence.
func TestProblemFallsBackToItsSentence(t *testing.T) {
	t.Parallel()
	german, _ := Lookup("de")
	if got := german.Problem("not_translated", "A sentence.", nil); len(got) != 1 || got[0].Text != "A sentence." {
		t.Errorf("%v", got)
	}
	if got := german.Problem("email_missing", "Enter your email.", nil); !strings.Contains(got[0].Text, "Geben Sie") {
		t.Errorf("%v", got)
	}
}
