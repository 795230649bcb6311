package schema

import (
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// Two spellings of one name must be one person, and two people's names two: a
// key that says otherwise locks somebody out or gives them another's place.
func TestFoldComparesWithoutCase(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Anna@Halden.Example", "anna@halden.example", true},
		{"ÅSE", "åse", true},
		{"e\u0301lan", "ÉLAN", true},
		{"\u212b", "å", true}, // Angstrom sign
		{"ΣΊΣΥΦΟΣ", "σίσυφος", true},
		{"ǅ", "ǆ", true},
		{"straße", "strasse", false},
		{"kadır", "kadir", false},
		{"аnna", "anna", false}, // Cyrillic а
		{" anna", "anna", false},
		{"ﬁn", "fin", false},
	} {
		if same := Fold(c.a) == Fold(c.b); same != c.same {
			t.Errorf("%q and %q: same is %v", c.a, c.b, same)
		}
	}
}

// A key is made of what is stored and of what is asked; were a key's key another,
// look-ups by it would miss.
func TestFoldOfAFoldIsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if once := Fold(s); Fold(once) != once {
			t.Fatalf("%q: %q, then %q", s, once, Fold(once))
		}
	})
	for r := range unicode.MaxRune {
		if r >= 0xD800 && r <= 0xDFFF {
			continue
		}
		once := Fold(string(r))
		if Fold(once) != once {
			t.Errorf("%U: %q, then %q", r, once, Fold(once))
		}
		if other := Fold(string(unicode.SimpleFold(r))); other != once {
			t.Errorf("%U and %U differ in case alone: %q, %q", r, unicode.SimpleFold(r), once, other)
		}
	}
}
