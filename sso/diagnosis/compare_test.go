package diagnosis

import "testing"

// The marked part is what the admin compares: too much, and they look for the
// difference themselves; too little, and they miss it.
func TestCompareMarksWhatDiffers(t *testing.T) {
	for name, c := range map[string]struct {
		expected, received string
		e, r               Parts
	}{
		"something at the end":   {"https://a.example/sso/c", "https://a.example/sso/c/acs", Parts{"https://a.example/sso/c", "", ""}, Parts{"https://a.example/sso/c", "/acs", ""}},
		"something missing":      {"https://a.example/acs", "https://a.example/", Parts{"https://a.example/", "acs", ""}, Parts{"https://a.example/", "", ""}},
		"in the middle":          {"https://a.example/x", "http://a.example/x", Parts{"http", "s", "://a.example/x"}, Parts{"http", "", "://a.example/x"}},
		"a letter's case":        {"https://a.example/Sso", "https://a.example/sso", Parts{"https://a.example/", "S", "so"}, Parts{"https://a.example/", "s", "so"}},
		"a doubled letter":       {"aab", "aaab", Parts{"aa", "", "b"}, Parts{"aa", "a", "b"}},
		"nothing in common":      {"https://a.example", "urn:other", Parts{"", "https://a.example", ""}, Parts{"", "urn:other", ""}},
		"nothing came":           {"https://a.example", "", Parts{"", "https://a.example", ""}, Parts{}},
		"letters of two bytes":   {"https://a.example/ü", "https://a.example/ö", Parts{"https://a.example/", "ü", ""}, Parts{"https://a.example/", "ö", ""}},
		"the same":               {"https://a.example", "https://a.example", Parts{"https://a.example", "", ""}, Parts{"https://a.example", "", ""}},
		"what is no UTF-8 stays": {"https://a.example/\xff", "https://a.example/\xfe", Parts{"https://a.example/", "\xff", ""}, Parts{"https://a.example/", "\xfe", ""}},
	} {
		if e, r := Compare(c.expected, c.received); e != c.e || r != c.r {
			t.Errorf("%s: %q and %q, want %q and %q", name, e, r, c.e, c.r)
		}
	}
}

// A part that is lost in the marking would be a lie about what came.
func FuzzCompareLosesNothing(f *testing.F) {
	f.Add("https://a.example/acs", "https://a.example/")
	f.Add("äö", "äa\xcc")
	f.Fuzz(func(t *testing.T, expected, received string) {
		e, r := Compare(expected, received)
		if e.Before+e.Marked+e.After != expected || r.Before+r.Marked+r.After != received {
			t.Errorf("%q and %q became %q and %q", expected, received, e, r)
		}
		if expected != received && e.Marked == "" && r.Marked == "" {
			t.Errorf("%q and %q differ, and nothing is marked", expected, received)
		}
	})
}

// With no attribute known for the address, the one that holds one is shown.
func TestLikelyEmail(t *testing.T) {
	values := map[string][]string{"uid": {"ines"}, "contact": {"", "ines@halden.example"}, "zz": {"b@halden.example"}}
	if got := LikelyEmail([]string{"uid", "contact", "zz"}, values); got != "contact" {
		t.Errorf("got %q", got)
	}
	if got := LikelyEmail([]string{"uid"}, values); got != "" {
		t.Errorf("got %q", got)
	}
}
