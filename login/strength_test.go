package login

import (
	"slices"
	"testing"

	"gatehouse/internal/i18n"
	"gatehouse/users/password"
)

// A reason without words of its own shows an English sentence in the middle of
// a German page.
func TestEveryWeaknessHasItsWords(t *testing.T) {
	t.Parallel()
	seen := map[password.Reason]bool{password.Pwned: true}
	for _, typed := range []string{"short", string(make([]byte, 8)), "password", "aaaaaaaaaaaa", "mara.lindqvist", string(slices.Repeat([]byte("kestrel "), 40))} {
		for _, r := range password.Assess(typed, password.About{Email: "mara.lindqvist@fieldnote.example"}).Reasons {
			seen[r] = true
		}
	}
	for reason := range seen {
		code := weakness[reason]
		if code == "" {
			t.Errorf("%s has no code on the pages", reason)
		}
		for _, language := range i18n.Languages() {
			if !language.Has("problem." + code) {
				t.Errorf("%s: %q has no words", language.Tag(), code)
			}
		}
	}
	if len(seen) != len(weakness) {
		t.Errorf("saw %d reasons of %d", len(seen), len(weakness))
	}
}
