package seal

import (
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
)

// A repeated token would sign one person in as another.
func TestTokensAreRandomAndURLSafe(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		tok := Token(TokenBytes)
		if seen[tok] || !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(tok) {
			t.Fatalf("token %q", tok)
		}
		seen[tok] = true
	}
}

// Rows are found by this hash: another one signs everybody out.
func TestHashIsSHA256(t *testing.T) {
	if got := hex.EncodeToString(Hash("abc")); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Error(got)
	}
	if !Equal(Hash("a"), Hash("a")) || Equal(Hash("a"), Hash("b")) || Equal(nil, Hash("a")) {
		t.Error("Equal is wrong")
	}
}

func TestCodesUseEveryDigit(t *testing.T) {
	var all strings.Builder
	for range 300 {
		c := Code(6)
		if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(c) {
			t.Fatalf("code %q", c)
		}
		all.WriteString(c)
	}
	for _, d := range "0123456789" {
		if !strings.ContainsRune(all.String(), d) {
			t.Errorf("no %c in 1800 digits", d)
		}
	}
}

// A reference with look-alikes is one that support cannot find.
func TestReferencesHaveNoLookAlikes(t *testing.T) {
	for range 1000 {
		r := Reference()
		if !regexp.MustCompile(`^GH-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$`).MatchString(r) {
			t.Fatal(r)
		}
		if back, ok := ParseReference(r); !ok || back != r {
			t.Fatalf("%s read as %s", r, back)
		}
	}
}

func TestReferencesAreReadAsTyped(t *testing.T) {
	for in, want := range map[string]string{
		" gh-abcd-2345 ": "GH-ABCD-2345", "abcd2345": "GH-ABCD-2345", "GH ABCD 2345": "GH-ABCD-2345", "GHABCD23": "GH-GHAB-CD23",
		"GH-ABCD-234": "", "GH-ABC0-2345": "", "": "", "GH-ABCD-23456": "",
	} {
		if got, _ := ParseReference(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
