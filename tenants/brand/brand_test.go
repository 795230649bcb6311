package brand

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The arithmetic everything rests on, against values of WCAG's own examples.
func TestContrast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000", "#fff", 21}, {"#777777", "#ffffff", 4.478}, {"#0c5a70", "#FFF", 7.743}, {"#abc", "#aabbcc", 1}} {
		a, errA := Parse(c.a)
		b, errB := Parse(c.b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if got := Contrast(a, b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s on %s: %.3f, want %.3f", c.a, c.b, got, c.want)
		}
	}
}

// Only two shapes are colours; the rest would be a way into the stylesheet.
func TestParseRefusesEverythingElse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "#", "#12", "#1234", "#12345", "#1234567", "#12345678", "fff", "red", "#ggg", "rgb(0,0,0)", "#fff;", " #fff",
		"#ff\u0130", "#١١١", "#fff}body{display:none", "url(x)", "var(--x)", "#\x00\x00\x00",
	} {
		if c, err := Parse(s); !errors.Is(err, ErrColour) {
			t.Errorf("%q is %v", s, c)
		}
	}
}

// The editor marks the field that cannot be used.
func TestComputeNamesTheField(t *testing.T) {
	t.Parallel()
	for field, c := range map[string]Choice{
		"brand": {Brand: "blue"}, "brand_dark": {BrandDark: "#12"}, "panel": {Panel: "x"},
		"panel_ink": {PanelInk: "y"}, "radius": {Radius: 17},
	} {
		_, err := Compute(c)
		var invalid *Invalid
		if !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := Compute(Choice{Radius: -1}); !errors.Is(err, ErrRadius) {
		t.Error(err)
	}
}

// A yellow that nobody can read on white is moved, kept yellow, and reported;
// a teal that can be read stays as chosen.
func TestComputeChangesOnlyWhatItMust(t *testing.T) {
	t.Parallel()
	look, err := Compute(Choice{Brand: "#ffd500", Radius: 9})
	if err != nil {
		t.Fatal(err)
	}
	if look.Light.Brand != (Colour{0xff, 0xd5, 0}) || look.Light.Ink == white {
		t.Errorf("%+v", look.Light)
	}
	h, _, _ := look.Light.Text.hsl()
	if was, _, _ := look.Light.Brand.hsl(); math.Abs(h-was) > 2 {
		t.Errorf("hue went from %.0f to %.0f", was, h)
	}
	if len(look.Changes) != 2 || look.Changes[0].Token != "brand-text" || look.Changes[0].Theme != "light" || look.Changes[1].Token != "brand-edge" {
		t.Errorf("%+v", look.Changes)
	}
	teal, err := Compute(Choice{Brand: "#0c5a70", BrandDark: "#7fd0e2", Panel: "#0a3f50", PanelInk: "#e9f6f9"})
	if err != nil || len(teal.Changes) != 0 {
		t.Errorf("%v %+v", err, teal.Changes)
	}
}

// unreadable names everything in a look that somebody could not read.
func unreadable(l Look) []string {
	var bad []string
	check := func(what string, got, want float64) {
		if got < want {
			bad = append(bad, what)
		}
	}
	for _, on := range []struct {
		tones *Tones
		theme theme
	}{{l.Light, day}, {l.Dark, night}} {
		tones := on.tones
		if tones == nil {
			continue
		}
		check("ink", Contrast(tones.Ink, tones.Brand), 4.5)
		check("ink under the pointer", Contrast(tones.Ink, tones.Hover), 4.5)
		check("edge", max(Contrast(tones.Edge, on.theme.surface), Contrast(tones.Brand, on.theme.surface)), 3)
		check("text on soft", Contrast(tones.Text, tones.Brand.mix(0.09, on.theme.surface)), 4.5)
		for _, ground := range on.theme.grounds {
			check("text", Contrast(tones.Text, ground), 4.5)
		}
	}
	if l.Panel != nil {
		check("panel", Contrast(l.Panel.Ink, l.Panel.Fill), 4.5)
		check("small print of the panel", Contrast(l.Panel.Ink.mix(0.82, l.Panel.Fill), l.Panel.Fill), 4.5)
	}
	return bad
}

// Every colour there is can be chosen: none may leave a person unable to read
// or to see the button.
func TestContrastAlwaysHolds(t *testing.T) {
	t.Parallel()
	colours := rand.New(rand.NewPCG(1, 2))
	any := func() string {
		return Colour{uint8(colours.UintN(256)), uint8(colours.UintN(256)), uint8(colours.UintN(256))}.String()
	}
	choices := []Choice{{}, {Brand: "#000", Panel: "#000", PanelInk: "#000"}, {Brand: "#fff", Panel: "#fff", PanelInk: "#fff"}, {Brand: "#777", Panel: "#777"}}
	for range 3000 {
		choices = append(choices, Choice{Brand: any(), BrandDark: any(), Panel: any(), PanelInk: any()}, Choice{Brand: any(), Panel: any()})
	}
	for _, c := range choices {
		look, err := Compute(c)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if bad := unreadable(look); len(bad) > 0 {
			t.Fatalf("%+v: %v in %+v", c, bad, look)
		}
	}
}

// sheet is every stylesheet there can be.
var sheet = regexp.MustCompile(`^:root\{--brand-radius:\d{1,2}px(;--[a-z-]+:#[0-9a-f]{6})*\}\n` +
	`(@supports \(color:light-dark\(#000,#fff\)\)\{:root\{--[a-z-]+:light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\)(;--[a-z-]+:light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\))*\}\}\n)?$`)

// What an organization types must not become CSS of its own making.
func FuzzNothingBreaksOut(f *testing.F) {
	f.Add("#fff", "#abcdef", "#012", "#345", 8)
	f.Add("#fff}body{x:y", "red;", "*/", "url(//x)", -3)
	f.Fuzz(func(t *testing.T, brand, dark, panel, ink string, radius int) {
		look, err := Compute(Choice{Brand: brand, BrandDark: dark, Panel: panel, PanelInk: ink, Radius: radius})
		if err != nil {
			return
		}
		if css := look.Stylesheet(); !sheet.Match(css) {
			t.Fatalf("%s", css)
		}
		if bad := unreadable(look); len(bad) > 0 {
			t.Fatalf("%v", bad)
		}
	})
}

// A browser keeps the sheet by its hash: same choice, same bytes; another
// choice, another name.
func TestHashNamesTheContent(t *testing.T) {
	t.Parallel()
	look, _ := Compute(Choice{Brand: "#0c5a70", Panel: "#0a3f50", Radius: 9})
	again, _ := Compute(Choice{Brand: "#0C5A70", Panel: "#0a3f50", Radius: 9})
	other, _ := Compute(Choice{Brand: "#0c5a71", Panel: "#0a3f50", Radius: 9})
	if !sheet.Match(look.Stylesheet()) {
		t.Errorf("%s", look.Stylesheet())
	}
	if Hash(look.Stylesheet()) != Hash(again.Stylesheet()) || Hash(look.Stylesheet()) == Hash(other.Stylesheet()) || len(Hash(nil)) != 16 {
		t.Error("the hash does not name the content")
	}
}

// The grounds are copies of the pages' colours. If a page's paper changes and
// this does not, contrast is promised for a page that is gone.
func TestGroundsAreThePagesColours(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("../../web/assets/files/css/10-tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"surface", "canvas", "sunken", "hover", "raised", "ok-soft", "warn-soft", "bad-soft"} {
		m := regexp.MustCompile(`--` + name + `:\s*light-dark\((#\w+), (#\w+)\)`).FindStringSubmatch(string(css))
		if m == nil {
			t.Fatalf("--%s is gone", name)
		}
		for i, on := range []theme{day, night} {
			want, err := Parse(m[i+1])
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, g := range on.grounds {
				found = found || g == want
			}
			if !found {
				t.Errorf("--%s %s is not among the grounds of %s", name, m[i+1], on.name)
			}
		}
	}
	if login, err := os.ReadFile("../../web/assets/files/css/50-login.css"); err != nil || !strings.Contains(string(login), "var(--brand) 9%, var(--surface)") || !strings.Contains(string(login), "opacity: .82") {
		t.Errorf("the soft accent or the panel's small print changed (%v)", err)
	}
}
