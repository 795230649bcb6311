package i18n

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// categories are the plural forms that a language has for whole numbers, as
// far as anything here counts.
func categories(tag language.Tag) []string {
	seen := map[string]bool{"other": true}
	for n := range 1000 {
		seen[forms[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// plurals are the forms of each plural in a message.
func plurals(m message) [][]string {
	var all [][]string
	for _, n := range m {
		if n.kind == kindPlural {
			all = append(all, slices.Sorted(maps.Keys(n.branches)))
		}
		all = append(all, plurals(n.children)...)
		for _, branch := range n.branches {
			all = append(all, plurals(branch)...)
		}
	}
	return all
}

// An Arabic sentence with the word for eleven beside a three is wrong, and a
// form that a language never uses is never read.
func TestPluralsHaveTheFormsOfTheirLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range known {
		want := categories(c.tag)
		for key, m := range c.load() {
			for _, forms := range plurals(m) {
				forms = slices.DeleteFunc(forms, func(s string) bool { return strings.HasPrefix(s, "=") })
				if !slices.Equal(forms, want) {
					t.Errorf("%s: %s has the forms %v, and the language has %v", c.file, key, forms, want)
				}
			}
		}
	}
}

// What CLDR says of the languages that we speak is what translators were told.
func TestLanguagesHaveTheFormsTranslatorsKnow(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string]string{
		"en de fr es pt it nl hi": "one other", "ja zh ko": "other", "ar": "few many one other two zero",
	} {
		for _, tag := range strings.Fields(tags) {
			if got := strings.Join(categories(language.MustParse(tag)), " "); got != want {
				t.Errorf("%s has %s, want %s", tag, got, want)
			}
		}
	}
}
