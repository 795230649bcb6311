package assets

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// theme is every colour token with its value, by day or by night.
type theme map[string]string

var token = regexp.MustCompile(`(--[a-z0-9-]+):\s*(?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));`)

func themes(t *testing.T) map[string]theme {
	t.Helper()
	css, err := styles.ReadFile("files/css/10-tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark := theme{}, theme{}
	own, _, _ := strings.Cut(string(css), "@supports not")
	for _, m := range token.FindAllStringSubmatch(own, -1) {
		light[m[1]], dark[m[1]] = m[2]+m[4], m[3]+m[4]
	}
	return map[string]theme{"light": light, "dark": dark}
}

// contrast is WCAG 2.2's ratio of two colours' relative luminance.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		part, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("%q is not a colour", colour)
		}
		c := float64(part) / 255
		if c <= .04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+.055)/1.055, 2.4)
		}
	}
	return sum
}

// pairs says which tokens meet: the first on each of the others.
var (
	papers = "--canvas --surface --raised --sunken --hover --selected"

	textOn = map[string]string{
		"--ink": papers, "--ink-2": papers, "--ink-3": papers,
		"--accent-text": papers + " --accent-soft", "--brand-text": papers,
		"--accent-ink": "--accent --accent-hover", "--brand-ink": "--brand", "--bad-ink": "--bad-fill",
		"--ok-text":     "--canvas --surface --raised --hover --ok-soft",
		"--warn-text":   "--canvas --surface --raised --hover --warn-soft",
		"--bad-text":    "--canvas --surface --raised --hover --selected --bad-soft",
		"--av-blue-ink": "--av-blue", "--av-teal-ink": "--av-teal", "--av-amber-ink": "--av-amber",
		"--av-violet-ink": "--av-violet", "--av-stone-ink": "--av-stone",
		"--code-key": "--sunken", "--code-string": "--sunken", "--code-number": "--sunken",
	}
	controlOn = map[string]string{
		"--line-control": "--canvas --surface --raised",
		"--focus":        papers, "--accent": "--canvas --surface", "--bad": "--surface --raised",
		"--ok": "--surface", "--warn": "--surface", "--qr-ink": "--qr-paper", "--gate-arch": "--gate",
	}
)

// People with weak eyes, and everybody in the sun, need 4.5:1 for words and
// 3:1 for the edges of what they press (WCAG 2.2 §1.4.3 and §1.4.11).
func TestContrast(t *testing.T) {
	t.Parallel()
	for name, colours := range themes(t) {
		for least, pairs := range map[float64]map[string]string{4.5: textOn, 3: controlOn} {
			for front, backs := range pairs {
				for back := range strings.FieldsSeq(backs) {
					if colours[front] == "" || colours[back] == "" {
						t.Fatalf("no token %s or %s", front, back)
					}
					if got := contrast(t, colours[front], colours[back]); got < least {
						t.Errorf("%s: %s on %s is %.2f:1, want %.1f", name, front, back, got, least)
					}
				}
			}
		}
	}
}

// A colour outside the tokens would not follow the dark theme or a brand.
func TestOnlyTokensHaveColours(t *testing.T) {
	t.Parallel()
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(|[:\s](?:white|black|red|green|blue|gr[ae]y)\b\s*[;}]`)
	names, err := styles.ReadDir("files/css")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range names {
		if entry.Name() == "10-tokens.css" {
			continue
		}
		css, err := styles.ReadFile("files/css/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range colour.FindAllString(string(css), -1) {
			t.Errorf("%s: %q is not a token", entry.Name(), found)
		}
	}
}

// A misspelt token is no colour at all.
func TestEveryTokenUsedIsDefined(t *testing.T) {
	t.Parallel()
	css := stylesheet()
	defined := map[string]bool{}
	for _, m := range regexp.MustCompile(`(--[a-z0-9-]+):`).FindAllStringSubmatch(css, -1) {
		defined[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)([,)])`).FindAllStringSubmatch(css, -1) {
		if !defined[m[1]] && m[2] == ")" {
			t.Errorf("%s is used and never defined", m[1])
		}
	}
}

// Browsers without light-dark() get the day's colours, all of them.
func TestOldBrowsersHaveEveryColour(t *testing.T) {
	t.Parallel()
	css, err := styles.ReadFile("files/css/10-tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	_, fallback, ok := strings.Cut(string(css), "@supports not")
	if !ok {
		t.Fatal("no fallback for browsers without light-dark()")
	}
	for _, m := range regexp.MustCompile(`(--[a-z0-9-]+):\s*light-dark\(`).FindAllStringSubmatch(string(css), -1) {
		if !strings.Contains(fallback, m[1]+":") {
			t.Errorf("%s has no value without light-dark()", m[1])
		}
	}
}

// The first page must come fast on a train: the stylesheet's share of the 60 KB
// that a page may have, and of what is sent.
func TestStylesheetIsSmall(t *testing.T) {
	t.Parallel()
	css := catalogue()["app.css"]
	if len(css.body) > 56<<10 || len(css.squeezed()) > 13<<10 {
		t.Errorf("%d bytes, %d squeezed", len(css.body), len(css.squeezed()))
	}
}

// An element with a taken-out brace would swallow the rules after it.
func TestTightenKeepsTheRules(t *testing.T) {
	t.Parallel()
	got := tighten("/* why */\n@layer a { .b > c:hover, d { color: var(--x); margin: 0 auto; }\n  e::before { content: \"\"; } }\n")
	want := `@layer a{.b>c:hover,d{color:var(--x);margin:0 auto}e::before{content:""}}`
	if got != want {
		t.Errorf("%s", got)
	}
}
